import { MeterModelError } from "../errors.ts";
import { wordCount } from "./decode.ts";
import { bcdBytes, dlt645DataWrite } from "./dlt645-write.ts";
import { type Dlt645Register, isModbusRegister, type ModbusRegister, type Register } from "./profile.ts";
import type { MeterAccess, RegisterWrite } from "./relay-control.ts";

/** What the raw value of each type reaches, both ends included. */
const MODBUS_RANGES = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
} as const;

function unfit(register: Register, value: number, why: string): MeterModelError {
  return new MeterModelError("value-unfit", `${register.name} cannot be ${value}: ${why}`);
}

/**
 * The raw integer whose decoding is exactly this value: what is written is what will be read back.
 * @throws MeterModelError "value-unfit"
 */
function exactRaw(register: Register, value: number): number {
  const [numerator, denominator] = register.scale;
  const product = value * denominator;
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(product) || product % numerator !== 0)
    throw unfit(register, value, `the meter counts in steps of ${numerator}/${denominator}`);
  return product / numerator;
}

function modbusWords(register: ModbusRegister, value: number): number[] {
  if (register.type === "f32") throw unfit(register, value, "binary fractions are not written");
  const raw = exactRaw(register, value);
  const [lowest, highest] = MODBUS_RANGES[register.type];
  if (raw < lowest || raw > highest) throw unfit(register, value, "it does not fit into the register");
  if (wordCount(register) === 1) return [raw & 0xffff];
  const words = [(raw >>> 16) & 0xffff, raw & 0xffff];
  return register.wordOrder === "hl" ? words : words.reverse();
}

/** Low byte first, as the wire carries it. */
function dlt645Bytes(register: Dlt645Register, value: number): number[] {
  const raw = exactRaw(register, value);
  const digits = register.bytes * 2;
  if (register.type !== "bcd") throw unfit(register, value, `${register.type} is not written`);
  if (raw < 0 || raw >= 10 ** digits) throw unfit(register, value, `it has more than ${digits} digits`);
  return bcdBytes(String(raw).padStart(digits, "0"));
}

export interface RegisterValue {
  register: Register;
  /** In the unit of the register's name, before CT and PT ratio. */
  value: number;
}

/**
 * One write transaction that sets these registers. Several must be Modbus neighbours without a gap.
 * @throws MeterModelError "value-unfit", "access-missing", "registers-apart"
 */
export function registerWrite(values: readonly RegisterValue[], access?: MeterAccess): RegisterWrite {
  const [first] = values;
  if (first === undefined) throw new MeterModelError("registers-apart", "nothing to write");
  if (!isModbusRegister(first.register)) {
    if (values.length > 1 || first.register.offset !== 0)
      throw new MeterModelError("registers-apart", "a DL/T 645 write sets one whole identifier");
    if (access === undefined)
      throw new MeterModelError("access-missing", "this meter is written with a password, and none is set");
    return dlt645DataWrite(first.register.dataId, dlt645Bytes(first.register, first.value), access);
  }
  const rows = values
    .map(({ register, value }) => {
      if (isModbusRegister(register))
        return { address: register.address, words: modbusWords(register, value) };
      throw new MeterModelError("registers-apart", "registers of two protocols");
    })
    .sort((a, b) => a.address - b.address);
  const { address } = rows[0] ?? first.register;
  const words: number[] = [];
  for (const row of rows) {
    if (row.address !== address + words.length)
      throw new MeterModelError("registers-apart", "the registers are no neighbours");
    words.push(...row.words);
  }
  return { address, words };
}
