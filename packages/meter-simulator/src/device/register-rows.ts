import type { CircuitView } from "../circuit/circuit-view.ts";

export type WordType = "u16" | "s16" | "u32" | "s32" | "f32";

/** A register that shows something measured or counted. */
export interface MeasuredRow {
  address: number;
  type: WordType;
  read: (view: CircuitView) => number;
}

/** Registers a master may write and read back. */
export interface ParameterRow {
  address: number;
  type: "u16" | "u32" | "f32";
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
  | "prepaidSwitchHigh"
  | "priceMinorPerKWh"
  | "alarm1Minor"
  | "alarm2Minor"
  | "overdraftMinor"
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
  | "forcedWord"
  | "forcedSwitch"
  | "forcedOpen"
  | "relayCommand";

export const wordCount = (type: WordType): 1 | 2 => (type === "u16" || type === "s16" ? 1 : 2);

/** Energy registers that count 0.01 kWh and never show what has not been used up: rounded down. */
export const WH_PER_STEP = 10;
/** Where manuals name no decimal limit, the register wraps with its 32 bits. */
export const U32_MODULUS_WH = 0x1_0000_0000 * WH_PER_STEP;

export const energySteps = (wh: number): number => Math.floor(wh / WH_PER_STEP);

const LIMITS = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
} as const;

const floatView = new DataView(new ArrayBuffer(4));

/** The words of a value, high word first as all these meters have it; beyond its range an integer stays at the limit. */
export function toWords(type: WordType, value: number): readonly [number] | readonly [number, number] {
  if (type === "f32") {
    floatView.setFloat32(0, value);
    return [floatView.getUint16(0), floatView.getUint16(2)];
  }
  const [lowest, highest] = LIMITS[type];
  const whole = Math.min(highest, Math.max(lowest, Math.trunc(value)));
  return wordCount(type) === 1 ? [whole & 0xffff] : [(whole >>> 16) & 0xffff, whole & 0xffff];
}

export function fromWords(type: ParameterRow["type"], high: number, low: number): number {
  if (type === "u16") return high;
  if (type === "u32") return high * 0x1_0000 + low;
  floatView.setUint16(0, high);
  floatView.setUint16(2, low);
  return floatView.getFloat32(0);
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
