import { isModbusBlock, isModbusWrite, type LineConfig } from "@hallmeter/meter-model";
import { bytesMs, characterMs } from "../line/line-time.ts";
import type { WireCosts } from "../protocol.ts";
import { DATA_ID_BYTES, frameBytes, requestBytes } from "./frame.ts";

/**
 * DL/T 645-2007, response: a meter waits at least 20 ms before it answers, and 500 ms at most. Others on the line may
 * need the same to let go of it.
 */
const SHORTEST_PAUSE_MS = 20;
const SILENCE_CHARACTERS = 3.5;

/** The silence that ends a frame and that comes before a request. Milliseconds. */
export function silenceMs(line: LineConfig): number {
  return Math.max(SHORTEST_PAUSE_MS, SILENCE_CHARACTERS * characterMs(line));
}

/** Blocks and writes of other protocols cost nothing here. */
export function dlt645Costs(line: LineConfig): WireCosts {
  const pauseMs = silenceMs(line);
  const transactionMs = (bytes: number, turnaroundMs: number) =>
    bytesMs(line, bytes) + Math.max(pauseMs, turnaroundMs) + pauseMs;
  return {
    silenceMs: pauseMs,
    readMs: (block, turnaroundMs) =>
      isModbusBlock(block)
        ? 0
        : transactionMs(requestBytes(DATA_ID_BYTES) + frameBytes(DATA_ID_BYTES + block.bytes), turnaroundMs),
    writeMs: (write, turnaroundMs) =>
      isModbusWrite(write) ? 0 : transactionMs(requestBytes(write.data.length) + frameBytes(0), turnaroundMs),
  };
}
