import { crc16 } from "./crc16.ts";

const EXCEPTION_BIT = 0x80;
const CRC_BYTES = 2;

/** The registers of a whole function 3 or 4 reply. */
export function wordsOf(reply: Uint8Array): number[] {
  const [, , bytes = 0] = reply;
  return Array.from({ length: bytes / 2 }, (_, n) => wordAt(reply, 3 + 2 * n));
}

/** The exception code of a whole reply (clause 7); null for a normal one. */
export function exceptionOf(reply: Uint8Array): number | null {
  const [, code = 0, exception = 0] = reply;
  return code & EXCEPTION_BIT ? exception : null;
}

function wordAt(bytes: Uint8Array, index: number): number {
  return ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
}

/** Low byte first (Modbus over Serial Line V1.02, 6.2.2). */
export function withCrc(body: ArrayLike<number>): Uint8Array {
  const frame = new Uint8Array(body.length + CRC_BYTES);
  frame.set(body);
  const crc = crc16(frame.subarray(0, body.length));
  frame[body.length] = crc & 0xff;
  frame[body.length + 1] = crc >>> 8;
  return frame;
}
