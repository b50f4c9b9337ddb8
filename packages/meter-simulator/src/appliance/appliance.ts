import { noiseAt, seedFor } from "../random.ts";
import { APPLIANCE_KINDS, type ApplianceKind, type ApplianceKindName } from "./appliance-kinds.ts";
import { type Run, runAt, type Timetable } from "./timetable.ts";

/** Which conductors of a three-phase circuit an appliance hangs on; `all` loads them evenly. */
export type ApplianceWiring = "a" | "b" | "c" | "all";

export interface Appliance {
  id: string;
  kind: ApplianceKindName;
  timetable: Timetable;
  wiring: ApplianceWiring;
  /** Of this specimen's noise and thermostat. */
  seed: number;
  /** Settled power wanders in steps of this: whole seconds. Longer ones make long simulations quick. */
  wanderStepMs: number;
}

/** Range 1–3600 s, default 1: meters show a new power about that often. */
export const DEFAULT_WANDER_STEP_MS = 1000;

export function createAppliance(
  seed: number,
  {
    wanderStepMs = DEFAULT_WANDER_STEP_MS,
    ...plan
  }: Omit<Appliance, "seed" | "wanderStepMs"> & { wanderStepMs?: number },
): Appliance {
  return { ...plan, wanderStepMs, seed: seedFor(seed, plan.id) };
}

/** Integers, so that sums and energies are exact. */
export interface AppliancePower {
  activePowerMw: number;
  reactivePowerMvar: number;
  /** Time since the start of the simulation until which that holds, if nobody switches anything. */
  untilMs: number;
}

/** An inrush is followed in steps of this. */
export const INRUSH_STEP_MS = 100;
/** After this many time constants an inrush is below a thousandth of the settled power. */
const INRUSH_TIME_CONSTANTS = 9;

/** A thermostat starts somewhere in its running part. */
function thermostatRun(appliance: Appliance, elapsedMs: number): Run {
  const { cycle }: ApplianceKind = APPLIANCE_KINDS[appliance.kind];
  if (!cycle) return { forMs: elapsedMs, untilMs: Number.POSITIVE_INFINITY };
  const offsetS = Math.floor(((noiseAt(appliance.seed, -1) + 1) / 2) * cycle.onS);
  const inCycleMs = (elapsedMs + offsetS * 1000) % ((cycle.onS + cycle.offS) * 1000);
  const onMs = cycle.onS * 1000;
  return inCycleMs < onMs
    ? { forMs: inCycleMs, untilMs: elapsedMs + onMs - inCycleMs }
    : { forMs: undefined, untilMs: elapsedMs + onMs + cycle.offS * 1000 - inCycleMs };
}

/** Whether an appliance is switched on, by its owner and its thermostat. */
export interface SwitchState {
  /** Undefined while it is off. */
  onSinceMs: number | undefined;
  /** Time since the start of the simulation until which that surely stays so. */
  untilMs: number;
}

export function switchStateAt(appliance: Appliance, elapsedMs: number): SwitchState {
  const timetable = runAt(appliance.timetable, elapsedMs, appliance.seed);
  if (timetable.forMs === undefined) return { onSinceMs: undefined, untilMs: timetable.untilMs };
  const thermostat = thermostatRun(appliance, elapsedMs);
  return {
    onSinceMs:
      thermostat.forMs === undefined ? undefined : elapsedMs - Math.min(timetable.forMs, thermostat.forMs),
    untilMs: Math.min(timetable.untilMs, thermostat.untilMs),
  };
}

/** Power of an appliance that has been running for `runningMs`. */
export function drawnPower(appliance: Appliance, elapsedMs: number, runningMs: number): AppliancePower {
  const kind: ApplianceKind = APPLIANCE_KINDS[appliance.kind];
  const { active, reactive, timeConstantMs } = kind.inrush;
  const isSettled = runningMs >= INRUSH_TIME_CONSTANTS * timeConstantMs;
  const decay = isSettled ? 0 : Math.exp(-runningMs / timeConstantMs);
  const wanderStep = Math.floor(elapsedMs / appliance.wanderStepMs);
  const wander = 1 + (kind.noiseMilli / 1000) * noiseAt(appliance.seed, wanderStep);
  return {
    activePowerMw: Math.round(kind.activePowerW * 1000 * wander * (1 + (active - 1) * decay)),
    reactivePowerMvar: Math.round(kind.reactivePowerVar * 1000 * wander * (1 + (reactive - 1) * decay)),
    untilMs: isSettled
      ? (wanderStep + 1) * appliance.wanderStepMs
      : (Math.floor(elapsedMs / INRUSH_STEP_MS) + 1) * INRUSH_STEP_MS,
  };
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
  const { onSinceMs, untilMs } = switchStateAt(appliance, elapsedMs);
  if (onSinceMs === undefined) return { activePowerMw: 0, reactivePowerMvar: 0, untilMs };
  const power = drawnPower(appliance, elapsedMs, Math.min(elapsedMs - onSinceMs, poweredForMs));
  return { ...power, untilMs: Math.min(power.untilMs, untilMs) };
}
