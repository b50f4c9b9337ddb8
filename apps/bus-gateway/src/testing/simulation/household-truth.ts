import type { CircuitConfig } from "@hallmeter/meter-model";
import type { SimulatedCircuit } from "./simulated-circuit.ts";
import { PRICE_MICRO_PER_KWH } from "./site-plan.ts";

const MICRO_PER_WH = PRICE_MICRO_PER_KWH / 1000;
export const MICRO_PER_MINOR = 10_000;
/** A register counts 10 Wh; the gateway knows each end of a use to one step. */
const REGISTER_DOUBT_WH = 20;

interface Loop {
  circuit: SimulatedCircuit;
  /** True use when the meter could last be read, Wh: what flows behind a dead unit nobody can know. */
  readableWh: number;
}

/** At or below this a circuit is to be cut, 10⁻⁶; null for never. */
export function cutMicro({ rules: { credit } }: CircuitConfig): number | null {
  if (credit === undefined) return 0;
  return credit.debtMinor === null ? null : -credit.debtMinor * MICRO_PER_MINOR;
}

/** What households have by the true meters and by what the gateway has been told. */
export class HouseholdTruth {
  readonly #loops = new Map<string, Loop[]>();
  readonly #toldMicro = new Map<string, number>();
  /** Use that the gateway is right not to know: rollovers, and what a lost store forgot. */
  readonly #unknownWh = new Map<string, number>();

  add(householdId: string, circuit: SimulatedCircuit): void {
    this.#loops.set(householdId, [...this.#of(householdId), { circuit, readableWh: 0 }]);
  }

  /** Money that the gateway has been told of; an older message that comes after a newer one takes nothing back. */
  told(householdId: string, boughtMicro: number): void {
    this.#toldMicro.set(householdId, Math.max(boughtMicro, this.#bought(householdId)));
  }

  lost(householdId: string, lostWh: number): void {
    this.#unknownWh.set(householdId, this.#unknown(householdId) + lostWh);
  }

  /** 10⁻⁶, less nothing for what the gateway cannot know. */
  trueMicro(householdId: string): number {
    let usedWh = 0;
    for (const { circuit } of this.#of(householdId)) usedWh += circuit.usedWh;
    return this.#bought(householdId) - usedWh * MICRO_PER_WH;
  }

  /** The same by the meters that can be read. */
  readableMicro(householdId: string): number {
    let usedWh = 0;
    for (const loop of this.#of(householdId)) {
      const { faults, hasMains, usedWh: trueWh } = loop.circuit;
      if (hasMains && !faults.isDead && !faults.losesAnswers) loop.readableWh = trueWh;
      usedWh += loop.readableWh;
    }
    return this.#bought(householdId) - usedWh * MICRO_PER_WH;
  }

  doubtMicro(householdId: string): number {
    const loops = this.#of(householdId).length;
    return (REGISTER_DOUBT_WH * loops + this.#unknown(householdId)) * MICRO_PER_WH;
  }

  #of(householdId: string): Loop[] {
    return this.#loops.get(householdId) ?? [];
  }

  #bought(householdId: string): number {
    return this.#toldMicro.get(householdId) ?? 0;
  }

  #unknown(householdId: string): number {
    return this.#unknownWh.get(householdId) ?? 0;
  }
}
