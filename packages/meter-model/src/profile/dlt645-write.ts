import { DateTime } from "luxon";
import { ianaZone } from "../time/wall-clock.ts";
import type { Dlt645Write, MeterAccess } from "./relay-control.ts";

/** DL/T 645-2007, control codes "broadcast time", "write data" and "trip, close, alarm, keep power". */
const BROADCAST_TIME = 0x08;
const WRITE_DATA = 0x14;
const CONTROL = 0x1c;
const RESERVED = 0x00;

/** Type N1 and reserved byte N2 of a control command. */
export const DLT645_CONTROL_TYPES = {
  open: [0x1a, RESERVED],
  /** The resident closes the switch with the meter's own key. */
  allowClose: [0x1b, RESERVED],
  close: [0x1c, RESERVED],
  alarm: [0x2a, RESERVED],
  endAlarm: [0x2b, RESERVED],
  keepPower: [0x3a, RESERVED],
  endKeepPower: [0x3b, RESERVED],
} as const satisfies Record<string, readonly [number, number]>;
export type Dlt645ControlCommand = keyof typeof DLT645_CONTROL_TYPES;

/** Two digits a byte, low byte first, as all data of DL/T 645-2007. */
export function bcdBytes(digits: string): number[] {
  return [...digits.matchAll(/../g)].map(([pair]) => Number.parseInt(pair, 16)).reverse();
}

/** The identifier DI3…DI0, low byte first. */
export function dataIdBytes(dataId: number): number[] {
  return bcdBytes(dataId.toString(16).padStart(8, "0"));
}

function accessBytes({ level, password, operator }: MeterAccess): number[] {
  return [level, ...bcdBytes(password), ...bcdBytes(operator)];
}

export interface Dlt645ControlContext {
  access: MeterAccess;
  /** Milliseconds since the epoch; the meter refuses the command afterwards, by its own clock. */
  expiresAtMs: number;
  /** The meter's clock shows this zone's wall clock. */
  timeZone: string;
}

/**
 * Switches, alarms or keeps power: PA P0 P1 P2, C0…C3, N1 N2, ss mm hh DD MM YY.
 * @param type N1 and N2
 * @throws MeterModelError "unknown-time-zone"
 */
export function dlt645ControlWrite(
  type: readonly number[],
  { access, expiresAtMs, timeZone }: Dlt645ControlContext,
): Dlt645Write {
  const expiry = DateTime.fromMillis(expiresAtMs, { zone: ianaZone(timeZone) });
  return {
    control: CONTROL,
    data: [...accessBytes(access), ...type, ...bcdBytes(expiry.toFormat("yyMMddHHmmss"))],
  };
}

/**
 * Sets a parameter: DI0…DI3, PA P0 P1 P2, C0…C3, N1…Nm.
 * @param value in the order of the wire
 */
export function dlt645DataWrite(dataId: number, value: readonly number[], access: MeterAccess): Dlt645Write {
  return { control: WRITE_DATA, data: [...dataIdBytes(dataId), ...accessBytes(access), ...value] };
}

/**
 * Tells the time: ss mm hh DD MM YY, to one meter or to all at once. None answers, and how far and how often a meter follows
 * is its own affair: read the clock afterwards.
 * @throws MeterModelError "unknown-time-zone"
 */
export function dlt645TimeBroadcast(atMs: number, timeZone: string): Dlt645Write {
  const shown = DateTime.fromMillis(atMs, { zone: ianaZone(timeZone) });
  return { control: BROADCAST_TIME, data: bcdBytes(shown.toFormat("yyMMddHHmmss")) };
}
