import {
  blockWordCount,
  type DescribedValue,
  describeBlock,
  isModbusBlock,
  isModbusRegister,
  type ModbusRegister,
  type Profile,
  type ProfileVariant,
  profileVariant,
  type ReadBlock,
  type Register,
  registerBlock,
  registerPlace,
  type UnitId,
  wordCount,
  wordIndex,
} from "@hallmeter/meter-model";
import type { Bus } from "../bus/bus.ts";
import { ASSUMED_TURNAROUND_MS } from "../bus/plan-budget.ts";
import { blockAt, planReads, type RegisterRange } from "../bus/read-plan.ts";
import { isGatewayError } from "../errors.ts";
import { readTransactionMs } from "../protocol/modbus/wire-time.ts";

export interface CircuitAddress {
  bus: Bus;
  profile: Profile;
  /** A variant of the profile, e.g. "single-phase". */
  variant: string;
  unitId: UnitId;
}

export interface CircuitReading {
  unitId: UnitId;
  profile: string;
  variant: string;
  /** Last reply, milliseconds since the epoch. */
  at: number;
  /** What the meter counts, before CT and PT ratio, by address. */
  values: DescribedValue[];
  /** Registers the profile names and this device does not have. */
  refused: Register[];
}

interface BlockReading {
  at: number;
  values: DescribedValue[];
  refused: Register[];
}

/**
 * Reads every measured register (those that cannot be written) once, in as few reads as the profile's holes allow.
 * @throws GatewayError when the circuit does not answer; MeterModelError "unknown-variant"
 */
export async function readCircuit(circuit: CircuitAddress): Promise<CircuitReading> {
  const { profile, variant: variantName, unitId } = circuit;
  const variant = profileVariant(profile, variantName);
  const registers = variant.registers.filter(({ access }) => access === "r");
  const reading: CircuitReading = {
    unitId,
    profile: profile.id,
    variant: variantName,
    at: 0,
    values: [],
    refused: [],
  };
  for (const block of blocksFor(registers, variant, profile)) {
    const { at, values, refused } = await readBlock(circuit, registers, block);
    reading.at = Math.max(reading.at, at);
    reading.values.push(...values);
    reading.refused.push(...refused);
  }
  return reading;
}

/** Few reads that hold all the registers. */
function blocksFor(registers: readonly Register[], variant: ProfileVariant, profile: Profile): ReadBlock[] {
  const modbus = registers.filter(isModbusRegister);
  const planned = ([3, 4] as const).flatMap((code) =>
    planReads(modbus.filter((register) => register.function === code).map(rangeOf), {
      readMs: (count) => readTransactionMs(profile.defaultLine, count, ASSUMED_TURNAROUND_MS),
      holes: variant.holes,
      splits: [],
      longestJoinedMs: Number.POSITIVE_INFINITY,
    }).map((range) => blockAt(code, range)),
  );
  const byDataId = new Map<number, ReadBlock>();
  for (const register of registers) {
    const block = registerBlock(register);
    if (isModbusBlock(block)) continue;
    const known = byDataId.get(block.dataId);
    if (!known || blockWordCount(known) < block.bytes) byDataId.set(block.dataId, block);
  }
  return [...planned, ...byDataId.values()];
}

/**
 * A device without one of the registers refuses the whole block. What a sample needs is then asked for one by one; an
 * optional area (harmonics, a switch module) is missing as a whole.
 */
async function readBlock(
  circuit: CircuitAddress,
  registers: readonly Register[],
  block: ReadBlock,
): Promise<BlockReading> {
  const { bus, profile, unitId } = circuit;
  const inBlock = registers.filter((register) => wordIndex(register, block) !== undefined);
  try {
    const { words, at } = await bus.read({ lane: "person", unitId, block, profile });
    return { at, values: describeBlock(inBlock, block, words), refused: [] };
  } catch (error) {
    if (!isGatewayError(error) || error.code !== "address-refused") throw error;
    const { sampleBlocks } = profileVariant(profile, circuit.variant);
    const isSample = inBlock.some((register) =>
      sampleBlocks.some((sample) => wordIndex(register, sample) !== undefined),
    );
    if (inBlock.length === 1 || !isSample) return { at: 0, values: [], refused: inBlock };
  }
  const alone: BlockReading = { at: 0, values: [], refused: [] };
  for (const register of inBlock) {
    const one = await readBlock(circuit, [register], registerBlock(register));
    alone.at = Math.max(alone.at, one.at);
    alone.values.push(...one.values);
    alone.refused.push(...one.refused);
  }
  return alone;
}

/** One line per register for a terminal: where it lies, name, value with unit, and what the profile is unsure of. */
export function describeReading(reading: CircuitReading): string[] {
  const nameWidth = Math.max(0, ...reading.values.map(({ name }) => name.length));
  const textWidth = Math.max(0, ...reading.values.map(({ text }) => text.length));
  return [
    `unit ${reading.unitId} · ${reading.profile} ${reading.variant} · ${new Date(reading.at).toISOString()}`,
    ...reading.values.map(({ place, name, text, unsure }) =>
      [`${place}  ${name.padEnd(nameWidth)}  ${text.padStart(textWidth)}`, unsure && `unsure: ${unsure}`]
        .filter(Boolean)
        .join("  "),
    ),
    ...reading.refused.map(
      (register) => `${registerPlace(register)}  ${register.name}: this device does not have it`,
    ),
  ];
}

function rangeOf(register: ModbusRegister): RegisterRange {
  return { address: register.address, count: wordCount(register) };
}
