import type { CircuitView, PhaseView } from "../../circuit/circuit-view.ts";
import { energySteps, type MeasuredRow, type ParameterRow, rateRows } from "../register-rows.ts";
import { statusWord } from "./status-word.ts";

type PhaseIndex = 0 | 1 | 2;

const phase = (index: PhaseIndex, of: (phase: PhaseView) => number) => (view: CircuitView) => {
  const found = view.phases[index];
  return found ? of(found) : 0;
};
const activeOf = (index: PhaseIndex) => phase(index, (p) => energySteps(p.activeWh));
const reactiveOf = (index: PhaseIndex) => phase(index, (p) => energySteps(p.reactiveVarh));
const active = (view: CircuitView) => energySteps(view.total.activeWh);
const reactive = (view: CircuitView) => energySteps(view.total.reactiveVarh);
const zero = () => 0;

/** Phasors 120° apart. */
const lineVoltage = (one: PhaseIndex, other: PhaseIndex) => (view: CircuitView) => {
  const a = view.phases[one]?.voltageDv ?? 0;
  const b = view.phases[other]?.voltageDv ?? 0;
  return Math.round(Math.sqrt(a * a + b * b + a * b));
};
/** Of currents taken as in phase with their voltages; the register counts 0.1 A. */
const zeroSequenceCurrent = (view: CircuitView) => {
  const [a = 0, b = 0, c = 0] = view.phases.map(({ currentCa }) => currentCa);
  return Math.round(Math.sqrt(a * a + b * b + c * c - a * b - b * c - c * a) / 10);
};
/** Largest deviation from the mean, hundredths. */
const unbalance = (of: (phase: PhaseView) => number) => (view: CircuitView) => {
  const values = view.phases.map(of);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean === 0 ? 0 : Math.round((100 * Math.max(...values.map((v) => Math.abs(v - mean)))) / mean);
};

/**
 * ADF400L manual V1.2, 9.4, three-phase data area 033F–0396 and multi-rate area 0430–045F. The total active power counts
 * 1 W while that of a phase counts 0.001 kW; both are the same number here.
 */
export const THREE_PHASE_MEASURED: readonly MeasuredRow[] = [
  { address: 0x033f, type: "u16", read: phase(0, (p) => p.voltageDv) },
  { address: 0x0340, type: "u16", read: phase(1, (p) => p.voltageDv) },
  { address: 0x0341, type: "u16", read: phase(2, (p) => p.voltageDv) },
  { address: 0x0342, type: "u16", read: phase(0, (p) => p.currentCa) },
  { address: 0x0343, type: "u16", read: phase(1, (p) => p.currentCa) },
  { address: 0x0344, type: "u16", read: phase(2, (p) => p.currentCa) },
  { address: 0x0345, type: "s16", read: (view) => view.total.activePowerW },
  { address: 0x0346, type: "s16", read: phase(0, (p) => p.activePowerW) },
  { address: 0x0347, type: "s16", read: phase(1, (p) => p.activePowerW) },
  { address: 0x0348, type: "s16", read: phase(2, (p) => p.activePowerW) },
  { address: 0x0349, type: "s16", read: (view) => view.total.reactivePowerVar },
  { address: 0x034a, type: "s16", read: phase(0, (p) => p.reactivePowerVar) },
  { address: 0x034b, type: "s16", read: phase(1, (p) => p.reactivePowerVar) },
  { address: 0x034c, type: "s16", read: phase(2, (p) => p.reactivePowerVar) },
  { address: 0x034d, type: "s16", read: (view) => view.total.powerFactorMilli },
  { address: 0x034e, type: "s16", read: phase(0, (p) => p.powerFactorMilli) },
  { address: 0x034f, type: "s16", read: phase(1, (p) => p.powerFactorMilli) },
  { address: 0x0350, type: "s16", read: phase(2, (p) => p.powerFactorMilli) },
  { address: 0x0351, type: "u16", read: (view) => view.frequencyCHz },
  { address: 0x0352, type: "u32", read: activeOf(0) },
  { address: 0x0354, type: "u32", read: activeOf(1) },
  { address: 0x0356, type: "u32", read: activeOf(2) },
  { address: 0x0358, type: "u32", read: reactiveOf(0) },
  { address: 0x035a, type: "u32", read: reactiveOf(1) },
  { address: 0x035c, type: "u32", read: reactiveOf(2) },
  { address: 0x035e, type: "u32", read: active },
  { address: 0x0360, type: "u32", read: reactive },
  { address: 0x0362, type: "s32", read: (view) => view.prepaid.remainingMinor },
  { address: 0x0364, type: "u32", read: (view) => view.prepaid.purchasedMinor },
  { address: 0x0366, type: "u16", read: (view) => view.prepaid.purchaseCount },
  { address: 0x0367, type: "u32", read: (view) => view.prepaid.basicMinor },
  { address: 0x0369, type: "u16", read: (view) => statusWord(view, 3) },
  { address: 0x036a, type: "u32", read: (view) => view.prepaid.basicMinor },
  { address: 0x036c, type: "u16", read: zero },
  { address: 0x036d, type: "u32", read: (view) => Math.max(0, -view.prepaid.remainingMinor) },
  { address: 0x036f, type: "u16", read: (view) => view.recoveryS },
  { address: 0x0370, type: "u16", read: (view) => view.recoveryS },
  { address: 0x0371, type: "u16", read: lineVoltage(0, 1) },
  { address: 0x0372, type: "u16", read: lineVoltage(1, 2) },
  { address: 0x0373, type: "u16", read: lineVoltage(2, 0) },
  { address: 0x0374, type: "u16", read: zeroSequenceCurrent },
  { address: 0x0375, type: "u16", read: unbalance((p) => p.voltageDv) },
  { address: 0x0376, type: "u16", read: unbalance((p) => p.currentCa) },
  { address: 0x0377, type: "u32", read: activeOf(0) },
  { address: 0x0379, type: "u32", read: zero },
  { address: 0x037b, type: "u32", read: activeOf(1) },
  { address: 0x037d, type: "u32", read: zero },
  { address: 0x037f, type: "u32", read: activeOf(2) },
  { address: 0x0381, type: "u32", read: zero },
  { address: 0x0383, type: "u32", read: reactiveOf(0) },
  { address: 0x0385, type: "u32", read: zero },
  { address: 0x0387, type: "u32", read: reactiveOf(1) },
  { address: 0x0389, type: "u32", read: zero },
  { address: 0x038b, type: "u32", read: reactiveOf(2) },
  { address: 0x038d, type: "u32", read: zero },
  { address: 0x038f, type: "u32", read: active },
  { address: 0x0391, type: "u32", read: zero },
  { address: 0x0393, type: "u32", read: reactive },
  { address: 0x0395, type: "u32", read: zero },
  ...rateRows(0x0430, active, reactive),
];

/** 0536–0547 prepaid, 064E–0667 time control, 0718–071F load control, 0804 forced control. */
export const THREE_PHASE_PARAMETERS: readonly ParameterRow[] = [
  { address: 0x0536, type: "u16", name: "prepaidSwitch", maximum: 1 },
  { address: 0x0537, type: "u32", name: null },
  { address: 0x0539, type: "u32", name: null },
  { address: 0x053b, type: "u32", name: "priceMinorPerKWh" },
  { address: 0x053d, type: "u32", name: null },
  { address: 0x053f, type: "u32", name: "alarm1Minor" },
  { address: 0x0541, type: "u32", name: "alarm2Minor" },
  { address: 0x0543, type: "u32", name: "purchaseMinor" },
  { address: 0x0545, type: "u16", name: "purchaseCount" },
  { address: 0x0546, type: "u32", name: "basicMinor" },
  { address: 0x064e, type: "u16", name: "timeSwitch", maximum: 1 },
  { address: 0x064f, type: "u16", name: "workdayTable", repeat: 12 },
  { address: 0x065b, type: "u16", name: "restDayTable", repeat: 12 },
  { address: 0x0667, type: "u16", name: "restDayWord" },
  { address: 0x0718, type: "u16", name: "loadSwitch", maximum: 1 },
  { address: 0x0719, type: "u16", name: "maxPowerW" },
  { address: 0x071a, type: "u16", name: null },
  { address: 0x071b, type: "u16", name: null, maximum: 1000 },
  { address: 0x071c, type: "u16", name: "loadTripCount" },
  { address: 0x071d, type: "u16", name: "loadAllowedTrips" },
  { address: 0x071e, type: "u16", name: "loadRecovery10S" },
  { address: 0x071f, type: "u16", name: null },
  { address: 0x0800, type: "u16", name: null, initial: 0, maximum: 1 },
  { address: 0x0804, type: "u16", name: "forcedWord" },
];
