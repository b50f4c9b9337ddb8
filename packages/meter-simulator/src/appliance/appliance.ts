import { noiseAt, seedFor } from "../random.ts";
import { APPLIANCE_KINDS, type ApplianceKind, type ApplianceKindName } from "./appliance-kinds.ts";
import { runningForMs, type Timetable } from "./timetable.ts";

/** Which conductors of a three-phase circuit an appliance hangs on; `all` loads them evenly. */
export type ApplianceWiring = "a" | "b" | "c" | "all";

export interface Appliance {
  id: string;
  kind: ApplianceKindName;
  timetable: Timetable;
  wiring: ApplianceWiring;
  /** Of this specimen's noise and thermostat. */
  seed: number;
}

export function createAppliance(seed: number, plan: Omit<Appliance, "seed">): Appliance {
  return { ...plan, seed: seedFor(seed, plan.id) };
}

/** Integers, so that sums and energies are exact. */
export interface AppliancePower {
  activePowerMw: number;
  reactivePowerMvar: number;
  /** False while an inrush decays: power then changes every 100 ms, else only at full seconds. */
  isSettled: boolean;
}

const NO_POWER: AppliancePower = { activePowerMw: 0, reactivePowerMvar: 0, isSettled: true };
/** Settled power wanders from second to second. */
export const SETTLED_STEP_MS = 1000;
/** An inrush is followed in steps of this. */
export const INRUSH_STEP_MS = 100;
/** After this many time constants an inrush is below a thousandth of the settled power. */
const INRUSH_TIME_CONSTANTS = 9;

/** Time since the thermostat switched on, or undefined while it rests. It starts somewhere in its running part. */
function thermostatForMs(appliance: Appliance, elapsedMs: number): number | undefined {
  const { cycle }: ApplianceKind = APPLIANCE_KINDS[appliance.kind];
  if (!cycle) return elapsedMs;
  const offsetS = Math.floor(((noiseAt(appliance.seed, -1) + 1) / 2) * cycle.onS);
  const inCycleMs = (elapsedMs + offsetS * 1000) % ((cycle.onS + cycle.offS) * 1000);
  return inCycleMs < cycle.onS * 1000 ? inCycleMs : undefined;
}

/**
 * Power of an appliance `elapsedMs` after the start of the simulation, with voltage for `poweredForMs`. A function of its
 * arguments alone: who reads when changes nothing.
 */
export function appliancePower(
  appliance: Appliance,
  elapsedMs: number,
  poweredForMs: number,
): AppliancePower {
  const switchedOnForMs = runningForMs(appliance.timetable, elapsedMs);
  const thermostatMs = thermostatForMs(appliance, elapsedMs);
  if (switchedOnForMs === undefined || thermostatMs === undefined) return NO_POWER;
  const kind: ApplianceKind = APPLIANCE_KINDS[appliance.kind];
  const { active, reactive, timeConstantMs } = kind.inrush;
  const runningMs = Math.min(switchedOnForMs, thermostatMs, poweredForMs);
  const isSettled = runningMs >= INRUSH_TIME_CONSTANTS * timeConstantMs;
  const decay = isSettled ? 0 : Math.exp(-runningMs / timeConstantMs);
  const second = Math.floor(elapsedMs / SETTLED_STEP_MS);
  const wander = 1 + (kind.noiseMilli / 1000) * noiseAt(appliance.seed, second);
  return {
    activePowerMw: Math.round(kind.activePowerW * 1000 * wander * (1 + (active - 1) * decay)),
    reactivePowerMvar: Math.round(kind.reactivePowerVar * 1000 * wander * (1 + (reactive - 1) * decay)),
    isSettled,
  };
}
