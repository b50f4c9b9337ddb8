import { MeterModelError } from "../errors.ts";
import {
  isModbusBlock,
  isModbusRegister,
  type ModbusReadBlock,
  type ModbusRegister,
  type Profile,
  type ProfileVariant,
  type ReadBlock,
  type Register,
} from "./profile.ts";
import { rawValue, scaled } from "./raw-value.ts";
import { formatValue, unitOf } from "./units.ts";

/** How many words of a reply a register takes: 16-bit registers for Modbus, bytes for DL/T 645. */
export function wordCount(register: Register): number {
  if (!isModbusRegister(register)) return register.bytes;
  return register.type === "u16" || register.type === "s16" ? 1 : 2;
}

/** How many words a reply to the block has. */
export function blockWordCount(block: ReadBlock): number {
  return isModbusBlock(block) ? block.count : block.bytes;
}

/** @throws MeterModelError "unknown-variant" */
export function profileVariant(profile: Profile, variantName: string): ProfileVariant {
  const variant = profile.variants[variantName];
  if (variant === undefined) {
    const known = Object.keys(profile.variants).join(", ");
    throw new MeterModelError(
      "unknown-variant",
      `profile ${profile.id} has no variant "${variantName}", only ${known}`,
    );
  }
  return variant;
}

/** @throws MeterModelError "unknown-variant", "unknown-register" */
export function profileRegister(profile: Profile, variantName: string, name: string): Register {
  const register = profileVariant(profile, variantName).registers.find((row) => row.name === name);
  if (register === undefined)
    throw new MeterModelError(
      "unknown-register",
      `profile ${profile.id}, ${variantName}, has no register "${name}"`,
    );
  return register;
}

/** The block that reads just this register. */
export function registerBlock(register: Register): ReadBlock {
  return isModbusRegister(register)
    ? {
        name: register.name,
        function: register.function,
        address: register.address,
        count: wordCount(register),
      }
    : { name: register.name, dataId: register.dataId, bytes: register.offset + register.bytes };
}

/** Where the register begins within the reply to a block; undefined when it does not lie wholly inside. */
export function wordIndex(register: Register, block: ReadBlock): number | undefined {
  let index: number;
  if (isModbusRegister(register)) {
    if (!isModbusBlock(block) || register.function !== block.function) return undefined;
    index = register.address - block.address;
  } else {
    if (isModbusBlock(block) || register.dataId !== block.dataId) return undefined;
    index = register.offset;
  }
  return index >= 0 && index + wordCount(register) <= blockWordCount(block) ? index : undefined;
}

/** Where a register begins within the words of a block. */
export interface Place {
  register: Register;
  index: number;
}

/** Worked out once for each block of a profile: every sample is decoded by it. */
const KNOWN_PLACES = new WeakMap<readonly Register[], WeakMap<ReadBlock, readonly Place[]>>();

/** The registers that lie wholly inside the block. */
export function placesIn(registers: readonly Register[], block: ReadBlock): readonly Place[] {
  let byBlock = KNOWN_PLACES.get(registers);
  if (byBlock === undefined) {
    byBlock = new WeakMap();
    KNOWN_PLACES.set(registers, byBlock);
  }
  const known = byBlock.get(block);
  if (known !== undefined) return known;
  const places = registers.flatMap((register) => {
    const index = wordIndex(register, block);
    return index === undefined ? [] : [{ register, index }];
  });
  byBlock.set(block, places);
  return places;
}

/** The register's value, its words beginning at `index`, in the unit of its name; null where the meter sent no number. */
export function valueAt(register: Register, words: readonly number[], index: number): number | null {
  const raw = rawValue(register, words, index, wordCount(register));
  return raw === null ? null : scaled(raw, register.scale);
}

/** @throws MeterModelError "wrong-word-count" */
export function assertAnswers(block: ReadBlock, words: readonly number[]): void {
  if (words.length !== blockWordCount(block))
    throw new MeterModelError(
      "wrong-word-count",
      `block ${block.name} asks for ${blockWordCount(block)} words, the reply has ${words.length}`,
    );
}

/** By name, in the unit of the name; null where the meter sent no number. */
export type BlockValues = Record<string, number | null>;

/**
 * Every register that lies wholly inside the block, as the meter counts it (before CT and PT ratio).
 * @throws MeterModelError "wrong-word-count"
 */
export function decodeBlock(
  registers: readonly Register[],
  block: ReadBlock,
  words: readonly number[],
): BlockValues {
  assertAnswers(block, words);
  const values: BlockValues = {};
  for (const { register, index } of placesIn(registers, block))
    values[register.name] = valueAt(register, words, index);
  return values;
}

export interface DescribedValue {
  name: string;
  /** Where it lies, as manuals write it: "0x0300", "02010100" or, within an answer, "02010100+2". */
  place: string;
  /** Null where the meter sent no number. */
  value: number | null;
  /** With its unit, as a person reads it. */
  text: string;
  /** Symbol's name in `UNITS`; undefined for counts and switches. */
  unit?: string;
  unsure?: string;
}

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, "0");

/** Where a register lies, as manuals write it. */
export function registerPlace(register: Register): string {
  if (isModbusRegister(register)) return `0x${hex(register.address, 4)}`;
  return hex(register.dataId, 8) + (register.offset === 0 ? "" : `+${register.offset}`);
}

function orderInBlock(register: Register): number {
  return isModbusRegister(register) ? register.address : register.offset;
}

/** A block's values as a command line prints them, in the order in which they lie. Before CT and PT ratio. */
export function describeBlock(
  registers: readonly Register[],
  block: ReadBlock,
  words: readonly number[],
): DescribedValue[] {
  const values = decodeBlock(registers, block, words);
  return registers
    .filter((register) => wordIndex(register, block) !== undefined)
    .sort((a, b) => orderInBlock(a) - orderInBlock(b))
    .map((register) => {
      const value = values[register.name] ?? null;
      const unit = unitOf(register.name);
      return {
        name: register.name,
        place: registerPlace(register),
        value,
        text: value === null ? "not a number" : formatValue(register.name, value),
        ...(unit === undefined ? {} : { unit }),
        ...(register.unsure === undefined ? {} : { unsure: register.unsure }),
      };
    });
}

/** Most registers of one read (Modbus application protocol V1.1b3, 6.3). */
const MAX_READ_WORDS = 125;

/**
 * Blocks that together read the registers: Modbus neighbours are joined over gaps up to `maxGapWords`, never across a hole
 * of the profile; a DL/T 645 identifier is one block. The bus has its own plan with wire times; this one is for tools
 * that read everything once.
 */
export function blocksFor(
  variant: ProfileVariant,
  registers: readonly Register[],
  maxGapWords = 8,
): ReadBlock[] {
  const modbus = registers.filter(isModbusRegister);
  const byDataId = new Map<number, ReadBlock>();
  for (const register of registers) {
    if (isModbusRegister(register)) continue;
    const before = byDataId.get(register.dataId);
    const end = register.offset + register.bytes;
    if (before === undefined || blockWordCount(before) < end)
      byDataId.set(register.dataId, { ...registerBlock(register), name: before?.name ?? register.name });
  }
  return [
    ...([3, 4] as const).flatMap((fn) =>
      joinNeighbours(
        variant,
        modbus.filter((register) => register.function === fn),
        maxGapWords,
      ),
    ),
    ...byDataId.values(),
  ];
}

function joinNeighbours(
  variant: ProfileVariant,
  registers: readonly ModbusRegister[],
  maxGapWords: number,
): ModbusReadBlock[] {
  const blocks: ModbusReadBlock[] = [];
  let current: ModbusReadBlock | undefined;
  for (const register of [...registers].sort((a, b) => a.address - b.address)) {
    const count = wordCount(register);
    const end = register.address + count;
    const joins =
      current !== undefined &&
      register.address - (current.address + current.count) <= maxGapWords &&
      end - current.address <= MAX_READ_WORDS &&
      !crossesHole(variant, current.address, end);
    if (current !== undefined && joins) {
      current.count = Math.max(current.count, end - current.address);
    } else {
      current = {
        name: `from ${register.name}`,
        function: register.function,
        address: register.address,
        count,
      };
      blocks.push(current);
    }
  }
  return blocks;
}

function crossesHole(variant: ProfileVariant, from: number, end: number): boolean {
  return variant.holes.some((hole) => hole.from < end && hole.to >= from);
}
