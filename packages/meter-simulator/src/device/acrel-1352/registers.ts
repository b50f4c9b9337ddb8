import type { CircuitView, PhaseView } from "../../circuit/circuit-view.ts";
import { clockFields } from "../../circuit/meter-clock.ts";
import { statusWord } from "../adf400l/status-word.ts";
import { energySteps, type MeasuredRow, type ParameterRow } from "../register-rows.ts";

export type LoopCount = 1 | 2 | 3;

/** Register 0200 tells the models apart. */
const MODEL = { "single-phase": 7, "three-phase": 5 } as const;

type PhaseIndex = 0 | 1 | 2;
const phase = (index: PhaseIndex, of: (phase: PhaseView) => number) => (view: CircuitView) => {
  const found = view.phases[index];
  return found ? of(found) : 0;
};
const active = ({ total }: CircuitView) => energySteps(total.activeWh);
const zero = () => 0;

/** One verdict per loop for each layer that is on: prepaid (high b3, b0–2), load (low b3, b0–2), time (low b7, b4–6). */
function verdictWord({ verdict, prepaid }: CircuitView, loopCount: LoopCount, controls: OwnSwitches): number {
  const loops = (1 << loopCount) - 1;
  return (
    (prepaid.isOn ? 0x0800 | (verdict.arrears ? 0 : loops << 8) : 0) |
    (controls.isLoadOn() ? 0x0008 | (verdict.overLimit ? 0 : loops) : 0) |
    (controls.isTimeOn() ? 0x0080 | (verdict.timeOff ? 0 : loops << 4) : 0)
  );
}

export interface OwnSwitches {
  isLoadOn(): boolean;
  isTimeOn(): boolean;
}

/** Year/month, day/weekday, hour/minute, second/–: one binary byte each. */
const clockWord = (index: 0 | 1 | 2 | 3) => (view: CircuitView) => {
  const { year, month, day, weekday, hour, minute, second } = clockFields(view.localMs);
  const words = [(year << 8) | month, (day << 8) | weekday, (hour << 8) | minute, second << 8] as const;
  return words[index];
};

/** Six BCD bytes, high digits first. */
const serialWord = (index: 0 | 1 | 2) => (view: CircuitView) =>
  Number.parseInt(view.serialNumber.padStart(12, "0").slice(4 * index, 4 * index + 4), 16);

/**
 * The block of 48 registers from 0200 that the manufacturer's set-up program ("DDSY_DTSY", published decompiled) polls from
 * both models, in its order: U, I, P, Q, PF of a, b, c and in total, ratios, energies, credit, status, clock.
 */
function pollBlock(
  variant: keyof typeof MODEL,
  loopCount: LoopCount,
  switches: OwnSwitches,
): readonly MeasuredRow[] {
  const perPhase = (address: number, type: "u16" | "s16", of: (phase: PhaseView) => number): MeasuredRow[] =>
    ([0, 1, 2] as const).map((index) => ({ address: address + index, type, read: phase(index, of) }));
  return [
    { address: 0x0200, type: "u16", read: () => MODEL[variant] },
    ...perPhase(0x0201, "u16", (p) => p.voltageDv),
    ...perPhase(0x0204, "u16", (p) => p.currentCa),
    ...perPhase(0x0207, "s16", (p) => p.activePowerW),
    { address: 0x020a, type: "s16", read: ({ total }) => total.activePowerW },
    ...perPhase(0x020b, "s16", (p) => p.reactivePowerVar),
    { address: 0x020e, type: "s16", read: ({ total }) => total.reactivePowerVar },
    ...perPhase(0x020f, "s16", (p) => p.powerFactorMilli),
    { address: 0x0212, type: "s16", read: ({ total }) => total.powerFactorMilli },
    { address: 0x0213, type: "u16", read: () => 1 },
    { address: 0x0214, type: "u16", read: () => 1 },
    { address: 0x0215, type: "u32", read: active },
    { address: 0x0217, type: "u32", read: zero },
    { address: 0x0219, type: "u32", read: zero },
    { address: 0x021b, type: "u32", read: active },
    { address: 0x021d, type: "u32", read: zero },
    { address: 0x021f, type: "s32", read: ({ prepaid }) => prepaid.remainingMinor },
    { address: 0x0221, type: "u16", read: ({ prepaid }) => prepaid.purchaseCount },
    { address: 0x0222, type: "u16", read: ({ loadTripCount }) => loadTripCount },
    { address: 0x0223, type: "u16", read: ({ loadAllowedTrips }) => loadAllowedTrips },
    { address: 0x0224, type: "u16", read: (view) => statusWord(view, loopCount) },
    { address: 0x0225, type: "u16", read: (view) => verdictWord(view, loopCount, switches) },
    { address: 0x0226, type: "u32", read: ({ prepaid }) => prepaid.basicMinor },
    { address: 0x0228, type: "u16", read: clockWord(0) },
    { address: 0x0229, type: "u16", read: clockWord(1) },
    { address: 0x022a, type: "u16", read: clockWord(2) },
    { address: 0x022b, type: "u16", read: clockWord(3) },
    { address: 0x022c, type: "u32", read: zero },
    { address: 0x022e, type: "u16", read: zero },
    { address: 0x022f, type: "u16", read: zero },
  ];
}

/** DDSY1352 operation manual T1.0 (2021), 8.1: 0000–0010. The row of 000E (reactive power) is lost in the public scan. */
const SINGLE_PHASE_AREA: readonly MeasuredRow[] = [
  { address: 0x000b, type: "u16", read: phase(0, (p) => p.voltageDv) },
  { address: 0x000c, type: "u16", read: phase(0, (p) => p.currentCa) },
  { address: 0x000d, type: "s16", read: phase(0, (p) => p.activePowerW) },
  { address: 0x000e, type: "s16", read: phase(0, (p) => p.reactivePowerVar) },
  {
    address: 0x000f,
    type: "u16",
    read: phase(0, (p) => Math.round(Math.hypot(p.activePowerMw, p.reactivePowerMvar) / 1000)),
  },
  { address: 0x0010, type: "s16", read: phase(0, (p) => p.powerFactorMilli) },
];

const ENERGIES: readonly MeasuredRow[] = [
  { address: 0x0000, type: "u32", read: active },
  { address: 0x0002, type: "u32", read: zero },
  { address: 0x0004, type: "u32", read: zero },
  { address: 0x0006, type: "u32", read: active },
  { address: 0x0008, type: "u32", read: zero },
  { address: 0x0043, type: "u16", read: serialWord(0) },
  { address: 0x0044, type: "u16", read: serialWord(1) },
  { address: 0x0045, type: "u16", read: serialWord(2) },
  { address: 0x004f, type: "s32", read: ({ prepaid }) => prepaid.remainingMinor },
];

export function measuredRows(
  variant: keyof typeof MODEL,
  loopCount: LoopCount,
  switches: OwnSwitches,
): readonly MeasuredRow[] {
  return [
    ...ENERGIES,
    ...(variant === "single-phase" ? SINGLE_PHASE_AREA : []),
    ...pollBlock(variant, loopCount, switches),
  ];
}

/** Running mode 0022, ratios 0037 and 0038, forced control: what function 16 may write. */
export const OPEN_PARAMETERS: readonly ParameterRow[] = [
  { address: 0x000a, type: "u16", name: null, maximum: 9999 },
  { address: 0x0022, type: "u16", name: null },
  { address: 0x0037, type: "u16", name: null, initial: 1 },
  { address: 0x0038, type: "u16", name: null, initial: 1 },
  { address: 0x0057, type: "u16", name: "forcedSwitch", maximum: 1 },
  { address: 0x0058, type: "u16", name: "forcedOpen", maximum: 1 },
];

/** The set-up program's page of prepaid parameters; it writes the whole of it, with a function of its own. */
export const PAGE = { first: 0x0046, count: 28, remaining: 0x004f } as const;

/** Where the page shows no meaning (004C, 0051–0054, 0056) the words are only kept. */
export const PAGE_PARAMETERS: readonly ParameterRow[] = [
  { address: 0x0046, type: "u32", name: "alarm1Minor" },
  { address: 0x0048, type: "u32", name: "alarm2Minor" },
  { address: 0x004a, type: "u32", name: "overdraftMinor" },
  { address: 0x004c, type: "u32", name: null },
  { address: 0x004e, type: "u16", name: "purchaseCount" },
  { address: 0x0051, type: "u16", name: null, repeat: 4 },
  { address: 0x0055, type: "u16", name: "prepaidSwitchHigh" },
  { address: 0x0056, type: "u16", name: null },
  { address: 0x0059, type: "u32", name: null },
  { address: 0x005b, type: "u32", name: null },
  { address: 0x005d, type: "u32", name: "priceMinorPerKWh" },
  { address: 0x005f, type: "u32", name: null },
  { address: 0x0061, type: "u16", name: "maxPowerW" },
];
