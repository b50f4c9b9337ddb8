import type { RelayState, Sample, SampleFlag } from "@hallmeter/meter-model";
import type { Random } from "../../../apps/bus-gateway/src/testing/simulation/random.ts";
import type { Reading } from "./plain-circuit.ts";
import { QUARTER_MS } from "./wall-clock.ts";

/** Where an ADF400L's register of 0.01 kWh begins anew. */
export const MODULUS_WH = 0x1_0000_0000n * 10n;
const STEP_WH = 10n;
export const JUMPS_WH = { least: 12_000_000n, most: 20_000_000n };

/** A reading on its way to the server. */
export interface Sent extends Reading {
  circuitId: string;
  energyWh: number;
}

/** A circuit as it truly is: its energy goes through whoever looks, and its register shows it. */
export class RoomMeter {
  readonly circuitId: string;
  readonly meterId: string;
  readonly #random: Random;
  /** Steps in a quarter of an hour at most. */
  readonly #appetite: number;
  #startWh: bigint;
  /** Through the meter itself, before ratios, since it hangs there. */
  #usedWh = 0n;
  /** Through the circuit, before the register or its ratio was changed last. */
  #beforeWh = 0n;
  #atMs: number;
  /** Of the quarter of an hour that began then, `steps` in all. */
  #pace: { fromMs: number; fromWh: bigint; steps: number };
  ratio = 1n;
  #relay: RelayState = "closed";
  waiting: Sent[] = [];

  constructor(ids: { circuitId: string; meterId: string }, random: Random, nowMs: number) {
    this.circuitId = ids.circuitId;
    this.meterId = ids.meterId;
    this.#random = random;
    this.#appetite = random.integer(2, 60);
    this.#atMs = nowMs;
    this.#pace = { fromMs: nowMs, fromWh: 0n, steps: 0 };
    // Some registers are about to begin anew.
    const shownWh = random.chance(0.3) ? MODULUS_WH - BigInt(random.integer(1, 30_000)) * STEP_WH : 0n;
    this.#startWh = shownWh > 0n ? shownWh : BigInt(random.integer(0, 5_000_000)) * STEP_WH;
  }

  get totalWh(): bigint {
    return this.#beforeWh + this.#usedWh * this.ratio;
  }

  /** As the meter shows it. */
  get registerWh(): bigint {
    return (this.#startWh + this.#usedWh) % MODULUS_WH;
  }

  get relay(): RelayState {
    return this.#relay;
  }

  /** Evenly through each quarter: however soon somebody looks again, no more has gone through than the circuit carries. */
  runTo(atMs: number): void {
    if (atMs <= this.#atMs) return;
    this.#atMs = atMs;
    for (let { fromMs } = this.#pace; fromMs + QUARTER_MS <= atMs; ) {
      this.#usedWh = this.#pace.fromWh + BigInt(this.#pace.steps) * STEP_WH;
      fromMs += QUARTER_MS;
      this.#beginPace(fromMs);
    }
    const { fromMs, fromWh, steps } = this.#pace;
    this.#usedWh = fromWh + BigInt(Math.floor((steps * (atMs - fromMs)) / QUARTER_MS)) * STEP_WH;
  }

  #beginPace(fromMs: number): void {
    this.#pace = { fromMs, fromWh: this.#usedWh, steps: this.#drawSteps() };
  }

  #drawSteps(): number {
    const isOpen = this.#relay === "open";
    if (isOpen && !this.#random.chance(0.05)) return 0;
    return this.#random.chance(0.8) ? this.#random.integer(0, isOpen ? 3 : this.#appetite) : 0;
  }

  turnRelay(): void {
    this.#relay = this.#relay === "open" ? "closed" : "open";
    this.#beginPace(this.#atMs);
  }

  read(atMs: number, flags: readonly SampleFlag[]): Sent {
    this.runTo(atMs);
    const { circuitId, totalWh, relay, registerWh, ratio } = this;
    return { circuitId, atMs, totalWh, relay, flags, energyWh: Number(registerWh * ratio) };
  }

  /** By a disturbance. Whoever decides about it decides whether it was used. */
  jump(): void {
    const { least, most } = JUMPS_WH;
    this.#usedWh += BigInt(this.#random.integer(Number(least / STEP_WH), Number(most / STEP_WH))) * STEP_WH;
    this.#beginPace(this.#atMs);
  }

  swap(atMs: number): void {
    this.#beforeWh = this.totalWh;
    this.#startWh = BigInt(this.#random.integer(0, 5000)) * STEP_WH;
    this.#beginAnew(atMs);
  }

  changeRatio(ratio: bigint, atMs: number): void {
    this.#beforeWh = this.totalWh;
    this.#startWh = this.registerWh;
    this.ratio = ratio;
    this.#beginAnew(atMs);
  }

  /** Nothing goes through while somebody works on it. */
  #beginAnew(atMs: number): void {
    this.#usedWh = 0n;
    this.#atMs = Math.max(this.#atMs, atMs);
    this.#beginPace(this.#atMs);
  }
}

export function wireSample({ circuitId, atMs, energyWh, relay, flags }: Sent): Sample {
  return {
    circuitId,
    at: new Date(atMs).toISOString(),
    energyWh,
    activePowerW: 0,
    reactivePowerVar: 0,
    voltageDv: 2300,
    currentCa: 0,
    powerFactorMilli: 1000,
    frequencyCHz: 5000,
    relay,
    flags: [...flags],
  };
}
