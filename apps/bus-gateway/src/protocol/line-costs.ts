import { isModbusBlock, isModbusWrite, type LineConfig } from "@hallmeter/meter-model";
import { dlt645Costs } from "./dlt645/wire-time.ts";
import { modbusCosts } from "./modbus/wire-time.ts";
import type { WireCosts } from "./protocol.ts";

/** What transactions cost on a shared line, whatever protocol they are in. */
export function lineCosts(line: LineConfig): WireCosts {
  const modbus = modbusCosts(line);
  const dlt645 = dlt645Costs(line);
  return {
    silenceMs: modbus.silenceMs,
    readMs: (block, turnaroundMs) => (isModbusBlock(block) ? modbus : dlt645).readMs(block, turnaroundMs),
    writeMs: (write, turnaroundMs) => (isModbusWrite(write) ? modbus : dlt645).writeMs(write, turnaroundMs),
  };
}
