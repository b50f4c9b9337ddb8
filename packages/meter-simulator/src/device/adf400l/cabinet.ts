import type { LineConfig } from "@hallmeter/meter-model";
import type { Appliance } from "../appliance/appliance.ts";
import type { RegisterBank } from "../modbus/register-bank.ts";
import { MeterCircuit } from "./circuit.ts";
import { type CircuitState, initialCircuitState } from "./circuit-state.ts";
import type { Mains, Phase } from "./mains.ts";
import { createMeterClock, type MeterClock } from "./meter-clock.ts";
import type { CircuitVariant } from "./register-map.ts";
import { createSystemArea, type SystemArea } from "./system-area.ts";

/** ADF400L manual V1.2, 9.3: a three-phase circuit takes three unit ids, a single-phase one takes one; 36 to a frame. */
const UNIT_IDS_PER_THREE_PHASE = 3;
export const UNIT_IDS_PER_FRAME = 36;

export interface CircuitPlan {
  initialEnergyWh: number;
  appliances: readonly Appliance[];
}

export interface CabinetState {
  clockErrorMs: number;
  written: [number, number][];
}

export interface CabinetOptions {
  firstUnitId: number;
  threePhaseCount: number;
  singlePhaseCount: number;
  line: LineConfig;
  mains: Mains;
  /** Wall clock, and whole milliseconds since the start of the simulation. */
  nowMs: () => number;
  elapsedMs: () => number;
  utcOffsetMinutes: number;
  planOf: (unitId: number) => CircuitPlan;
  circuitState: (unitId: number) => CircuitState | undefined;
  state: CabinetState | undefined;
}

/** Unit ids of a frame in the order of its modules: three-phase first. */
export function cabinetUnits(
  firstUnitId: number,
  threePhaseCount: number,
  singlePhaseCount: number,
): { unitId: number; variant: CircuitVariant }[] {
  const firstSingle = firstUnitId + UNIT_IDS_PER_THREE_PHASE * threePhaseCount;
  return [
    ...Array.from({ length: threePhaseCount }, (_, index) => ({
      unitId: firstUnitId + UNIT_IDS_PER_THREE_PHASE * index,
      variant: "three-phase" as const,
    })),
    ...Array.from({ length: singlePhaseCount }, (_, index) => ({
      unitId: firstSingle + index,
      variant: "single-phase" as const,
    })),
  ];
}

/** A circuit's registers together with those it shares with its cabinet; no read or write runs across the two. */
function unitBank(circuit: MeterCircuit, system: SystemArea): RegisterBank {
  const bankOf = (address: number): RegisterBank => (system.covers(address) ? system : circuit);
  return {
    read: (address, count) => bankOf(address).read(address, count),
    write: (address, words) => bankOf(address).write(address, words),
  };
}

/** An ADF400L: one clock, one system area, one relay and one meter per circuit. */
export interface Cabinet {
  readonly firstUnitId: number;
  readonly circuits: ReadonlyMap<number, MeterCircuit>;
  /** What answers on the bus, by unit id. */
  readonly banks: ReadonlyMap<number, RegisterBank>;
  readonly meterClock: MeterClock;
  state(): CabinetState;
}

export function createCabinet(options: CabinetOptions): Cabinet {
  const { firstUnitId, threePhaseCount, singlePhaseCount, mains, elapsedMs } = options;
  const meterClock = createMeterClock(
    options.nowMs,
    options.utcOffsetMinutes,
    options.state?.clockErrorMs ?? 0,
  );
  const system = createSystemArea({
    firstUnitId,
    threePhaseCount,
    singlePhaseCount,
    line: options.line,
    meterClock,
    written: options.state?.written ?? [],
  });
  const circuits = new Map<number, MeterCircuit>();
  const banks = new Map<number, RegisterBank>();
  for (const { unitId, variant } of cabinetUnits(firstUnitId, threePhaseCount, singlePhaseCount)) {
    const plan = options.planOf(unitId);
    const circuit = new MeterCircuit({
      unitId,
      variant,
      supplyPhase: (unitId % 3) as Phase,
      appliances: plan.appliances,
      mains,
      meterClock,
      elapsedMs,
      state: options.circuitState(unitId) ?? initialCircuitState(variant, plan.initialEnergyWh),
    });
    circuits.set(unitId, circuit);
    banks.set(unitId, unitBank(circuit, system));
  }
  return {
    firstUnitId,
    circuits,
    banks,
    meterClock,
    state: () => ({ clockErrorMs: meterClock.errorMs(), written: system.entries() }),
  };
}
