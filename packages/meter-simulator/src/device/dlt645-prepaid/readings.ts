import type { CircuitView } from "../../circuit/circuit-view.ts";
import { clockFields } from "../../circuit/meter-clock.ts";
import { bcd, signedBcd } from "../../dlt645/bcd.ts";
import { addressBytes } from "../../dlt645/frame.ts";
import { energySteps } from "../register-rows.ts";

/** One moment of the meter, as its data show it. */
export interface Dlt645View {
  circuit: CircuitView;
  address: string;
  credit: "money" | "energy" | "none";
  isBatteryLow: boolean;
  isAlarmOn: boolean;
  isKeepPowerOn: boolean;
  /** Rates 1…n; everything is used at rate 3. */
  rateCount: number;
}

/** Data bytes by identifier, in the order of the wire; undefined where the meter has no such data. */
export type Reading = (view: Dlt645View, dataId: number) => number[] | undefined;

const FLAT_RATE = 3;
const BLOCK = 0xff;

const phase = ({ circuit }: Dlt645View) => circuit.phases[0];
const word = (bits: number) => [bits & 0xff, bits >>> 8];

/** DI1 names the rate, FF all of them: 00 01 RR 00. 0.01 kWh. */
function energies(of: (view: Dlt645View) => number): Reading {
  return (view, dataId) => {
    const rate = (dataId >>> 8) & 0xff;
    const of_ = (index: number) => bcd(index === 0 || index === FLAT_RATE ? energySteps(of(view)) : 0, 4);
    if (rate === BLOCK) return Array.from({ length: view.rateCount + 1 }, (_, index) => of_(index)).flat();
    return rate <= view.rateCount ? of_(rate) : undefined;
  };
}

function dateAndWeekday(localMs: number): number[] {
  const { year, month, day, weekday } = clockFields(localMs);
  return [weekday % 7, day, month, year].flatMap((value) => bcd(value, 1));
}

function timeOfDay(localMs: number): number[] {
  const { hour, minute, second } = clockFields(localMs);
  return [second, minute, hour].flatMap((value) => bcd(value, 1));
}

/** Whether the meter wants its contact open; differs from the contact when that is stuck. */
function isOpenWanted({ circuit: { forced, verdict } }: Dlt645View): boolean {
  return (
    forced === "open" || (forced === "free" && (verdict.arrears || verdict.overLimit || verdict.timeOff))
  );
}

/** 04000501: b2 the clock's battery is low. */
const statusWord1 = ({ isBatteryLow }: Dlt645View) => (isBatteryLow ? 0x0004 : 0);

const CREDIT_TYPE = { none: 0x0000, energy: 0x0100, money: 0x0200 } as const;

/** 04000503: b4 relay open, b6 relay command, b7 alarm before a trip, b8–9 kind of credit, b12 keep power, b14 no account. */
export function statusWord3(view: Dlt645View): number {
  const { prepaid, isContactClosed } = view.circuit;
  return (
    (isContactClosed ? 0 : 0x0010) |
    (isOpenWanted(view) ? 0x0040 : 0) |
    (view.isAlarmOn || prepaid.isBelowAlarm1 || prepaid.isBelowAlarm2 ? 0x0080 : 0) |
    CREDIT_TYPE[view.credit] |
    (view.isKeepPowerOn ? 0x1000 : 0) |
    (view.credit !== "none" && prepaid.purchaseCount === 0 ? 0x4000 : 0)
  );
}

const STATUS_WORDS = [statusWord1, () => 0, statusWord3, () => 0, () => 0, () => 0, () => 0] as const;

const apparentMva = (view: Dlt645View) =>
  Math.hypot(view.circuit.total.activePowerMw, view.circuit.total.reactivePowerMvar);
/** 0.0001 kW is 100 mW. */
const activePower = ({ circuit }: Dlt645View) => signedBcd(Math.round(circuit.total.activePowerMw / 100), 3);
const reactivePower = ({ circuit }: Dlt645View) =>
  signedBcd(Math.round(circuit.total.reactivePowerMvar / 100), 3);
const apparentPower = (view: Dlt645View) => bcd(Math.round(apparentMva(view) / 100), 3);
const powerFactor = ({ circuit }: Dlt645View) => signedBcd(circuit.total.powerFactorMilli, 2);
const none: (view: Dlt645View) => number = () => 0;

/** DL/T 645-2007, annex A, with the prepaid identifiers of the 2013 supplement. */
export const READINGS: readonly { from: number; to: number; read: Reading }[] = [
  { from: 0x00000000, to: 0x00003f00, read: energies(({ circuit }) => circuit.total.activeWh) },
  { from: 0x0000ff00, to: 0x0000ff00, read: energies(({ circuit }) => circuit.total.activeWh) },
  { from: 0x00010000, to: 0x00013f00, read: energies(({ circuit }) => circuit.total.activeWh) },
  { from: 0x0001ff00, to: 0x0001ff00, read: energies(({ circuit }) => circuit.total.activeWh) },
  { from: 0x00020000, to: 0x00023f00, read: energies(none) },
  { from: 0x0002ff00, to: 0x0002ff00, read: energies(none) },
  { from: 0x00030000, to: 0x00030000, read: energies(({ circuit }) => circuit.total.reactiveVarh) },
  { from: 0x00040000, to: 0x00040000, read: energies(none) },
  { from: 0x02010100, to: 0x02010100, read: (view) => bcd(phase(view)?.voltageDv ?? 0, 2) },
  // The view counts 0.01 A, the meter shows 0.001 A.
  { from: 0x02020100, to: 0x02020100, read: (view) => signedBcd(currentMilliA(view), 3) },
  { from: 0x02030000, to: 0x02030000, read: activePower },
  { from: 0x02030100, to: 0x02030100, read: activePower },
  { from: 0x02040000, to: 0x02040000, read: reactivePower },
  { from: 0x02040100, to: 0x02040100, read: reactivePower },
  { from: 0x02050000, to: 0x02050000, read: apparentPower },
  { from: 0x02050100, to: 0x02050100, read: apparentPower },
  { from: 0x02060000, to: 0x02060000, read: powerFactor },
  { from: 0x02060100, to: 0x02060100, read: powerFactor },
  { from: 0x02800002, to: 0x02800002, read: ({ circuit }) => bcd(circuit.frequencyCHz, 2) },
  { from: 0x04000101, to: 0x04000101, read: ({ circuit }) => dateAndWeekday(circuit.localMs) },
  { from: 0x04000102, to: 0x04000102, read: ({ circuit }) => timeOfDay(circuit.localMs) },
  { from: 0x04000401, to: 0x04000401, read: ({ address }) => addressBytes(address) },
  {
    from: 0x04000402,
    to: 0x04000402,
    read: ({ circuit }) => addressBytes(circuit.serialNumber.padStart(12, "0").slice(-12)),
  },
  {
    from: 0x04000501,
    to: 0x04000507,
    read: (view, dataId) => word(STATUS_WORDS[(dataId & 0xff) - 1]?.(view) ?? 0),
  },
  { from: 0x040005ff, to: 0x040005ff, read: (view) => STATUS_WORDS.flatMap((of) => word(of(view))) },
  {
    from: 0x00900100,
    to: 0x00900100,
    read: (view) => bcd(view.credit === "energy" ? view.circuit.prepaid.remainingMinor : 0, 4),
  },
  {
    from: 0x00900200,
    to: 0x00900200,
    read: (view) => bcd(view.credit === "money" ? view.circuit.prepaid.remainingMinor : 0, 4),
  },
  {
    from: 0x00900201,
    to: 0x00900201,
    read: (view) => bcd(view.credit === "money" ? -view.circuit.prepaid.remainingMinor : 0, 4),
  },
  { from: 0x03330201, to: 0x03330201, read: ({ circuit }) => bcd(circuit.prepaid.purchaseCount, 2) },
];

function currentMilliA(view: Dlt645View): number {
  const voltageDv = phase(view)?.voltageDv ?? 0;
  return voltageDv === 0 ? 0 : Math.round((10 * apparentMva(view)) / voltageDv);
}

export function readData(view: Dlt645View, dataId: number): number[] | undefined {
  const row = READINGS.find(({ from, to }) => dataId >= from && dataId <= to);
  // Between two rates of a range only DI0 = 0 is the present month.
  if (!row || (row.from !== row.to && row.from < 0x01000000 && (dataId & 0xff) !== 0)) return undefined;
  return row.read(view, dataId);
}
