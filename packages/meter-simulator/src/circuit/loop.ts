import {
  type Appliance,
  type AppliancePower,
  appliancePower,
  INRUSH_STEP_MS,
  SETTLED_STEP_MS,
} from "../appliance/appliance.ts";
import { addEnergy, type EnergyReading } from "./energy-counter.ts";

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

const WIRING_PHASE = { a: 0, b: 1, c: 2 } as const;

/**
 * The copper behind a meter: the relay's contact, the appliances, and the energy that has gone through. Times are whole
 * milliseconds since the start of the simulation and must not go back.
 */
export class Loop {
  readonly phaseCount: 1 | 3;
  #appliances: { appliance: Appliance; pluggedAtMs: number }[];
  #energies: PhaseEnergy[];
  #isContactClosed: boolean;
  #isSupplied = true;
  #poweredAtMs = 0;
  #atMs = 0;

  constructor(options: LoopOptions) {
    this.phaseCount = options.phaseCount;
    this.#appliances = options.appliances.map((appliance) => ({ appliance, pluggedAtMs: 0 }));
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
    return this.#energies;
  }

  get appliances(): readonly Appliance[] {
    return this.#appliances.map(({ appliance }) => appliance);
  }

  /** Lets time pass and energy flow. `onStep` sees the loop at the end of every step of at most a second. */
  advance(toMs: number, onStep?: (atMs: number) => void): void {
    while (this.#atMs < toMs) {
      const { phases, isSettled } = this.#powers(this.#atMs);
      const stepMs = isSettled ? SETTLED_STEP_MS : INRUSH_STEP_MS;
      const untilMs = Math.min(toMs, (Math.floor(this.#atMs / stepMs) + 1) * stepMs);
      this.#count(phases, untilMs - this.#atMs);
      this.#atMs = untilMs;
      onStep?.(untilMs);
    }
  }

  /** Power of each phase at the time advanced to. */
  powers(): PhasePower[] {
    return this.#powers(this.#atMs).phases;
  }

  /** Moves the contact at the time advanced to. */
  setContact(isClosed: boolean): void {
    if (isClosed && !this.#isContactClosed) this.#poweredAtMs = this.#atMs;
    this.#isContactClosed = isClosed;
  }

  /** Mains in front of the meter. */
  setSupply(isSupplied: boolean): void {
    if (isSupplied && !this.#isSupplied) this.#poweredAtMs = this.#atMs;
    this.#isSupplied = isSupplied;
  }

  plugIn(appliance: Appliance): void {
    this.#appliances.push({ appliance, pluggedAtMs: this.#atMs });
  }

  /** Answers whether there was such an appliance. */
  unplug(applianceId: string): boolean {
    const before = this.#appliances.length;
    this.#appliances = this.#appliances.filter(({ appliance }) => appliance.id !== applianceId);
    return this.#appliances.length < before;
  }

  #powers(atMs: number): { phases: PhasePower[]; isSettled: boolean } {
    const phases = Array.from({ length: this.phaseCount }, () => ({
      activePowerMw: 0,
      reactivePowerMvar: 0,
    }));
    let isSettled = true;
    if (!this.#isContactClosed || !this.#isSupplied) return { phases, isSettled };
    const slotMs = Math.floor(atMs / INRUSH_STEP_MS) * INRUSH_STEP_MS;
    for (const { appliance, pluggedAtMs } of this.#appliances) {
      const poweredForMs = Math.max(0, slotMs - Math.max(this.#poweredAtMs, pluggedAtMs));
      const power = appliancePower(appliance, slotMs, poweredForMs);
      isSettled &&= power.isSettled;
      this.#load(phases, appliance, power);
    }
    return { phases, isSettled };
  }

  #load(phases: PhasePower[], { wiring }: Appliance, power: AppliancePower): void {
    const index = this.phaseCount === 1 ? 0 : wiring === "all" ? undefined : WIRING_PHASE[wiring];
    const share = index === undefined ? 1 / this.phaseCount : 1;
    phases.forEach((phase, phaseIndex) => {
      if (index !== undefined && index !== phaseIndex) return;
      phase.activePowerMw += Math.round(power.activePowerMw * share);
      phase.reactivePowerMvar += Math.round(power.reactivePowerMvar * share);
    });
  }

  #count(phases: readonly PhasePower[], durationMs: number): void {
    this.#energies = this.#energies.map((energy, index) => {
      const power = phases[index];
      if (!power) return energy;
      return {
        active: addEnergy(energy.active, power.activePowerMw, durationMs),
        reactive: addEnergy(energy.reactive, Math.abs(power.reactivePowerMvar), durationMs),
      };
    });
  }
}
