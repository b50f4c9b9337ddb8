import type { CircuitView, PhaseView } from "../../circuit/circuit-view.ts";
import type { MeasuredRow, ParameterRow } from "../register-rows.ts";

type Read = MeasuredRow["read"];

const float = (address: number, read: Read): MeasuredRow => ({ address, type: "f32", read });
/** One value of each phase, two registers apart. */
const perPhase = (address: number, of: (phase: PhaseView) => number): MeasuredRow[] =>
  [0, 1, 2].map((index) =>
    float(address + 2 * index, ({ phases }) => {
      const phase = phases[index];
      return phase ? of(phase) : 0;
    }),
  );

const volts = ({ voltageDv }: PhaseView) => voltageDv / 10;
const amperes = ({ currentCa }: PhaseView) => currentCa / 100;
const watts = ({ activePowerMw }: { activePowerMw: number }) => activePowerMw / 1000;
const vars = ({ reactivePowerMvar }: { reactivePowerMvar: number }) => reactivePowerMvar / 1000;
const voltAmperes = (power: { activePowerMw: number; reactivePowerMvar: number }) =>
  Math.hypot(power.activePowerMw, power.reactivePowerMvar) / 1000;
const powerFactor = ({ powerFactorMilli }: { powerFactorMilli: number }) => powerFactorMilli / 1000;
const angleDegrees = (power: { activePowerMw: number; reactivePowerMvar: number }) =>
  (Math.atan2(power.reactivePowerMvar, power.activePowerMw) * 180) / Math.PI;
const meanOf = (of: (phase: PhaseView) => number) => (view: CircuitView) =>
  view.phases.reduce((sum, phase) => sum + of(phase), 0) / view.phases.length;
const sumOf = (of: (phase: PhaseView) => number) => (view: CircuitView) =>
  view.phases.reduce((sum, phase) => sum + of(phase), 0);
/** Between two phasors 120° apart. */
const lineVolts = (one: 0 | 1 | 2, other: 0 | 1 | 2) => (view: CircuitView) => {
  const a = (view.phases[one]?.voltageDv ?? 0) / 10;
  const b = (view.phases[other]?.voltageDv ?? 0) / 10;
  return Math.sqrt(a * a + b * b + a * b);
};
/** Of currents taken as in phase with their voltages. */
const neutralAmperes = ({ phases }: CircuitView) => {
  const [a = 0, b = 0, c = 0] = phases.map(({ currentCa }) => currentCa / 100);
  return Math.sqrt(Math.max(0, a * a + b * b + c * c - a * b - b * c - c * a));
};
const hertz: Read = ({ frequencyCHz }) => frequencyCHz / 100;
const kilowattHours: Read = ({ total }) => total.activeWh / 1000;
const kilovarHours: Read = ({ total }) => total.reactiveVarh / 1000;

/** The same in both: frequency, energies (nothing is exported here), demands without a period. */
const COMMON: readonly MeasuredRow[] = [
  float(0x0046, hertz),
  float(0x0048, kilowattHours),
  float(0x004c, kilovarHours),
  float(0x0054, ({ total }) => watts(total)),
  float(0x0156, kilowattHours),
  float(0x0158, kilovarHours),
];

/** SDM120-Modbus protocol V2.4, input registers 30001–30345; also reaper7/SDM_Energy_Meter, SDM.h. */
export const SDM120_INPUT: readonly MeasuredRow[] = [
  ...[
    [0x0000, volts],
    [0x0006, amperes],
    [0x000c, watts],
    [0x0012, voltAmperes],
    [0x0018, vars],
    [0x001e, powerFactor],
    [0x0024, angleDegrees],
    [0x0102, amperes],
  ].flatMap(([address, of]) => perPhase(address as number, of as (phase: PhaseView) => number).slice(0, 1)),
  ...COMMON,
  float(0x0058, ({ total }) => watts(total)),
];

/** SDM630Modbus manual, 1.2.1, input registers 30001–30381. */
export const SDM630_INPUT: readonly MeasuredRow[] = [
  ...perPhase(0x0000, volts),
  ...perPhase(0x0006, amperes),
  ...perPhase(0x000c, watts),
  ...perPhase(0x0012, voltAmperes),
  ...perPhase(0x0018, vars),
  ...perPhase(0x001e, powerFactor),
  ...perPhase(0x0024, angleDegrees),
  float(0x002a, meanOf(volts)),
  float(0x002e, meanOf(amperes)),
  float(0x0030, sumOf(amperes)),
  float(0x0034, ({ total }) => watts(total)),
  float(0x0038, ({ total }) => voltAmperes(total)),
  float(0x003c, ({ total }) => vars(total)),
  float(0x003e, ({ total }) => powerFactor(total)),
  float(0x0042, ({ total }) => angleDegrees(total)),
  ...COMMON,
  float(0x0064, ({ total }) => voltAmperes(total)),
  float(0x0068, neutralAmperes),
  float(0x00c8, lineVolts(0, 1)),
  float(0x00ca, lineVolts(1, 2)),
  float(0x00cc, lineVolts(2, 0)),
  float(0x00ce, (view) => (lineVolts(0, 1)(view) + lineVolts(1, 2)(view) + lineVolts(2, 0)(view)) / 3),
  float(0x00e0, neutralAmperes),
  ...perPhase(0x0102, amperes),
  ...perPhase(0x015a, ({ activeWh }) => activeWh / 1000),
  ...perPhase(0x0166, ({ activeWh }) => activeWh / 1000),
  ...perPhase(0x016c, ({ reactiveVarh }) => reactiveVarh / 1000),
  ...perPhase(0x0178, ({ reactiveVarh }) => reactiveVarh / 1000),
];

/**
 * Inside these areas an SDM answers what it does not measure with zero: ESPHome's sdm_meter reads 80 registers from 0 from
 * single- and three-phase ones alike, and the manual says so of values without meaning in a wiring. Outside: exception 2.
 */
export const INPUT_AREAS = {
  "eastron-sdm120": [
    { from: 0x0000, to: 0x005f },
    { from: 0x0102, to: 0x010d },
    { from: 0x0156, to: 0x0159 },
  ],
  "eastron-sdm630": [
    { from: 0x0000, to: 0x006b },
    { from: 0x00c8, to: 0x010d },
    { from: 0x014e, to: 0x017d },
  ],
} as const;

/** SDM630Modbus manual, 1.3.1, holding registers: demand period, system type, parity and stop, node, password, baud. */
export const HOLDING: readonly ParameterRow[] = [
  { address: 0x0002, type: "f32", name: null, initial: 60 },
  { address: 0x000a, type: "f32", name: null, initial: 3 },
  { address: 0x000c, type: "f32", name: null, initial: 100 },
  { address: 0x0012, type: "f32", name: null },
  { address: 0x0014, type: "f32", name: null, initial: 1 },
  { address: 0x0018, type: "f32", name: null, initial: 1000 },
  { address: 0x001c, type: "f32", name: null, initial: 2 },
];
