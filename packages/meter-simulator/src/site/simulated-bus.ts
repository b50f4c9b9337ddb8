import type { UnitId } from "@hallmeter/meter-model";
import { createAppliance } from "../appliance/appliance.ts";
import type { Timetable } from "../appliance/timetable.ts";
import type { CircuitState } from "../circuit/circuit-state.ts";
import { createMains } from "../circuit/mains.ts";
import type { SwitchedCircuit } from "../circuit/switched-circuit.ts";
import type { Clock } from "../clock/clock.ts";
import { createDevices } from "../device/create-devices.ts";
import type { Device, DeviceContext, DeviceState } from "../device/device.ts";
import { createDlt645Station } from "../dlt645/dlt645-station.ts";
import { SimulatorError } from "../errors.ts";
import { DLT645_FRAMING, ReplyFaults, RTU_FRAMING } from "../fault/reply-faults.ts";
import { createHub, type Hub } from "../line/hub.ts";
import { createRtuStation } from "../modbus/rtu-station.ts";
import { randomStream, seedFor } from "../random.ts";
import type { AppliancePlan, BusPlan } from "./site-file.ts";

/** What a site gives to its buses. */
export interface BusContext {
  seed: number;
  /** Of the wire, and of everything that lives behind it. */
  lineClock: Clock;
  worldClock: Clock;
  elapsedMs: () => number;
  /** Local time at the start of the simulation. */
  localStartMs: number;
  utcOffsetMinutes: number;
  wanderStepS: number;
  fifoCharacters: number;
  deviceState: (busId: string, firstUnitId: UnitId) => DeviceState | undefined;
  circuitState: (busId: string, unitId: UnitId, loop: number) => CircuitState | undefined;
  onDurableChange: (bus: SimulatedBus, device: Device) => void;
}

/** A hub with its devices, and what is wrong with them at the moment. */
export interface SimulatedBus {
  readonly plan: BusPlan;
  readonly hub: Hub;
  readonly devices: readonly Device[];
  readonly replyFaults: ReplyFaults;
  /** Devices whose clocks do not survive a power failure. */
  readonly deadBatteries: Set<Device>;
  /** Makes units hear and say nothing until the answer is called; several reasons may overlap. */
  silence(unitIds: readonly UnitId[]): () => void;
  circuits(): SwitchedCircuit[];
  /** Throws "circuit-unknown". */
  circuit(unitId: UnitId, loop?: number): SwitchedCircuit;
  /** Throws "circuit-unknown". */
  deviceOf(unitId: UnitId): Device;
  /** A second device of the same kind with another life, for what the duplicate of an address says. */
  twinOf(unitId: UnitId, initialEnergyWh: number): Device;
  /** What the site file or a person plugs in becomes an appliance. */
  timetableOf(plan: AppliancePlan, afterElapsedS?: number): Timetable;
  close(): void;
}

/** Names of a circuit's planned appliances: stable over restarts, so that a seed gives the same noise. */
function plannedId(busId: string, unitId: UnitId, loop: number, index: number): string {
  return loop === 1 ? `${busId}/${unitId}/${index}` : `${busId}/${unitId}/${loop}/${index}`;
}

export function createSimulatedBus(context: BusContext, plan: BusPlan): SimulatedBus {
  const { seed, lineClock, worldClock, elapsedMs, wanderStepS } = context;
  const { id, line, turnaroundMs } = plan;
  const busSeed = seedFor(seed, id);
  const hub = createHub({
    clock: lineClock,
    line,
    random: randomStream(seed, `${id}/collisions`),
    fifoCharacters: context.fifoCharacters,
  });
  const mains = createMains(busSeed);
  const replyFaults = new ReplyFaults(randomStream(seed, `${id}/reply-faults`));
  const silent = new Map<UnitId, number>();
  const isDeaf = (unitId: UnitId) => silent.has(unitId);

  const timetableOf = (appliance: AppliancePlan, afterElapsedS = 0): Timetable => {
    const { afterS, everyS, forS, uses } = appliance;
    if (uses) return { uses, calendar: { localStartMs: context.localStartMs } };
    return { afterS: afterS + afterElapsedS, ...(everyS && { everyS }), ...(forS && { forS }) };
  };
  const planOf = (unitId: UnitId, loop: number) => {
    const found = plan.circuitPlans.get(`${unitId}/${loop}`);
    return {
      initialEnergyWh: found?.initialEnergyWh ?? 0,
      appliances: (found?.appliances ?? []).map((appliance, index) =>
        createAppliance(busSeed, {
          id: plannedId(id, unitId, loop, index),
          kind: appliance.kind,
          wiring: appliance.wiring,
          timetable: timetableOf(appliance),
          wanderStepMs: wanderStepS * 1000,
        }),
      ),
    };
  };
  const deviceContext: Omit<DeviceContext, "state" | "circuitState" | "onDurableChange"> = {
    line,
    mains,
    nowMs: () => worldClock.nowMs(),
    elapsedMs,
    utcOffsetMinutes: context.utcOffsetMinutes,
    planOf,
  };
  const devices = createDevices(plan, (firstUnitId) => ({
    ...deviceContext,
    state: context.deviceState(id, firstUnitId),
    circuitState: (unitId, loop) => context.circuitState(id, unitId, loop),
    onDurableChange: () => {
      const device = devices.find((each) => each.firstUnitId === firstUnitId);
      if (device) context.onDurableChange(bus, device);
    },
  }));

  const rtu = createRtuStation({
    clock: lineClock,
    hub,
    turnaroundMs,
    groups: devices.map(({ banks }) => banks),
    isDeaf,
    minimumGapMsOf: (unitId) => plan.minimumGapsMs.get(unitId) ?? 0,
    shapeReply: (unitId, reply) => replyFaults.shape(unitId, reply, RTU_FRAMING),
  });
  const dlt645 = devices.flatMap(({ dlt645: bank, firstUnitId }) =>
    bank
      ? createDlt645Station({
          clock: lineClock,
          hub,
          turnaroundMs,
          bank,
          isDeaf: () => isDeaf(firstUnitId),
          shapeReply: (_address, reply) => replyFaults.shape(firstUnitId, reply, DLT645_FRAMING),
        })
      : [],
  );

  const deviceOf = (unitId: UnitId): Device => {
    const device = devices.find(({ circuits }) => circuits.some((circuit) => circuit.unitId === unitId));
    if (!device) throw new SimulatorError("circuit-unknown", `bus ${id} has no circuit ${unitId}`);
    return device;
  };
  const bus: SimulatedBus = {
    plan,
    hub,
    devices,
    replyFaults,
    deadBatteries: new Set(),
    timetableOf,
    silence: (unitIds) => {
      for (const unitId of unitIds) silent.set(unitId, (silent.get(unitId) ?? 0) + 1);
      return () => {
        for (const unitId of unitIds) {
          const reasons = (silent.get(unitId) ?? 1) - 1;
          if (reasons === 0) silent.delete(unitId);
          else silent.set(unitId, reasons);
        }
      };
    },
    circuits: () => devices.flatMap(({ circuits }) => circuits),
    circuit: (unitId, loop = 1) => {
      const circuit = deviceOf(unitId).circuits.find((each) => each.unitId === unitId && each.loop === loop);
      if (!circuit)
        throw new SimulatorError("circuit-unknown", `unit ${unitId} of bus ${id} has no loop ${loop}`);
      return circuit;
    },
    deviceOf,
    twinOf: (unitId, initialEnergyWh) => {
      const { firstUnitId } = deviceOf(unitId);
      const [twin] = createDevices(plan, (each) => ({
        ...deviceContext,
        planOf: () => ({ initialEnergyWh, appliances: [] }),
        state: undefined,
        circuitState: () => undefined,
        onDurableChange: undefined,
        isWanted: each === firstUnitId,
      }));
      if (!twin) throw new SimulatorError("circuit-unknown", `bus ${id} has no circuit ${unitId}`);
      return twin;
    },
    close: () => {
      rtu.close();
      for (const station of dlt645) station.close();
      hub.close();
    },
  };
  return bus;
}
