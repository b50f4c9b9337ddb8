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

interface Account {
  readonly loops: Loop[];
  toldMicro: number;
  /** Use that the gateway is right not to know: rollovers, and what a lost store forgot. */
  unknownWh: number;
}

/** At or below this a circuit is to be cut, 10⁻⁶; null for never. */
export function cutMicro({ rules: { credit } }: CircuitConfig): number | null {
  if (credit === undefined) return 0;
  return credit.debtMinor === null ? null : -credit.debtMinor * MICRO_PER_MINOR;
}

/** What households have by the true meters and by what the gateway has been told. */
export class HouseholdTruth {
  readonly #accounts = new Map<string, Account>();

  add(householdId: string, circuit: SimulatedCircuit): void {
    this.#of(householdId).loops.push({ circuit, readableWh: 0 });
  }

  /** Money that the gateway has been told of; an older message that comes after a newer one takes nothing back. */
  told(householdId: string, boughtMicro: number): void {
    const account = this.#of(householdId);
    account.toldMicro = Math.max(boughtMicro, account.toldMicro);
  }

  lost(householdId: string, lostWh: number): void {
    this.#of(householdId).unknownWh += lostWh;
  }

  /** 10⁻⁶, less nothing for what the gateway cannot know. */
  trueMicro(householdId: string): number {
    const { loops, toldMicro } = this.#of(householdId);
    let usedWh = 0;
    for (const { circuit } of loops) usedWh += circuit.usedWh;
    return toldMicro - usedWh * MICRO_PER_WH;
  }

  /** The same by the meters that can be read. */
  readableMicro(householdId: string): number {
    const { loops, toldMicro } = this.#of(householdId);
    let usedWh = 0;
    for (const loop of loops) {
      const { faults, hasMains } = loop.circuit;
      if (hasMains && !faults.isDead && !faults.losesAnswers) loop.readableWh = loop.circuit.usedWh;
      usedWh += loop.readableWh;
    }
    return toldMicro - usedWh * MICRO_PER_WH;
  }

  doubtMicro(householdId: string): number {
    const { loops, unknownWh } = this.#of(householdId);
    return (REGISTER_DOUBT_WH * loops.length + unknownWh) * MICRO_PER_WH;
  }

  #of(householdId: string): Account {
    const known = this.#accounts.get(householdId);
    if (known !== undefined) return known;
    const fresh: Account = { loops: [], toldMicro: 0, unknownWh: 0 };
    this.#accounts.set(householdId, fresh);
    return fresh;
  }
}
