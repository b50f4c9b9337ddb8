import type { CircuitState } from "./circuit-state.ts";
import type { ShownEnergy } from "./circuit-view.ts";
import type { EnergyReading } from "./energy-counter.ts";
import type { PhaseEnergy } from "./loop.ts";

type Offsets = Pick<CircuitState, "registerOffsetWh" | "phaseOffsetsWh" | "reactiveOffsetsVarh">;

/** What a meter's energy registers show of the copper's energy: begun at some figure, and wrapped. Whole Wh. */
export class ShownRegisters {
  readonly #modulusWh: number;
  #offsets: Offsets;

  constructor(modulusWh: number, { registerOffsetWh, phaseOffsetsWh, reactiveOffsetsVarh }: Offsets) {
    this.#modulusWh = modulusWh;
    this.#offsets = { registerOffsetWh, phaseOffsetsWh, reactiveOffsetsVarh };
  }

  /** The total register wraps to zero after another `remainingWh`. */
  approachRollover(total: EnergyReading, remainingWh: number): void {
    this.#offsets = { ...this.#offsets, registerOffsetWh: this.#modulusWh - remainingWh - total.wh };
  }

  /** The total register shows `energyWh` from now on, all others zero. */
  startAt(energyWh: number, total: EnergyReading, phases: readonly PhaseEnergy[]): void {
    this.#offsets = {
      registerOffsetWh: energyWh - total.wh,
      phaseOffsetsWh: phases.map(({ active }) => -active.wh),
      reactiveOffsetsVarh: phases.map(({ reactive }) => -reactive.wh),
    };
  }

  /** Of a single-phase meter the phase is the total. */
  phase(index: number, phases: readonly PhaseEnergy[]): ShownEnergy {
    const energy = phases[index];
    const { registerOffsetWh, phaseOffsetsWh, reactiveOffsetsVarh } = this.#offsets;
    const activeOffsetWh = phases.length === 1 ? registerOffsetWh : (phaseOffsetsWh[index] ?? 0);
    return {
      activeWh: this.#wrapped((energy?.active.wh ?? 0) + activeOffsetWh),
      reactiveVarh: (energy?.reactive.wh ?? 0) + (reactiveOffsetsVarh[index] ?? 0),
    };
  }

  total(total: EnergyReading, phases: readonly PhaseEnergy[]): ShownEnergy {
    let reactiveVarh = 0;
    for (let index = 0; index < phases.length; index++)
      reactiveVarh += this.phase(index, phases).reactiveVarh;
    return { activeWh: this.#wrapped(total.wh + this.#offsets.registerOffsetWh), reactiveVarh };
  }

  state(): Offsets {
    return this.#offsets;
  }

  #wrapped(wh: number): number {
    const modulus = this.#modulusWh;
    return ((wh % modulus) + modulus) % modulus;
  }
}
