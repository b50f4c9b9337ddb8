import { MeterModelError } from "../errors.ts";
import type { Profile, ProfileVariant, ReadBlock, Register } from "./profile.ts";
import { formatValue, unitOf } from "./units.ts";

/** How many 16-bit words a register takes. */
export function wordCount(register: Pick<Register, "type">): 1 | 2 {
  return register.type === "u32" || register.type === "s32" ? 2 : 1;
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
  return { name: register.name, function: 3, address: register.address, count: wordCount(register) };
}

/** The integer as it lies in the words, before the scale. */
function rawValue(register: Register, first: number, second: number): number {
  switch (register.type) {
    case "u16":
      return first;
    case "s16":
      return first >= 0x8000 ? first - 0x1_0000 : first;
    case "u32":
    case "s32": {
      const [high, low] = register.wordOrder === "hl" ? [first, second] : [second, first];
      const unsigned = high * 0x1_0000 + low;
      return register.type === "s32" && unsigned >= 0x8000_0000 ? unsigned - 0x1_0000_0000 : unsigned;
    }
  }
}

/** raw × numerator / denominator, rounded half away from zero when the scale does not divide. */
function scaled(raw: number, [numerator, denominator]: Register["scale"]): number {
  const product = raw * numerator;
  if (!Number.isSafeInteger(product))
    throw new MeterModelError("out-of-range", `${raw} × ${numerator} is not exact`);
  const rounded = Math.round(Math.abs(product) / denominator);
  return product < 0 && rounded !== 0 ? -rounded : rounded;
}

function isInside(register: Register, block: ReadBlock): boolean {
  return (
    register.address >= block.address && register.address + wordCount(register) <= block.address + block.count
  );
}

/**
 * Every register that lies wholly inside the block, by name, in the unit of its name, as the meter counts it (before CT
 * and PT ratio).
 * @throws MeterModelError "wrong-word-count"
 */
export function decodeBlock(
  registers: readonly Register[],
  block: ReadBlock,
  words: readonly number[],
): Record<string, number> {
  if (words.length !== block.count)
    throw new MeterModelError(
      "wrong-word-count",
      `block ${block.name} asks for ${block.count} words, the reply has ${words.length}`,
    );
  const values: Record<string, number> = {};
  for (const register of registers) {
    if (!isInside(register, block)) continue;
    const index = register.address - block.address;
    values[register.name] = scaled(
      rawValue(register, words[index] ?? 0, words[index + 1] ?? 0),
      register.scale,
    );
  }
  return values;
}

export interface DescribedValue {
  name: string;
  address: number;
  value: number;
  /** With its unit, as a person reads it. */
  text: string;
  /** Symbol's name in `UNITS`; undefined for counts and switches. */
  unit?: string;
  unsure?: string;
}

/** A block's values as a command line prints them, in the order of their addresses. Before CT and PT ratio. */
export function describeBlock(
  registers: readonly Register[],
  block: ReadBlock,
  words: readonly number[],
): DescribedValue[] {
  const values = decodeBlock(registers, block, words);
  return registers
    .filter((register) => isInside(register, block))
    .sort((a, b) => a.address - b.address)
    .map((register) => {
      const value = values[register.name] ?? 0;
      const unit = unitOf(register.name);
      return {
        name: register.name,
        address: register.address,
        value,
        text: formatValue(register.name, value),
        ...(unit === undefined ? {} : { unit }),
        ...(register.unsure === undefined ? {} : { unsure: register.unsure }),
      };
    });
}

/** Most registers of one read (Modbus application protocol V1.1b3, 6.3). */
const MAX_READ_WORDS = 125;

/**
 * Blocks that together read the registers: neighbours are joined over gaps up to `maxGapWords`, never across a hole of
 * the profile. The bus has its own plan with wire times; this one is for tools that read everything once.
 */
export function blocksFor(
  variant: ProfileVariant,
  registers: readonly Register[],
  maxGapWords = 8,
): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  let current: ReadBlock | undefined;
  for (const register of [...registers].sort((a, b) => a.address - b.address)) {
    const end = register.address + wordCount(register);
    const joins =
      current !== undefined &&
      register.address - (current.address + current.count) <= maxGapWords &&
      end - current.address <= MAX_READ_WORDS &&
      !crossesHole(variant, current.address, end);
    if (current !== undefined && joins) {
      current.count = Math.max(current.count, end - current.address);
    } else {
      current = { ...registerBlock(register), name: `from ${register.name}` };
      blocks.push(current);
    }
  }
  return blocks;
}

function crossesHole(variant: ProfileVariant, from: number, end: number): boolean {
  return variant.holes.some((hole) => hole.from < end && hole.to >= from);
}
