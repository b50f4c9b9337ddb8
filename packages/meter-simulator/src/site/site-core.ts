import { createAppliance } from "../appliance/appliance.ts";
import type { CircuitTruth } from "../cabinet/circuit.ts";
import type { Clock } from "../clock/clock.ts";
import { SimulatorError } from "../errors.ts";
import { type FaultInput, faultSchema } from "../fault/fault.ts";
import { seedFor } from "../random.ts";
import { FaultBoard, type FaultEntry } from "./fault-board.ts";
import { createSimulatedBus, type SimulatedBus } from "./simulated-bus.ts";
import { type AppliancePlanInput, appliancePlanSchema, type SiteFile } from "./site-file.ts";
import { cabinetKey, circuitKey, type SiteState } from "./state-file.ts";

export type SiteCircuitTruth = CircuitTruth & { busId: string };

/** What judges and demonstrations may see and do; the same in-process and over HTTP. */
export interface SiteControl {
  circuits(): SiteCircuitTruth[];
  /** Throws "bus-unknown" or "circuit-unknown". */
  circuit(busId: string, unitId: number): SiteCircuitTruth;
  /** Times of the plan count from now. Answers the appliance's id. Throws "bus-unknown", "circuit-unknown" or "request-invalid". */
  plugIn(busId: string, unitId: number, plan: AppliancePlanInput): string;
  /** Answers false when there is no such appliance. */
  unplug(busId: string, unitId: number, applianceId: string): boolean;
  /** `afterS` counts from now. Answers the fault's id. Throws "bus-unknown", "circuit-unknown" or "request-invalid". */
  setFault(fault: FaultInput): string;
  /** Answers false when there is no such fault. */
  takeFault(id: string): boolean;
  faults(): FaultEntry[];
}

export interface SiteCore extends SiteControl {
  readonly buses: readonly SimulatedBus[];
  /** Throws "bus-unknown". */
  bus(busId: string): SimulatedBus;
  state(): SiteState;
  close(): void;
}

export interface SiteCoreOptions {
  site: SiteFile;
  seed: number;
  clock: Clock;
  fifoCharacters: number;
  state: SiteState | undefined;
}

function stateOf(buses: readonly SimulatedBus[]): SiteState {
  const state: SiteState = { version: 1, circuits: {}, cabinets: {} };
  for (const { plan, cabinets } of buses)
    for (const cabinet of cabinets) {
      state.cabinets[cabinetKey(plan.id, cabinet.firstUnitId)] = cabinet.state();
      for (const circuit of cabinet.circuits.values())
        state.circuits[circuitKey(plan.id, circuit.unitId)] = circuit.state();
    }
  return state;
}

/** The meters, wires and loads of a site, without anything of the host. */
export function createSiteCore({ site, seed, clock, fifoCharacters, state }: SiteCoreOptions): SiteCore {
  const startedAtMs = clock.monotonicMs();
  const elapsedMs = () => Math.floor(clock.monotonicMs() - startedAtMs);
  const buses = site.buses.map((plan) =>
    createSimulatedBus({
      plan,
      seed,
      clock,
      elapsedMs,
      utcOffsetMinutes: site.utcOffsetMinutes,
      fifoCharacters,
      state,
    }),
  );
  const bus = (busId: string): SimulatedBus => {
    const found = buses.find(({ plan }) => plan.id === busId);
    if (!found) throw new SimulatorError("bus-unknown", `there is no bus ${busId}`);
    return found;
  };
  const board = new FaultBoard({ clock, elapsedMs, seed, busOf: bus });
  for (const fault of site.faults) board.set(fault);
  let pluggedCount = 0;

  return {
    buses,
    bus,
    state: () => stateOf(buses),
    circuits: () =>
      buses.flatMap(({ plan, circuits }) =>
        circuits().map((circuit) => ({ busId: plan.id, ...circuit.truth() })),
      ),
    circuit: (busId, unitId) => ({ busId, ...bus(busId).circuit(unitId).truth() }),
    plugIn: (busId, unitId, input) => {
      const parsed = appliancePlanSchema.safeParse(input);
      if (!parsed.success)
        throw new SimulatorError("request-invalid", parsed.error.message, { cause: parsed.error });
      const { kind, wiring, ...timetable } = parsed.data;
      const id = `plugged-${++pluggedCount}`;
      const circuit = bus(busId).circuit(unitId);
      // Full seconds: settled power may change only then.
      const afterS = timetable.afterS + Math.floor(elapsedMs() / 1000);
      const appliance = { id, kind, wiring, timetable: { ...timetable, afterS } };
      circuit.plugIn(createAppliance(seedFor(seed, busId), appliance));
      return id;
    },
    unplug: (busId, unitId, applianceId) => bus(busId).circuit(unitId).unplug(applianceId),
    setFault: (input) => {
      const parsed = faultSchema.safeParse(input);
      if (!parsed.success)
        throw new SimulatorError("request-invalid", parsed.error.message, { cause: parsed.error });
      return board.set(parsed.data);
    },
    takeFault: (id) => board.take(id),
    faults: () => board.list(),
    close: () => {
      board.close();
      for (const each of buses) each.close();
    },
  };
}
