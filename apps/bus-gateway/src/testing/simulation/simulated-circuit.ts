import type { Clock } from "../../clock.ts";

export interface Load {
  activeW: number;
  reactiveVar: number;
}

export const NO_LOAD: Load = { activeW: 0, reactiveVar: 0 };

/** The register counts hundredths of a kWh in 32 bits. */
const STEP_WH = 10;
const REGISTER_MODULUS = 2 ** 32;
const VOLTAGE_DV = 2300;
const FREQUENCY_CHZ = 5000;
const MS_PER_HOUR = 3_600_000;
/** Status bit of a closed relay (devices.md). */
const CLOSED_BIT = 0x2000;

export type Faults = {
  /** Neither hears nor answers. */
  isDead: boolean;
  /** Hears, and its answers are lost. */
  losesAnswers: boolean;
  /** The relay does not move. */
  isStuck: boolean;
  /** The contact stays closed whatever the relay says. */
  isWelded: boolean;
};

/** Where the words of the block lie; taken from the profile once, so that the simulation follows it. */
export interface WordPlaces {
  count: number;
  place: (name: string) => number;
}

/** For tests only: a metered and switched circuit with its true energy, which nobody rounds. */
export class SimulatedCircuit {
  readonly faults: Faults = { isDead: false, losesAnswers: false, isStuck: false, isWelded: false };
  relay: "closed" | "open" = "closed";
  hasMains = true;
  /** True use since the start, Wh with fractions. */
  #usedWh = 0;
  #load: Load = NO_LOAD;
  #sinceMs: number;
  #changedAtMs = 0;
  readonly #clock: Clock;
  readonly #firstRegister: number;
  readonly #places: WordPlaces;
  /** Told whenever what a poll would show has changed at once. */
  onChange: () => void = () => {};
  /** The same, for who watches the truth. */
  onTruth: () => void = () => {};

  constructor(clock: Clock, firstRegister: number, places: WordPlaces) {
    this.#clock = clock;
    this.#firstRegister = firstRegister;
    this.#places = places;
    this.#sinceMs = clock.monotonicMs();
  }

  /** What really flows. */
  get flowing(): Load {
    const isFed = this.hasMains && (this.relay === "closed" || this.faults.isWelded);
    return isFed ? this.#load : NO_LOAD;
  }

  get plugged(): Load {
    return this.#load;
  }

  get usedWh(): number {
    this.#count();
    return this.#usedWh;
  }

  /** Hundredths of a kWh since the start, as the register has counted them. */
  get countedSteps(): number {
    return Math.floor(this.usedWh / STEP_WH);
  }

  get register(): number {
    return (this.#firstRegister + this.countedSteps) % REGISTER_MODULUS;
  }

  get changedAtMs(): number {
    return this.#changedAtMs;
  }

  /** Milliseconds until the register takes its next step; Infinity without load. */
  nextStepMs(): number {
    const { activeW } = this.flowing;
    if (activeW <= 0) return Number.POSITIVE_INFINITY;
    const leftWh = (this.countedSteps + 1) * STEP_WH - this.usedWh;
    return Math.ceil((leftWh * MS_PER_HOUR) / activeW) + 1;
  }

  plug(load: Load): void {
    this.#change(() => {
      this.#load = load;
    });
  }

  switch(relay: "closed" | "open"): void {
    if (this.faults.isStuck) return;
    this.#change(() => {
      this.relay = relay;
    });
  }

  setMains(hasMains: boolean): void {
    this.#change(() => {
      this.hasMains = hasMains;
    });
  }

  setFault(fault: keyof Faults, holds: boolean): void {
    this.#change(() => {
      this.faults[fault] = holds;
    });
  }

  words(): number[] {
    const { count, place } = this.#places;
    const { activeW, reactiveVar } = this.flowing;
    const words = new Array<number>(count).fill(0);
    const apparent = Math.hypot(activeW, reactiveVar);
    const register = this.register;
    words[place("voltageDv")] = VOLTAGE_DV;
    words[place("currentCa")] = Math.round((apparent * 1000) / VOLTAGE_DV);
    words[place("activePowerW")] = Math.round(activeW);
    words[place("reactivePowerVar")] = Math.round(reactiveVar) & 0xffff;
    words[place("powerFactorMilli")] = apparent === 0 ? 1000 : Math.round((activeW * 1000) / apparent);
    words[place("frequencyCHz")] = FREQUENCY_CHZ;
    words[place("energyWh")] = Math.floor(register / 0x1_0000);
    words[place("energyWh") + 1] = register & 0xffff;
    words[place("statusWord")] = this.relay === "closed" ? CLOSED_BIT : 0;
    return words;
  }

  #change(what: () => void): void {
    this.#count();
    what();
    this.#changedAtMs = this.#clock.monotonicMs();
    this.onTruth();
    this.onChange();
  }

  #count(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#usedWh += (this.flowing.activeW * (nowMs - this.#sinceMs)) / MS_PER_HOUR;
    this.#sinceMs = nowMs;
  }
}
