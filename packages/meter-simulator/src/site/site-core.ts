import type { UnitId } from "@hallmeter/meter-model";
import { createAppliance } from "../appliance/appliance.ts";
import type { CircuitTruth } from "../circuit/switched-circuit.ts";
import type { Clock } from "../clock/clock.ts";
import type { Device } from "../device/device.ts";
import { SimulatorError } from "../errors.ts";
import { type FaultInput, faultSchema } from "../fault/fault.ts";
import { seedFor } from "../random.ts";
import { FaultBoard, type FaultEntry } from "./fault-board.ts";
import { createSimulatedBus, type SimulatedBus } from "./simulated-bus.ts";
import { type AppliancePlanInput, appliancePlanSchema, busPlanOf, type SiteFile } from "./site-file.ts";
import { circuitKey, deviceKey, type SiteState, type StateChange } from "./state-file.ts";

export type SiteCircuitTruth = CircuitTruth & { busId: string };

/** What judges and demonstrations may see and do; the same in-process and over HTTP. */
export interface SiteControl {
  /** The truth about every circuit, as it is now. */
  truth(): SiteCircuitTruth[];
  /** Throws "bus-unknown" or "circuit-unknown". */
  circuit(busId: string, unitId: UnitId, loop?: number): SiteCircuitTruth;
  /**
   * Times of the plan count from `agoS` (default 0) seconds ago. Answers the appliance's id. Throws "bus-unknown",
   * "circuit-unknown" or "request-invalid".
   */
  plugIn(busId: string, unitId: UnitId, plan: AppliancePlanInput, loop?: number, agoS?: number): string;
  /** Answers false when there is no such appliance. */
  unplug(busId: string, unitId: UnitId, applianceId: string, loop?: number): boolean;
  /** The resident's key at the meter. Throws "bus-unknown", "circuit-unknown", or "request-invalid" for a meter without one. */
  pressKey(busId: string, unitId: UnitId): void;
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
  /** Time since the first start of the simulation. */
  elapsedMs(): number;
  state(): SiteState;
  close(): void;
}

export interface SiteCoreOptions {
  site: SiteFile;
  seed: number;
  /** Of the wires. */
  clock: Clock;
  /** Of loads, meter clocks, faults and scenarios; default that of the wires. */
  worldClock?: Clock;
  fifoCharacters: number;
  state: SiteState | undefined;
  /** Told of every change that must survive a crash, before anybody hears of it. */
  onDurableChange?: ((change: StateChange) => void) | undefined;
}

function circuitStatesOf(busId: string, device: Device): StateChange["circuits"] {
  return Object.fromEntries(
    device.circuits.map((circuit) => [
      circuitKey(busId, circuit.unitId, circuit.loop),
      device.circuitStateOf(circuit),
    ]),
  );
}

/** The meters, wires and loads of a site, without anything of the host. */
export function createSiteCore(options: SiteCoreOptions): SiteCore {
  const { site, seed, clock, worldClock = clock, fifoCharacters, state, onDurableChange } = options;
  const startedAtMs = worldClock.monotonicMs();
  const resumedMs = site.timetables === "resume" ? (state?.elapsedMs ?? 0) : 0;
  const elapsedMs = () => resumedMs + Math.floor(worldClock.monotonicMs() - startedAtMs);
  const localNowMs = worldClock.nowMs() + site.utcOffsetMinutes * 60_000;
  let sequence = state?.sequence ?? 0;

  const keep = (bus: SimulatedBus, device: Device) => {
    if (!onDurableChange) return;
    sequence++;
    onDurableChange({
      sequence,
      elapsedMs: elapsedMs(),
      circuits: circuitStatesOf(bus.plan.id, device),
      cabinets: { [deviceKey(bus.plan.id, device.firstUnitId)]: device.state() },
    });
  };
  const buses = site.buses.map((plan) =>
    createSimulatedBus(
      {
        seed,
        lineClock: clock,
        worldClock,
        elapsedMs,
        // Whole seconds: settled power may change only then.
        localStartMs: Math.floor((localNowMs - resumedMs) / 1000) * 1000,
        utcOffsetMinutes: site.utcOffsetMinutes,
        wanderStepS: site.wanderStepS,
        fifoCharacters,
        deviceState: (busId, firstUnitId) => state?.cabinets[deviceKey(busId, firstUnitId)],
        circuitState: (busId, unitId, loop) => state?.circuits[circuitKey(busId, unitId, loop)],
        onDurableChange: keep,
      },
      busPlanOf(plan),
    ),
  );
  const bus = (busId: string): SimulatedBus => {
    const found = buses.find(({ plan }) => plan.id === busId);
    if (!found) throw new SimulatorError("bus-unknown", `there is no bus ${busId}`);
    return found;
  };
  const board = new FaultBoard({ lineClock: clock, worldClock, seed, busOf: bus });
  for (const fault of site.faults) board.set(fault, resumedMs);
  let pluggedCount = 0;

  return {
    buses,
    bus,
    elapsedMs,
    state: () => ({
      version: 1,
      sequence,
      elapsedMs: elapsedMs(),
      circuits: Object.assign(
        {},
        ...buses.flatMap(({ plan, devices }) => devices.map((device) => circuitStatesOf(plan.id, device))),
      ),
      cabinets: Object.fromEntries(
        buses.flatMap(({ plan, devices }) =>
          devices.map((device) => [deviceKey(plan.id, device.firstUnitId), device.state()]),
        ),
      ),
    }),
    truth: () =>
      buses.flatMap(({ plan, circuits }) =>
        circuits().map((circuit) => ({ busId: plan.id, ...circuit.truth() })),
      ),
    circuit: (busId, unitId, loop) => ({ busId, ...bus(busId).circuit(unitId, loop).truth() }),
    plugIn: (busId, unitId, input, loop, agoS = 0) => {
      const parsed = appliancePlanSchema.safeParse(input);
      if (!parsed.success)
        throw new SimulatorError("request-invalid", parsed.error.message, { cause: parsed.error });
      const { kind, wiring } = parsed.data;
      const id = `plugged-${++pluggedCount}`;
      const found = bus(busId);
      const circuit = found.circuit(unitId, loop);
      // Full seconds: settled power may change only then.
      const timetable = found.timetableOf(parsed.data, Math.floor(elapsedMs() / 1000) - agoS);
      const wanderStepMs = site.wanderStepS * 1000;
      circuit.plugIn(createAppliance(seedFor(seed, busId), { id, kind, wiring, timetable, wanderStepMs }));
      return id;
    },
    unplug: (busId, unitId, applianceId, loop) => bus(busId).circuit(unitId, loop).unplug(applianceId),
    pressKey: (busId, unitId) => {
      const device = bus(busId).deviceOf(unitId);
      if (!device.pressKey) throw new SimulatorError("request-invalid", `unit ${unitId} has no key`);
      device.pressKey();
    },
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
