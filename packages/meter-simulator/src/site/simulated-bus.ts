import { createAppliance } from "../appliance/appliance.ts";
import { type Cabinet, createCabinet } from "../cabinet/cabinet.ts";
import type { MeterCircuit } from "../cabinet/circuit.ts";
import { createMains } from "../cabinet/mains.ts";
import type { Clock } from "../clock/clock.ts";
import { SimulatorError } from "../errors.ts";
import { ReplyFaults } from "../fault/reply-faults.ts";
import { createHub, type Hub } from "../line/hub.ts";
import { createRtuStation, type RtuStation } from "../modbus/rtu-station.ts";
import { randomStream, seedFor } from "../random.ts";
import type { AppliancePlan, BusPlan } from "./site-file.ts";
import { cabinetKey, circuitKey, type SiteState } from "./state-file.ts";

export interface SimulatedBusOptions {
  plan: BusPlan;
  seed: number;
  clock: Clock;
  elapsedMs: () => number;
  utcOffsetMinutes: number;
  fifoCharacters: number;
  state: SiteState | undefined;
}

/** A hub with its cabinets, and what is wrong with them at the moment. */
export interface SimulatedBus {
  readonly plan: BusPlan;
  readonly hub: Hub;
  readonly cabinets: readonly Cabinet[];
  readonly replyFaults: ReplyFaults;
  /** Makes units hear and say nothing until the answer is called; several reasons may overlap. */
  silence(unitIds: readonly number[]): () => void;
  circuits(): MeterCircuit[];
  /** Throws "circuit-unknown". */
  circuit(unitId: number): MeterCircuit;
  cabinetOf(unitId: number): Cabinet;
  close(): void;
}

/** Names of a circuit's planned appliances: stable over restarts, so that a seed gives the same noise. */
const plannedId = (busId: string, unitId: number, index: number) => `${busId}/${unitId}/${index}`;

function plannedAppliances(plan: BusPlan, seed: number, unitId: number, plans: readonly AppliancePlan[]) {
  return plans.map(({ kind, wiring, ...timetable }, index) =>
    createAppliance(seed, { id: plannedId(plan.id, unitId, index), kind, wiring, timetable }),
  );
}

export function createSimulatedBus(options: SimulatedBusOptions): SimulatedBus {
  const { plan, seed, clock, elapsedMs, state } = options;
  const { id, line, turnaroundMs } = plan;
  const busSeed = seedFor(seed, id);
  const random = randomStream(seed, `${id}/collisions`);
  const hub = createHub({ clock, line, random, fifoCharacters: options.fifoCharacters });
  const mains = createMains(busSeed);
  const replyFaults = new ReplyFaults(randomStream(seed, `${id}/reply-faults`));
  const silences = new Set<readonly number[]>();

  const cabinets = plan.cabinets.map((cabinetPlan) =>
    createCabinet({
      ...cabinetPlan,
      line,
      mains,
      nowMs: () => clock.nowMs(),
      elapsedMs,
      utcOffsetMinutes: options.utcOffsetMinutes,
      planOf: (unitId) => {
        const found = cabinetPlan.circuits.find((circuit) => circuit.unitId === unitId);
        return {
          initialEnergyWh: found?.initialEnergyWh ?? 0,
          appliances: plannedAppliances(plan, busSeed, unitId, found?.appliances ?? []),
        };
      },
      circuitState: (unitId) => state?.circuits[circuitKey(id, unitId)],
      state: state?.cabinets[cabinetKey(id, cabinetPlan.firstUnitId)],
    }),
  );
  const stations: RtuStation[] = cabinets.map(({ banks }) =>
    createRtuStation({
      clock,
      hub,
      turnaroundMs,
      banks,
      isDeaf: (unitId) => [...silences].some((unitIds) => unitIds.includes(unitId)),
      shapeReply: (unitId, reply) => replyFaults.shape(unitId, reply),
    }),
  );

  const cabinetOf = (unitId: number): Cabinet => {
    const cabinet = cabinets.find(({ circuits }) => circuits.has(unitId));
    if (!cabinet) throw new SimulatorError("circuit-unknown", `bus ${id} has no circuit ${unitId}`);
    return cabinet;
  };
  return {
    plan,
    hub,
    cabinets,
    replyFaults,
    silence: (unitIds) => {
      const own = [...unitIds];
      silences.add(own);
      return () => silences.delete(own);
    },
    circuits: () => cabinets.flatMap(({ circuits }) => [...circuits.values()]),
    circuit: (unitId) => {
      const circuit = cabinetOf(unitId).circuits.get(unitId);
      if (!circuit) throw new SimulatorError("circuit-unknown", `bus ${id} has no circuit ${unitId}`);
      return circuit;
    },
    cabinetOf,
    close: () => {
      for (const station of stations) station.close();
      hub.close();
    },
  };
}
