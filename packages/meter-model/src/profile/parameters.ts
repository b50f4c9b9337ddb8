import { MeterModelError } from "../errors.ts";
import { type BlockValues, blocksFor, decodeBlock } from "./decode.ts";
import { registersFor } from "./loops.ts";
import type { MeterParameter, ProfileVariant, ReadBlock, Register } from "./profile.ts";
import { registerWrite } from "./register-write.ts";
import type { MeterAccess, RegisterWrite } from "./relay-control.ts";

/** Desired values by register name, in the unit of the name. */
export type DesiredParameters = Readonly<Record<string, number>>;

export const PARAMETER_STATES = ["same", "differs", "unreadable"] as const;
export type ParameterState = (typeof PARAMETER_STATES)[number];

export interface ParameterComparison {
  /** The register's name. */
  name: string;
  desired: number;
  /** Null where the meter did not say, or sent no number. */
  actual: number | null;
  state: ParameterState;
}

export interface ParameterMistake {
  name: string;
  message: string;
}

function parameterOf(variant: ProfileVariant, name: string): MeterParameter | undefined {
  return variant.parameters.find(({ register }) => register === name);
}

/** What cannot be desired of a meter of this variant; empty when all of it can. */
export function parameterMistakes(variant: ProfileVariant, desired: DesiredParameters): ParameterMistake[] {
  return Object.entries(desired).flatMap(([name, value]) => {
    const parameter = parameterOf(variant, name);
    if (parameter === undefined) return [{ name, message: "this meter has no such parameter" }];
    const { minimum, maximum } = parameter;
    return value < minimum || value > maximum
      ? [{ name, message: `must be from ${minimum} to ${maximum}` }]
      : [];
  });
}

function registersOf(
  variant: ProfileVariant,
  names: readonly string[],
  loop: number | undefined,
): Register[] {
  return registersFor(variant, loop).filter(({ name }) => names.includes(name));
}

/**
 * What has to be read to know these parameters.
 * @throws MeterModelError "unknown-loop"
 */
export function parameterBlocks(
  variant: ProfileVariant,
  names: readonly string[],
  loop?: number,
): ReadBlock[] {
  return blocksFor(variant, registersOf(variant, names, loop));
}

/**
 * The parameters in one reply.
 * @throws MeterModelError "unknown-loop", "wrong-word-count"
 */
export function readParameters(
  variant: ProfileVariant,
  names: readonly string[],
  { block, words, loop }: { block: ReadBlock; words: readonly number[]; loop?: number | undefined },
): BlockValues {
  return decodeBlock(registersOf(variant, names, loop), block, words);
}

/** Desired beside actual, one row a desired parameter, in the order of the variant's table. */
export function compareParameters(
  variant: ProfileVariant,
  desired: DesiredParameters,
  actual: Readonly<BlockValues>,
): ParameterComparison[] {
  return variant.parameters.flatMap(({ register: name }) => {
    const wanted = desired[name];
    if (wanted === undefined) return [];
    const found = actual[name] ?? null;
    const state = found === null ? "unreadable" : found === wanted ? "same" : "differs";
    return [{ name, desired: wanted, actual: found, state }];
  });
}

/**
 * Sets one parameter.
 * @throws MeterModelError "unknown-register", "unknown-loop", "value-unfit", "access-missing"
 */
export function parameterWrite(
  variant: ProfileVariant,
  name: string,
  value: number,
  { loop, access }: { loop?: number | undefined; access?: MeterAccess | undefined } = {},
): RegisterWrite {
  const register = registersFor(variant, loop).find((row) => row.name === name);
  if (register === undefined || parameterOf(variant, name) === undefined)
    throw new MeterModelError("unknown-register", `this meter has no parameter "${name}"`);
  return registerWrite([{ register, value }], access);
}
