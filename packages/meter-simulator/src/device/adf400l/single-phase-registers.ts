import type { CircuitView, PhaseView } from "../../circuit/circuit-view.ts";
import { energySteps, type MeasuredRow, type ParameterRow, rateRows } from "../register-rows.ts";
import { statusWord } from "./status-word.ts";

const phase = (view: CircuitView, of: (phase: PhaseView) => number) => {
  const only = view.phases[0];
  return only ? of(only) : 0;
};
const active = (view: CircuitView) => energySteps(view.total.activeWh);
const reactive = (view: CircuitView) => energySteps(view.total.reactiveVarh);

/** ADF400L manual V1.2, 9.4, single-phase data area 0300–0320 and multi-rate area 0400–042F. */
export const SINGLE_PHASE_MEASURED: readonly MeasuredRow[] = [
  { address: 0x0300, type: "u16", read: (view) => phase(view, (p) => p.voltageDv) },
  { address: 0x0301, type: "u16", read: (view) => phase(view, (p) => p.currentCa) },
  { address: 0x0302, type: "s16", read: (view) => phase(view, (p) => p.activePowerW) },
  { address: 0x0303, type: "s16", read: (view) => phase(view, (p) => p.reactivePowerVar) },
  { address: 0x0304, type: "s16", read: (view) => phase(view, (p) => p.powerFactorMilli) },
  { address: 0x0305, type: "u16", read: (view) => view.frequencyCHz },
  { address: 0x0306, type: "u32", read: active },
  { address: 0x0308, type: "u32", read: reactive },
  { address: 0x030a, type: "s32", read: (view) => view.prepaid.remainingMinor },
  { address: 0x030c, type: "u32", read: (view) => view.prepaid.purchasedMinor },
  { address: 0x030e, type: "u16", read: (view) => view.prepaid.purchaseCount },
  { address: 0x030f, type: "u32", read: (view) => view.prepaid.basicMinor },
  { address: 0x0311, type: "u16", read: (view) => statusWord(view, 1) },
  { address: 0x0312, type: "s32", read: (view) => view.prepaid.basicMinor },
  { address: 0x0314, type: "u16", read: () => 0 },
  { address: 0x0315, type: "u32", read: () => 0 },
  { address: 0x0317, type: "u16", read: (view) => view.recoveryS },
  { address: 0x0318, type: "u16", read: (view) => view.recoveryS },
  { address: 0x0319, type: "u32", read: active },
  { address: 0x031b, type: "u32", read: () => 0 },
  { address: 0x031d, type: "u32", read: reactive },
  { address: 0x031f, type: "u32", read: () => 0 },
  ...rateRows(0x0400, active, reactive),
];

/** 0500–0512 prepaid (its last word repeats the switch in the manual; it is only kept), 0600–0619 time control, 0700–0707 load control, 0801 forced control. */
export const SINGLE_PHASE_PARAMETERS: readonly ParameterRow[] = [
  { address: 0x0500, type: "u16", name: "prepaidSwitch", maximum: 1 },
  { address: 0x0501, type: "u32", name: null },
  { address: 0x0503, type: "u32", name: null },
  { address: 0x0505, type: "u32", name: "priceMinorPerKWh" },
  { address: 0x0507, type: "u32", name: null },
  { address: 0x0509, type: "u32", name: "alarm1Minor" },
  { address: 0x050b, type: "u32", name: "alarm2Minor" },
  { address: 0x050d, type: "u32", name: "purchaseMinor" },
  { address: 0x050f, type: "u16", name: "purchaseCount" },
  { address: 0x0510, type: "u32", name: "basicMinor" },
  { address: 0x0512, type: "u16", name: null },
  { address: 0x0600, type: "u16", name: "timeSwitch", maximum: 1 },
  { address: 0x0601, type: "u16", name: "workdayTable", repeat: 12 },
  { address: 0x060d, type: "u16", name: "restDayTable", repeat: 12 },
  { address: 0x0619, type: "u16", name: "restDayWord" },
  { address: 0x0700, type: "u16", name: "loadSwitch", maximum: 1 },
  { address: 0x0701, type: "u16", name: "maxPowerW" },
  { address: 0x0702, type: "u16", name: null },
  { address: 0x0703, type: "u16", name: null, maximum: 1000 },
  { address: 0x0704, type: "u16", name: "loadTripCount" },
  { address: 0x0705, type: "u16", name: "loadAllowedTrips" },
  { address: 0x0706, type: "u16", name: "loadRecovery10S" },
  { address: 0x0707, type: "u16", name: null },
  { address: 0x0800, type: "u16", name: null, initial: 1, maximum: 1 },
  { address: 0x0801, type: "u16", name: "forcedWord" },
];
