import type { CircuitView } from "./circuit-view.ts";
import type { EnergyReading } from "./energy-counter.ts";

export type WordType = "u16" | "s16" | "u32" | "s32";

/** A register that shows something measured or counted. */
export interface MeasuredRow {
  address: number;
  type: WordType;
  read: (view: CircuitView) => number;
}

/** Registers a master may write and read back. */
export interface ParameterRow {
  address: number;
  type: "u16" | "u32";
  name: ParameterName | null;
  /** How many of them follow each other; default 1. */
  repeat?: number;
  initial?: number;
  /** Highest value accepted; default what the type holds. */
  maximum?: number;
}

/** Parameters that the meter itself acts upon; the others it only keeps. */
export type ParameterName =
  | "prepaidSwitch"
  | "priceMinorPerKWh"
  | "alarm1Minor"
  | "alarm2Minor"
  | "purchaseMinor"
  | "purchaseCount"
  | "basicMinor"
  | "timeSwitch"
  | "workdayTable"
  | "restDayTable"
  | "restDayWord"
  | "loadSwitch"
  | "maxPowerW"
  | "loadTripCount"
  | "loadAllowedTrips"
  | "loadRecovery10S"
  | "forcedWord";

export const wordCount = (type: WordType): number => (type === "u16" || type === "s16" ? 1 : 2);

/** Energy registers count 0.01 kWh and never show what has not been used up: rounded down. */
const WH_PER_STEP = 10;
/** The manual names no decimal limit: the register wraps with its 32 bits. */
export const ENERGY_MODULUS_WH = 0x1_0000_0000 * WH_PER_STEP;

export function energySteps({ wh }: EnergyReading, offsetWh = 0): number {
  return Math.floor(((wh + offsetWh) % ENERGY_MODULUS_WH) / WH_PER_STEP);
}

const LIMITS = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
} as const satisfies Record<WordType, readonly [number, number]>;

/** The words of a value, high word first (confirmed on an ADF400L); beyond its range a register stays at the limit. */
export function toWords(type: WordType, value: number): number[] {
  const [lowest, highest] = LIMITS[type];
  const whole = Math.min(highest, Math.max(lowest, Math.trunc(value)));
  return wordCount(type) === 1 ? [whole & 0xffff] : [(whole >>> 16) & 0xffff, whole & 0xffff];
}

type ReadView = MeasuredRow["read"];

/**
 * Six groups of tip, peak, flat, valley: active, reactive, and of each forward and reverse. The rate table is not acted
 * upon: everything is used at the flat rate, in forward direction.
 */
export function rateRows(firstAddress: number, active: ReadView, reactive: ReadView): MeasuredRow[] {
  const nothing: ReadView = () => 0;
  const flatOfGroup = [active, reactive, active, nothing, reactive, nothing];
  return flatOfGroup.flatMap((flat, group) =>
    [nothing, nothing, flat, nothing].map((read, rate) => ({
      address: firstAddress + 8 * group + 2 * rate,
      type: "u32" as const,
      read,
    })),
  );
}
