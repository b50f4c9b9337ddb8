import type { UnitId } from "@hallmeter/meter-model";
import { CLOCK_RESET_MS } from "../circuit/meter-clock.ts";
import type { Clock } from "../clock/clock.ts";
import { createDlt645Station } from "../dlt645/dlt645-station.ts";
import { type Fault, isReplyFault } from "../fault/fault.ts";
import type { Distortion } from "../line/hub.ts";
import { createRtuStation } from "../modbus/rtu-station.ts";
import type { Random } from "../random.ts";
import type { SimulatedBus } from "./simulated-bus.ts";

export interface FaultContext {
  /** Of the wire. */
  lineClock: Clock;
  random: Random;
}

/** A second meter has another life behind it. */
const DUPLICATE_ENERGY_WH = 7_654_320;
/** One noisy character in this many is lost; the others arrive with a wrong bit. */
const NOISE_LOSES_ONE_IN = 4;
/** What a jammer sends at a time; more than any silent interval can lie between two of them. */
const JAM_CHARACTERS = 64;

function noise(chanceMilli: number, random: Random): Distortion {
  return (byte) => {
    if (random() * 1000 >= chanceMilli) return byte;
    if (random() * NOISE_LOSES_ONE_IN < 1) return undefined;
    return byte ^ (1 << Math.floor(random() * 8));
  };
}

function addDuplicate(bus: SimulatedBus, unitId: UnitId, delayMs: number, clock: Clock): () => void {
  const { banks, dlt645 } = bus.twinOf(unitId, DUPLICATE_ENERGY_WH);
  const { hub, plan } = bus;
  const shapeReply = (_unitId: UnitId, bytes: Uint8Array) => [{ bytes, delayMs }];
  const common = { clock, hub, turnaroundMs: plan.turnaroundMs, shapeReply };
  const own = new Map([...banks].filter(([each]) => each === unitId));
  const station = dlt645
    ? createDlt645Station({ ...common, bank: dlt645 })
    : createRtuStation({ ...common, groups: [own] });
  return () => station.close();
}

function cutPower(bus: SimulatedBus, unitId: UnitId | undefined): () => void {
  const devices = unitId === undefined ? bus.devices : [bus.deviceOf(unitId)];
  const circuits = devices.flatMap((device) => device.circuits);
  const endSilence = bus.silence([...new Set(circuits.map((circuit) => circuit.unitId))]);
  for (const circuit of circuits) circuit.setSupply(false);
  return () => {
    for (const circuit of circuits) circuit.setSupply(true);
    for (const device of devices) if (bus.deadBatteries.has(device)) device.meterClock.set(CLOCK_RESET_MS);
    endSilence();
  };
}

function failBattery(bus: SimulatedBus, unitId: UnitId): () => void {
  const device = bus.deviceOf(unitId);
  bus.deadBatteries.add(device);
  device.setBatteryLow(true);
  device.meterClock.set(CLOCK_RESET_MS);
  return () => {
    bus.deadBatteries.delete(device);
    device.setBatteryLow(false);
  };
}

function jam({ hub }: SimulatedBus, clock: Clock, random: Random): () => void {
  const port = hub.attach();
  let cancel = () => {};
  const babble = () => {
    const bytes = Uint8Array.from({ length: JAM_CHARACTERS }, () => Math.floor(random() * 256));
    const endMs = port.send(bytes);
    // Before the end, so that not even one character's silence is left.
    cancel = clock.setTimer(babble, endMs - hub.characterMs - clock.monotonicMs());
  };
  babble();
  return () => {
    cancel();
    port.detach();
  };
}

/** Puts a fault in force and answers what ends it; of momentary ones nothing does. Throws "circuit-unknown". */
export function beginFault(fault: Fault, bus: SimulatedBus, { lineClock, random }: FaultContext): () => void {
  if (isReplyFault(fault)) {
    bus.replyFaults.add(fault);
    return () => bus.replyFaults.remove(fault);
  }
  switch (fault.kind) {
    case "noise":
      return bus.hub.distort(noise(fault.chanceMilli, random));
    case "duplicate-address":
      return addDuplicate(bus, fault.unitId, fault.delayMs, lineClock);
    case "dead-unit":
      return bus.silence([fault.unitId]);
    case "stuck-relay": {
      const circuit = bus.circuit(fault.unitId, fault.loop);
      circuit.setRelayStuck(true);
      return () => circuit.setRelayStuck(false);
    }
    case "second-source": {
      const circuit = bus.circuit(fault.unitId, fault.loop);
      circuit.setSecondSource(true);
      return () => circuit.setSecondSource(false);
    }
    case "register-rollover":
      bus.circuit(fault.unitId, fault.loop).approachRollover(fault.remainingWh);
      return () => {};
    case "meter-swap":
      bus
        .deviceOf(fault.unitId)
        .replace(bus.circuit(fault.unitId, fault.loop), fault.serialNumber, fault.energyWh);
      return () => {};
    case "power-failure":
      return cutPower(bus, fault.unitId);
    case "clock-jump":
      bus.deviceOf(fault.unitId).meterClock.jump(fault.byS * 1000);
      return () => {};
    case "battery-failure":
      return failBattery(bus, fault.unitId);
    case "local-echo":
      bus.hub.setLocalEcho(true);
      return () => bus.hub.setLocalEcho(false);
    case "jammed-line":
      return jam(bus, lineClock, random);
  }
}
