import type { ModbusReadBlock, ModbusWrite } from "@hallmeter/meter-model";
import { crc16 } from "./crc16.ts";

/** Modbus Application Protocol V1.1b3, 6.12. */
const WRITE_MULTIPLE_REGISTERS = 16;
const EXCEPTION_BIT = 0x80;
const CRC_BYTES = 2;

/** Function 3 or 4 (clauses 6.3, 6.4): unit, function, address, count, checksum. */
export function readRequest(unitId: number, { function: code, address, count }: ModbusReadBlock): Uint8Array {
  return withCrc([unitId, code, ...word(address), ...word(count)]);
}

/** Function 16 (clause 6.12): unit, function, address, count, byte count, registers, checksum. */
export function writeRequest(unitId: number, { address, words }: ModbusWrite): Uint8Array {
  const { length } = words;
  const head = [unitId, WRITE_MULTIPLE_REGISTERS, ...word(address), ...word(length), 2 * length];
  return withCrc([...head, ...words.flatMap(word)]);
}

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

function word(value: number): [number, number] {
  return [value >>> 8, value & 0xff];
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
