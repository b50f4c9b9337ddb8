import type { TariffScheme } from "@hallmeter/meter-model";
import type { Piece } from "./plain-prices.ts";
import { HOUR_MS, MINUTE_MS, type WallClock } from "./wall-clock.ts";

type Demand = TariffScheme["demands"][number];

/** The maxima of one circuit and household: every window of the month is looked at again after every use. */
export class PlainDemand {
  readonly #wall: WallClock;
  #month = "";
  #quarters = new Map<number, Piece[]>();
  #maximaW = new Map<string, bigint>();

  constructor(wall: WallClock) {
    this.#wall = wall;
  }

  forget(): void {
    this.#month = "";
    this.#quarters = new Map();
    this.#maximaW = new Map();
  }

  /** What new maxima cost, 10⁻⁹ of the major unit. */
  costNano({ demands }: TariffScheme, pieces: readonly Piece[]): bigint {
    if (demands.length === 0) {
      this.forget();
      return 0n;
    }
    let costNano = 0n;
    for (const piece of pieces) {
      const month = this.#wall.dayAt(piece.quarterMs).slice(0, 7);
      if (month !== this.#month) this.forget();
      this.#month = month;
      this.#quarters.set(piece.quarterMs, [...(this.#quarters.get(piece.quarterMs) ?? []), piece]);
      for (const demand of demands) costNano += this.#raiseNano(demand, piece.quarterMs);
    }
    return costNano;
  }

  #raiseNano(demand: Demand, quarterMs: number): bigint {
    const { id, windowMinutes, priceMicroPerKW } = demand;
    let wh = 0n;
    for (let atMs = quarterMs - HOUR_MS; atMs <= quarterMs; atMs += 15 * MINUTE_MS) {
      if (!this.#isSameWindow(demand, atMs, quarterMs)) continue;
      for (const piece of this.#quarters.get(atMs) ?? [])
        if (demand.rateId === null || demand.rateId === piece.rateId) wh += piece.wh;
    }
    const powerW = (wh * 60n) / BigInt(windowMinutes);
    const beforeW = this.#maximaW.get(id) ?? 0n;
    if (powerW <= beforeW) return 0n;
    this.#maximaW.set(id, powerW);
    return (powerW - beforeW) * BigInt(priceMicroPerKW);
  }

  #isSameWindow({ mode, windowMinutes }: Demand, atMs: number, quarterMs: number): boolean {
    if (mode === "sliding") return atMs > quarterMs - windowMinutes * MINUTE_MS;
    return this.#fixedWindow(atMs, windowMinutes) === this.#fixedWindow(quarterMs, windowMinutes);
  }

  #fixedWindow(atMs: number, windowMinutes: number): string {
    const { day, minute, offset } = this.#wall.at(atMs);
    return `${day} ${Math.floor(minute / windowMinutes)} ${offset}`;
  }
}
