import { createHash } from "node:crypto";

/**
 * What a card says: so much credit, of this count, for one circuit, on this chip alone. Layout, version 1, big-endian; the whole
 * is described in docs/cards.md.
 */
export interface CardRecord {
  kind: "credit" | "settled";
  site: Buffer;
  card: Buffer;
  household: Buffer;
  circuit: Buffer;
  /** The chip's own number, 4, 7 or 10 bytes (ISO/IEC 14443-3, 6.5.4). */
  uid: Buffer;
  /** ISO 4217. */
  currency: string;
  /** The taker must stand here… */
  fromCount: number;
  /** …and stands here once it has taken `amountMinor`, the sum of all loads between. */
  count: number;
  amountMinor: number;
  issuedAt: Date;
  expiresAt: Date;
  keyId: Buffer;
}

export const SIGNED_BYTES = 76;
export const SIGNATURE_BYTES = 64;
export const RECORD_BYTES = SIGNED_BYTES + SIGNATURE_BYTES;

const MAGIC = Buffer.from("HM", "ascii");
const VERSION = 1;
const KINDS = { credit: 1, settled: 2 } as const satisfies Record<CardRecord["kind"], number>;
const FINGERPRINT_BYTES = 8;
const MOST_UID_BYTES = 10;
const AT = {
  magic: 0,
  version: 2,
  kind: 3,
  site: 4,
  card: 12,
  household: 20,
  circuit: 28,
  uidLength: 36,
  uid: 37,
  currency: 47,
  fromCount: 50,
  count: 54,
  amountMinor: 58,
  issuedAt: 64,
  expiresAt: 68,
  keyId: 72,
} as const;

/** Ids are opaque and of any length; eight bytes of their hash tell a site's few thousand apart. */
export function fingerprintOf(id: string): Buffer {
  return createHash("sha256").update(id, "utf8").digest().subarray(0, FINGERPRINT_BYTES);
}

/** The signed part. Throws RangeError for what does not fit. */
export function encodeRecord(record: CardRecord): Buffer {
  if (record.uid.length > MOST_UID_BYTES) throw new RangeError(`a chip number of ${record.uid.length} bytes`);
  const bytes = Buffer.alloc(SIGNED_BYTES);
  MAGIC.copy(bytes, AT.magic);
  bytes.writeUInt8(VERSION, AT.version);
  bytes.writeUInt8(KINDS[record.kind], AT.kind);
  for (const part of ["site", "card", "household", "circuit"] as const) record[part].copy(bytes, AT[part]);
  bytes.writeUInt8(record.uid.length, AT.uidLength);
  record.uid.copy(bytes, AT.uid);
  bytes.write(record.currency, AT.currency, 3, "ascii");
  bytes.writeUInt32BE(record.fromCount, AT.fromCount);
  bytes.writeUInt32BE(record.count, AT.count);
  bytes.writeUIntBE(record.amountMinor, AT.amountMinor, 6);
  bytes.writeUInt32BE(Math.floor(record.issuedAt.getTime() / 1000), AT.issuedAt);
  bytes.writeUInt32BE(Math.floor(record.expiresAt.getTime() / 1000), AT.expiresAt);
  record.keyId.copy(bytes, AT.keyId);
  return bytes;
}

/** Undefined for bytes that are no record of this layout. Says nothing about their signature. */
export function decodeRecord(bytes: Buffer): CardRecord | undefined {
  if (bytes.length < SIGNED_BYTES || !bytes.subarray(0, 2).equals(MAGIC)) return undefined;
  const kind = (["credit", "settled"] as const).find((name) => KINDS[name] === bytes.readUInt8(AT.kind));
  const uidLength = bytes.readUInt8(AT.uidLength);
  if (bytes.readUInt8(AT.version) !== VERSION || kind === undefined || uidLength > MOST_UID_BYTES)
    return undefined;
  const part = (at: number, length: number) => Buffer.from(bytes.subarray(at, at + length));
  return {
    kind,
    site: part(AT.site, FINGERPRINT_BYTES),
    card: part(AT.card, FINGERPRINT_BYTES),
    household: part(AT.household, FINGERPRINT_BYTES),
    circuit: part(AT.circuit, FINGERPRINT_BYTES),
    uid: part(AT.uid, uidLength),
    currency: bytes.toString("ascii", AT.currency, AT.currency + 3),
    fromCount: bytes.readUInt32BE(AT.fromCount),
    count: bytes.readUInt32BE(AT.count),
    amountMinor: bytes.readUIntBE(AT.amountMinor, 6),
    issuedAt: new Date(bytes.readUInt32BE(AT.issuedAt) * 1000),
    expiresAt: new Date(bytes.readUInt32BE(AT.expiresAt) * 1000),
    keyId: part(AT.keyId, 4),
  };
}
