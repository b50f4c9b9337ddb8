import {
  type Appliance,
  type AppliancePower,
  drawnPower,
  INRUSH_STEP_MS,
  type SwitchState,
  switchStateAt,
} from "../appliance/appliance.ts";
import { addEnergy, type EnergyReading, sumEnergies } from "./energy-counter.ts";

export interface PhasePower {
  activePowerMw: number;
  reactivePowerMvar: number;
}

export interface PhaseEnergy {
  active: EnergyReading;
  /** Of |Q|: a meter adds inductive and capacitive alike. */
  reactive: EnergyReading;
}

export interface LoopOptions {
  phaseCount: 1 | 3;
  appliances: readonly Appliance[];
  energies: readonly PhaseEnergy[];
  isContactClosed: boolean;
}

/** An appliance in its socket, and what is known of it until that is over. */
interface Plugged {
  appliance: Appliance;
  pluggedAtMs: number;
  switched: SwitchState;
  power: AppliancePower;
}

/** Powers that hold until a time, if nobody switches anything. */
interface PowerSpan {
  phases: PhasePower[];
  untilMs: number;
}

/** Sees the loop after every span, and by the time it has asked for. */
export interface LoopObserver {
  nextLookMs(): number;
  onStep(atMs: number): void;
}

const UNKNOWN_POWER: AppliancePower = { activePowerMw: 0, reactivePowerMvar: 0, untilMs: 0 };

function plugged(appliance: Appliance, pluggedAtMs: number): Plugged {
  return { appliance, pluggedAtMs, switched: { onSinceMs: undefined, untilMs: 0 }, power: UNKNOWN_POWER };
}

const WIRING_PHASE = { a: 0, b: 1, c: 2 } as const;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The copper behind a meter: the relay's contact, the appliances, and the energy that has gone through. Times are whole
 * milliseconds since the start of the simulation and must not go back.
 */
export class Loop {
  readonly phaseCount: 1 | 3;
  #appliances: Plugged[];
  #energies: PhaseEnergy[];
  #isContactClosed: boolean;
  #isSupplied = true;
  #poweredAtMs = 0;
  #atMs = 0;
  #span: PowerSpan | undefined;

  constructor(options: LoopOptions) {
    this.phaseCount = options.phaseCount;
    this.#appliances = options.appliances.map((appliance) => plugged(appliance, 0));
    this.#energies = options.energies.map((energy) => ({ ...energy }));
    this.#isContactClosed = options.isContactClosed;
  }

  get isContactClosed(): boolean {
    return this.#isContactClosed;
  }

  get isSupplied(): boolean {
    return this.#isSupplied;
  }

  get energies(): readonly PhaseEnergy[] {
    return [...this.#energies];
  }

  /** Active energy of all phases since ever. */
  totalActive(): EnergyReading {
    const [first, ...others] = this.#energies;
    if (first === undefined) return { wh: 0, microWs: 0 };
    return others.length === 0 ? first.active : sumEnergies(this.#energies.map(({ active }) => active));
  }

  get appliances(): readonly Appliance[] {
    return this.#appliances.map(({ appliance }) => appliance);
  }

  /** Starts at another time than zero; only before anything has happened. */
  startAt(atMs: number): void {
    this.#atMs = atMs;
    this.#poweredAtMs = atMs;
    this.#span = undefined;
  }

  /** Lets time pass and energy flow, in spans of unchanged power that end at the latest when the observer must look. */
  advance(toMs: number, observer?: LoopObserver): void {
    while (this.#atMs < toMs) {
      const { phases, untilMs } = this.#powerSpan();
      const nextMs = Math.max(this.#atMs + 1, Math.min(toMs, untilMs, observer?.nextLookMs() ?? NEVER));
      this.#count(phases, nextMs - this.#atMs);
      this.#atMs = nextMs;
      observer?.onStep(nextMs);
    }
  }

  /** Power of each phase at the time advanced to. */
  powers(): readonly PhasePower[] {
    return this.#powerSpan().phases;
  }

  /** Moves the contact at the time advanced to. */
  setContact(isClosed: boolean): void {
    if (isClosed === this.#isContactClosed) return;
    this.#isContactClosed = isClosed;
    if (isClosed) this.#power();
    this.#span = undefined;
  }

  /** Mains in front of the meter. */
  setSupply(isSupplied: boolean): void {
    const isBack = isSupplied && !this.#isSupplied;
    this.#isSupplied = isSupplied;
    if (isBack) this.#power();
    this.#span = undefined;
  }

  plugIn(appliance: Appliance): void {
    this.#appliances.push(plugged(appliance, this.#atMs));
    this.#span = undefined;
  }

  /** Answers whether there was such an appliance. */
  unplug(applianceId: string): boolean {
    const before = this.#appliances.length;
    this.#appliances = this.#appliances.filter(({ appliance }) => appliance.id !== applianceId);
    this.#span = undefined;
    return this.#appliances.length < before;
  }

  #powerSpan(): PowerSpan {
    if (this.#span === undefined || this.#atMs >= this.#span.untilMs) this.#span = this.#spanFrom(this.#atMs);
    return this.#span;
  }

  /** Everything starts with its inrush. */
  #power(): void {
    this.#poweredAtMs = this.#atMs;
    for (const each of this.#appliances) each.power = UNKNOWN_POWER;
  }

  #spanFrom(atMs: number): PowerSpan {
    const phases: PhasePower[] = [];
    for (let index = 0; index < this.phaseCount; index++)
      phases.push({ activePowerMw: 0, reactivePowerMvar: 0 });
    if (!this.#isContactClosed || !this.#isSupplied) return { phases, untilMs: NEVER };
    let untilMs = NEVER;
    const slotMs = atMs - (atMs % INRUSH_STEP_MS);
    for (const each of this.#appliances) {
      if (slotMs >= each.switched.untilMs) {
        each.switched = switchStateAt(each.appliance, slotMs);
        each.power = UNKNOWN_POWER;
      }
      const { onSinceMs } = each.switched;
      untilMs = Math.min(untilMs, each.switched.untilMs);
      if (onSinceMs === undefined) continue;
      if (slotMs >= each.power.untilMs) {
        const runningMs = slotMs - Math.max(onSinceMs, this.#poweredAtMs, each.pluggedAtMs);
        each.power = drawnPower(each.appliance, slotMs, Math.max(0, runningMs));
      }
      untilMs = Math.min(untilMs, each.power.untilMs);
      this.#load(phases, each.appliance, each.power.activePowerMw, each.power.reactivePowerMvar);
    }
    return { phases, untilMs };
  }

  #load(phases: PhasePower[], { wiring }: Appliance, activePowerMw: number, reactivePowerMvar: number): void {
    const index = this.phaseCount === 1 ? 0 : wiring === "all" ? undefined : WIRING_PHASE[wiring];
    const share = index === undefined ? 1 / this.phaseCount : 1;
    for (let each = 0; each < phases.length; each++) {
      const phase = phases[each];
      if (!phase || (index !== undefined && index !== each)) continue;
      phase.activePowerMw += Math.round(activePowerMw * share);
      phase.reactivePowerMvar += Math.round(reactivePowerMvar * share);
    }
  }

  #count(phases: readonly PhasePower[], durationMs: number): void {
    for (let index = 0; index < phases.length; index++) {
      const power = phases[index];
      const energy = this.#energies[index];
      if (!power || !energy || (power.activePowerMw === 0 && power.reactivePowerMvar === 0)) continue;
      this.#energies[index] = {
        active: addEnergy(energy.active, power.activePowerMw, durationMs),
        reactive: addEnergy(energy.reactive, Math.abs(power.reactivePowerMvar), durationMs),
      };
    }
  }
}
