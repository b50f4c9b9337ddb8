import { createMeterClock } from "../../circuit/meter-clock.ts";
import type { RegisterBank } from "../../modbus/register-bank.ts";
import type { Device, DeviceContext } from "../device.ts";
import { type CabinetModule, type CabinetVariant, createCabinetModule } from "./circuit-bank.ts";
import { createSystemArea, type SystemArea } from "./system-area.ts";

/** ADF400L manual V1.2, 9.3: a three-phase circuit takes three unit ids, a single-phase one takes one; 36 to a frame. */
const UNIT_IDS_PER_THREE_PHASE = 3;
export const UNIT_IDS_PER_FRAME = 36;

export interface CabinetPlan {
  firstUnitId: number;
  threePhaseCount: number;
  singlePhaseCount: number;
}

/** Unit ids of a frame in the order of its modules: three-phase first. */
export function cabinetUnits({
  firstUnitId,
  threePhaseCount,
  singlePhaseCount,
}: CabinetPlan): { unitId: number; variant: CabinetVariant }[] {
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
function unitBank(module: RegisterBank, system: SystemArea): RegisterBank {
  const bankOf = (address: number): RegisterBank => (system.covers(address) ? system : module);
  return {
    read: (address, count) => bankOf(address).read(address, count),
    write: (address, words) => bankOf(address).write(address, words),
  };
}

/** An ADF400L: one clock, one system area, one relay and one meter per circuit. */
export function createCabinet(context: DeviceContext, plan: CabinetPlan): Device {
  const { state } = context;
  const meterClock = createMeterClock(context.nowMs, context.utcOffsetMinutes, state?.clockErrorMs ?? 0);
  const system = createSystemArea({
    ...plan,
    line: context.line,
    meterClock,
    written: state?.written ?? [],
  });
  const modules = new Map<number, CabinetModule>(
    cabinetUnits(plan).map(({ unitId, variant }) => [
      unitId,
      createCabinetModule(context, meterClock, unitId, variant),
    ]),
  );
  const moduleOf = (unitId: unknown): CabinetModule => {
    const module = modules.get(unitId as number);
    if (!module) throw new RangeError(`the cabinet has no circuit ${String(unitId)}`);
    return module;
  };
  return {
    profile: "acrel-adf400l",
    firstUnitId: plan.firstUnitId,
    circuits: [...modules.values()].map(({ circuit }) => circuit),
    banks: new Map([...modules].map(([unitId, { bank }]) => [unitId, unitBank(bank, system)])),
    meterClock,
    replace: (circuit, serialNumber, energyWh) => moduleOf(circuit.unitId).replace(serialNumber, energyWh),
    // The manual shows no bit for it.
    setBatteryLow: () => {},
    state: () => ({ clockErrorMs: meterClock.errorMs(), written: system.entries() }),
    circuitStateOf: (circuit) => moduleOf(circuit.unitId).circuitState(),
  };
}
