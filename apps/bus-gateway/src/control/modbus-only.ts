import {
  isModbusBlock,
  isModbusWrite,
  type ModbusReadBlock,
  type ModbusWrite,
  type ReadBlock,
  type RegisterWrite,
  type UnitId,
} from "@hallmeter/meter-model";
import { GatewayError } from "../errors.ts";

/** The bus carries Modbus with one sample block only; whatever else a profile asks for is refused here. */
function refused(what: string): GatewayError {
  return new GatewayError("function-refused", `this bus has no ${what}`);
}

export function modbusUnitId(unitId: UnitId): number {
  if (typeof unitId === "number") return unitId;
  throw refused("DL/T 645");
}

export function onlyModbusBlock(blocks: readonly ReadBlock[]): ModbusReadBlock {
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) throw refused("samples of several blocks");
  if (isModbusBlock(block)) return block;
  throw refused("DL/T 645");
}

export function modbusWrite(write: RegisterWrite): ModbusWrite {
  if (isModbusWrite(write)) return write;
  throw refused("DL/T 645");
}
