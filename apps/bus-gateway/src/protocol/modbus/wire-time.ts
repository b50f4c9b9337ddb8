import { isModbusBlock, isModbusWrite, type LineConfig } from "@hallmeter/meter-model";
import { bytesMs, characterMs } from "../line/line-time.ts";
import type { WireCosts } from "../protocol.ts";

/** Above this speed the silent interval is fixed (Modbus over Serial Line V1.02, clause 2.5.1.1). */
const FIXED_SILENCE_ABOVE_BAUD = 19_200;
const FIXED_SILENCE_MS = 1.75;
const SILENCE_CHARACTERS = 3.5;
/** Unit, function, address, count and checksum of a read request. */
const READ_REQUEST_BYTES = 8;
/** Unit, function, byte count and checksum around the registers of a read reply. */
export const READ_REPLY_FRAME_BYTES = 5;
/** Unit, function, address, count, byte count and checksum around the registers of a function 16 request. */
const WRITE_REQUEST_FRAME_BYTES = 9;
export const WRITE_REPLY_BYTES = 8;

/** t3.5, the silence that ends a frame. Milliseconds. */
export function silentIntervalMs(line: LineConfig): number {
  return line.baud > FIXED_SILENCE_ABOVE_BAUD ? FIXED_SILENCE_MS : SILENCE_CHARACTERS * characterMs(line);
}

/** How long one read of `registers` keeps the wire, from the first bit of the request to the silence after the reply. */
export function readTransactionMs(line: LineConfig, registers: number, turnaroundMs: number): number {
  return transactionMs(line, READ_REQUEST_BYTES + READ_REPLY_FRAME_BYTES + 2 * registers, turnaroundMs);
}

/** The same for one function 16 write. */
export function writeTransactionMs(line: LineConfig, registers: number, turnaroundMs: number): number {
  return transactionMs(line, WRITE_REQUEST_FRAME_BYTES + 2 * registers + WRITE_REPLY_BYTES, turnaroundMs);
}

function transactionMs(line: LineConfig, bytes: number, turnaroundMs: number): number {
  const silenceMs = silentIntervalMs(line);
  return bytesMs(line, bytes) + Math.max(silenceMs, turnaroundMs) + silenceMs;
}

/** Blocks and writes of other protocols cost nothing here. */
export function modbusCosts(line: LineConfig): WireCosts {
  return {
    silenceMs: silentIntervalMs(line),
    readMs: (block, turnaroundMs) =>
      isModbusBlock(block) ? readTransactionMs(line, block.count, turnaroundMs) : 0,
    writeMs: (write, turnaroundMs) =>
      isModbusWrite(write) ? writeTransactionMs(line, write.words.length, turnaroundMs) : 0,
  };
}
