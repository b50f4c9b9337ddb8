import { MeterCircuit } from "../cabinet/circuit.ts";
import { initialCircuitState } from "../cabinet/circuit-state.ts";
import { createMains } from "../cabinet/mains.ts";
import { createMeterClock } from "../cabinet/meter-clock.ts";
import type { Clock } from "../clock/clock.ts";
import { type Fault, isReplyFault } from "../fault/fault.ts";
import type { Distortion } from "../line/hub.ts";
import { createRtuStation } from "../modbus/rtu-station.ts";
import { type Random, seedFor } from "../random.ts";
import type { SimulatedBus } from "./simulated-bus.ts";

export interface FaultContext {
  clock: Clock;
  elapsedMs: () => number;
  random: Random;
  seed: number;
}

/** A second meter has another life behind it. */
const DUPLICATE_ENERGY_WH = 7_654_320;
/** One noisy character in this many is lost; the others arrive with a wrong bit. */
const NOISE_LOSES_ONE_IN = 4;

function noise(chanceMilli: number, random: Random): Distortion {
  return (byte) => {
    if (random() * 1000 >= chanceMilli) return byte;
    if (random() * NOISE_LOSES_ONE_IN < 1) return undefined;
    return byte ^ (1 << Math.floor(random() * 8));
  };
}

function addDuplicate(bus: SimulatedBus, unitId: number, delayMs: number, context: FaultContext): () => void {
  const { clock, elapsedMs, seed } = context;
  const { variant } = bus.circuit(unitId);
  const duplicate = new MeterCircuit({
    unitId,
    variant,
    supplyPhase: 0,
    appliances: [],
    mains: createMains(seedFor(seed, "duplicate")),
    meterClock: createMeterClock(() => clock.nowMs(), 0),
    elapsedMs,
    state: initialCircuitState(variant, DUPLICATE_ENERGY_WH),
  });
  const station = createRtuStation({
    clock,
    hub: bus.hub,
    turnaroundMs: bus.plan.turnaroundMs,
    banks: new Map([[unitId, duplicate]]),
    shapeReply: (_unitId, bytes) => [{ bytes, delayMs }],
  });
  return () => station.close();
}

function cutPower(bus: SimulatedBus, unitId: number | undefined): () => void {
  const circuits = unitId === undefined ? bus.circuits() : [...bus.cabinetOf(unitId).circuits.values()];
  const endSilence = bus.silence(circuits.map((circuit) => circuit.unitId));
  for (const circuit of circuits) circuit.setSupply(false);
  return () => {
    for (const circuit of circuits) circuit.setSupply(true);
    endSilence();
  };
}

/**
 * Puts a fault in force and answers what ends it. Rollover and clock jump have happened once they begin; nothing ends them.
 * Throws "circuit-unknown".
 */
export function beginFault(fault: Fault, bus: SimulatedBus, context: FaultContext): () => void {
  if (isReplyFault(fault)) {
    bus.replyFaults.add(fault);
    return () => bus.replyFaults.remove(fault);
  }
  switch (fault.kind) {
    case "noise":
      return bus.hub.distort(noise(fault.chanceMilli, context.random));
    case "duplicate-address":
      return addDuplicate(bus, fault.unitId, fault.delayMs, context);
    case "dead-unit":
      return bus.silence([bus.circuit(fault.unitId).unitId]);
    case "stuck-relay": {
      const circuit = bus.circuit(fault.unitId);
      circuit.setRelayStuck(true);
      return () => circuit.setRelayStuck(false);
    }
    case "register-rollover":
      bus.circuit(fault.unitId).approachRollover(fault.remainingWh);
      return () => {};
    case "power-failure":
      return cutPower(bus, fault.unitId);
    case "clock-jump":
      bus.cabinetOf(fault.unitId).meterClock.jump(fault.byS * 1000);
      return () => {};
  }
}
