import type { LineConfig, UnitId } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Appliance } from "../appliance/appliance.ts";
import { type CircuitState, initialCircuitState } from "../circuit/circuit-state.ts";
import type { Mains, Phase } from "../circuit/mains.ts";
import type { MeterClock } from "../circuit/meter-clock.ts";
import type { MeterRules } from "../circuit/meter-rules.ts";
import { SwitchedCircuit } from "../circuit/switched-circuit.ts";
import type { Dlt645Bank } from "../dlt645/dlt645-bank.ts";
import type { RegisterBank } from "../modbus/register-bank.ts";

/** Meter types that can be simulated, named as the model's profiles. */
export const PROFILES = [
  "acrel-adf400l",
  "reference-cabinet",
  "acrel-1352",
  "eastron-sdm120",
  "eastron-sdm630",
  "dlt645-prepaid",
] as const;
export type ProfileName = (typeof PROFILES)[number];

/** What a device keeps without power besides its circuits. */
export const deviceStateSchema = z.object({
  clockErrorMs: z.number(),
  /** Words of registers that all its circuits share. */
  written: z.array(z.tuple([z.int(), z.int()])),
  /** Of a DL/T 645 meter: bytes by data identifier, both in hexadecimal. */
  items: z.record(z.string(), z.string()).optional(),
});
export type DeviceState = z.infer<typeof deviceStateSchema>;

export interface CircuitPlan {
  initialEnergyWh: number;
  appliances: readonly Appliance[];
}

/** What the site gives to each of its devices. */
export interface DeviceContext {
  line: LineConfig;
  mains: Mains;
  /** Wall clock, and whole milliseconds since the start of the simulation. */
  nowMs: () => number;
  elapsedMs: () => number;
  utcOffsetMinutes: number;
  planOf: (unitId: UnitId, loop: number) => CircuitPlan;
  circuitState: (unitId: UnitId, loop: number) => CircuitState | undefined;
  state: DeviceState | undefined;
  /** Something has changed that must survive a crash. */
  onDurableChange?: (() => void) | undefined;
}

/** Something with an address on the bus: one meter, or a cabinet of many. */
export interface Device {
  readonly profile: ProfileName;
  /** The first of its addresses; names it in the state file. */
  readonly firstUnitId: UnitId;
  readonly circuits: readonly SwitchedCircuit[];
  readonly meterClock: MeterClock;
  /** What answers on the bus in Modbus, by unit id. */
  readonly banks: ReadonlyMap<number, RegisterBank>;
  /** What answers in DL/T 645. */
  readonly dlt645?: Dlt645Bank;
  /** Another meter, as delivered, in the place of the one behind a circuit. */
  replace(circuit: SwitchedCircuit, serialNumber: string, energyWh: number): void;
  /** The battery of its clock is low, or good again. */
  setBatteryLow(isLow: boolean): void;
  /** The key by which a resident closes the relay where that is allowed; only some have one. */
  pressKey?(): void;
  state(): DeviceState;
  circuitStateOf(circuit: SwitchedCircuit): CircuitState;
}

export interface CircuitDescription {
  unitId: UnitId;
  loop: number;
  profile: ProfileName;
  variant: string;
  phaseCount: 1 | 3;
  supplyPhase: Phase;
  energyModulusWh: number;
  energyStepWh: number;
  serialNumber: string;
  meterClock: MeterClock;
  rules: MeterRules | undefined;
  initialState: CircuitState | undefined;
}

export function createCircuit(context: DeviceContext, description: CircuitDescription): SwitchedCircuit {
  const { unitId, loop, phaseCount, initialState, ...rest } = description;
  const { mains, elapsedMs, onDurableChange } = context;
  const plan = context.planOf(unitId, loop);
  return new SwitchedCircuit({
    ...rest,
    unitId,
    loop,
    phaseCount,
    mains,
    elapsedMs,
    onDurableChange,
    appliances: plan.appliances,
    state: initialState ?? initialCircuitState(phaseCount, plan.initialEnergyWh),
  });
}

/** Twelve digits, as on a name plate; unless a site file says otherwise it follows from the address. */
export function defaultSerialNumber(unitId: UnitId, loop = 1): string {
  return typeof unitId === "string"
    ? unitId
    : `26${String(unitId).padStart(6, "0")}${String(loop).padStart(4, "0")}`;
}
