import { createHmac, timingSafeEqual } from "node:crypto";
import { type CardRecord, decodeRecord, encodeRecord, RECORD_BYTES, SIGNED_BYTES } from "./card-record.ts";

/**
 * A chip's user memory: two slots for records, written in turn, so that a card pulled away while it is written still has its
 * last record; and behind them what the taker has written.
 */
const SLOT_BYTES = 144;
const RECEIPT_AT = 2 * SLOT_BYTES;
const RECEIPT_BYTES = 32;
/** Fits NTAG215 (504 bytes of user memory, NXP NTAG213/215/216 data sheet, 8.5) and everything larger. */
export const MEMORY_BYTES = RECEIPT_AT + RECEIPT_BYTES;

export interface Signer {
  keyId: Buffer;
  sign(bytes: Buffer): Buffer;
}
export type Verifier = (keyId: Buffer, bytes: Buffer, signature: Buffer) => boolean;

export interface CardWrite {
  /** From the beginning of the user memory. */
  offset: number;
  bytes: Buffer;
}

/** The newest record with a good signature. `tampered`: there is something, but nothing that we signed. */
export function readSlots(memory: Buffer, verify: Verifier): CardRecord | "blank" | "tampered" {
  const records = [0, 1].flatMap((slot) => recordIn(memory, slot, verify) ?? []);
  const [newest] = records.sort(byAge);
  if (newest) return newest;
  return memory.subarray(0, RECEIPT_AT).every((byte) => byte === 0) ? "blank" : "tampered";
}

/** Of two records of one second the counts tell which is newer, and a settled card stays settled. */
function byAge(a: CardRecord, b: CardRecord): number {
  return (
    b.count - a.count ||
    b.fromCount - a.fromCount ||
    b.issuedAt.getTime() - a.issuedAt.getTime() ||
    Number(b.kind === "settled") - Number(a.kind === "settled")
  );
}

function recordIn(memory: Buffer, slot: number, verify: Verifier): CardRecord | undefined {
  const bytes = memory.subarray(slot * SLOT_BYTES, slot * SLOT_BYTES + RECORD_BYTES);
  const record = decodeRecord(bytes);
  const signed = bytes.subarray(0, SIGNED_BYTES);
  return record && verify(record.keyId, signed, bytes.subarray(SIGNED_BYTES)) ? record : undefined;
}

/** What must be written where, so that the newest good record stays until this one is whole. */
export function placeRecord(
  memory: Buffer,
  record: Omit<CardRecord, "keyId">,
  signer: Signer,
  verify: Verifier,
): CardWrite {
  const newest = readSlots(memory, verify);
  const kept = [0, 1].find((slot) => {
    const there = recordIn(memory, slot, verify);
    return (
      typeof newest === "object" && there !== undefined && encodeRecord(there).equals(encodeRecord(newest))
    );
  });
  const signed = encodeRecord({ ...record, keyId: signer.keyId });
  const bytes = Buffer.concat([signed, signer.sign(signed), Buffer.alloc(SLOT_BYTES - RECORD_BYTES)]);
  return { offset: kept === 0 ? SLOT_BYTES : 0, bytes };
}

export function applyWrite(memory: Buffer, { offset, bytes }: CardWrite): Buffer {
  const written = Buffer.from(memory);
  bytes.copy(written, offset);
  return written;
}

/** What the taker leaves on the card: how far it has taken. Lost or torn it is written again at the next tap. */
export interface CardReceipt {
  count: number;
  at: Date;
}

const RECEIPT_MAGIC = Buffer.from("HR", "ascii");
const RECEIPT_SIGNED_BYTES = 12;

export function encodeReceipt({ count, at }: CardReceipt, uid: Buffer, receiptKey: Buffer): CardWrite {
  const bytes = Buffer.alloc(RECEIPT_BYTES);
  RECEIPT_MAGIC.copy(bytes, 0);
  bytes.writeUInt8(1, 2);
  bytes.writeUInt32BE(count, 4);
  bytes.writeUInt32BE(Math.floor(at.getTime() / 1000), 8);
  macOf(bytes, uid, receiptKey).copy(bytes, RECEIPT_SIGNED_BYTES);
  return { offset: RECEIPT_AT, bytes };
}

/** Undefined where there is none, or one that this taker did not write on this chip. */
export function readReceipt(memory: Buffer, uid: Buffer, receiptKey: Buffer): CardReceipt | undefined {
  const bytes = memory.subarray(RECEIPT_AT, RECEIPT_AT + RECEIPT_BYTES);
  if (bytes.length < RECEIPT_BYTES || !bytes.subarray(0, 2).equals(RECEIPT_MAGIC)) return undefined;
  if (!timingSafeEqual(macOf(bytes, uid, receiptKey), bytes.subarray(RECEIPT_SIGNED_BYTES))) return undefined;
  return { count: bytes.readUInt32BE(4), at: new Date(bytes.readUInt32BE(8) * 1000) };
}

/** 160 bits of HMAC-SHA256 (RFC 2104, 5 wants at least half of the hash). */
function macOf(bytes: Buffer, uid: Buffer, receiptKey: Buffer): Buffer {
  const mac = createHmac("sha256", receiptKey).update(uid).update(bytes.subarray(0, RECEIPT_SIGNED_BYTES));
  return mac.digest().subarray(0, RECEIPT_BYTES - RECEIPT_SIGNED_BYTES);
}
