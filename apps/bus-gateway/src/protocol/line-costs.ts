import { isModbusBlock, isModbusWrite, type LineConfig } from "@hallmeter/meter-model";
import { modbusCosts } from "./modbus/wire-time.ts";
import type { WireCosts } from "./protocol.ts";

/** What transactions cost on a shared line, whatever protocol they are in. */
export function lineCosts(line: LineConfig): WireCosts {
  const modbus = modbusCosts(line);
  return {
    silenceMs: modbus.silenceMs,
    readMs: (block, turnaroundMs) => (isModbusBlock(block) ? modbus : UNSPOKEN).readMs(block, turnaroundMs),
    writeMs: (write, turnaroundMs) => (isModbusWrite(write) ? modbus : UNSPOKEN).writeMs(write, turnaroundMs),
  };
}

const UNSPOKEN = { readMs: () => 0, writeMs: () => 0 };
