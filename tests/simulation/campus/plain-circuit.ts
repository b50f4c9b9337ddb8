import type { RelayState, SampleFlag, TariffScheme } from "@hallmeter/meter-model";
import { PlainDemand } from "./plain-demand.ts";
import type { PlainPrices, Stretch } from "./plain-prices.ts";
import type { WallClock } from "./wall-clock.ts";

export interface PlainVersion {
  number: number;
  fromMs: number;
  scheme: TariffScheme;
}

/** Who pays for a circuit, and at which prices, as everybody knew it when a reading came. */
export interface PlainPayer {
  householdId: string;
  tariffId: string;
  /** Oldest first; the first holds before its time, too. */
  versions: readonly PlainVersion[];
}

/** What a circuit's meter showed, and the energy that had truly gone through by then. */
export interface Reading {
  atMs: number;
  totalWh: bigint;
  relay: RelayState;
  flags: readonly SampleFlag[];
}

export type UseState = "charged" | "held" | "rejected" | "released" | "nobody";

/** What lies between two readings that were believed, on one local day and under one version. */
export interface PlainUse extends Stretch {
  householdId: string | null;
  tariffId: string | null;
  version: PlainVersion | null;
  day: string;
  whByRate: ReadonlyMap<string, bigint>;
  energyNano: bigint;
  demandNano: bigint;
  state: UseState;
}

/** Far more than a circuit of this campus carries between two readings of it, and less than any jump of a register. */
export const IMPOSSIBLE_WH = 8_000_000n;
/** A register that was not believed is there to stay when so many readings over so long agree with it. */
const WITNESSES = 3;
const WITNESSED_MS = 300_000;

/** A register that nobody believes yet. */
interface Doubt {
  atMs: number;
  totalWh: bigint;
  newestMs: number;
  newestWh: bigint;
  witnesses: number;
}

/** The smallest step of the register may have been used before the relay opened. */
const REGISTER_STEP_WH = 10n;

/** The metering of one circuit, as domain.md tells it: differences of what is believed, cut at midnights and new prices. */
export class PlainCircuit {
  readonly id: string;
  /** Of which no entry was seen in the ledger yet, oldest first. */
  #open: PlainUse[] = [];
  /** Those that nobody has decided about. */
  #held: PlainUse[] = [];
  readonly #sumsWh = new Map<UseState, bigint>();
  readonly #wall: WallClock;
  readonly #prices: PlainPrices;
  readonly #demand: PlainDemand;
  #last: { atMs: number; totalWh: bigint } | null = null;
  #openFromWh: bigint | null = null;
  #firstTotalWh: bigint | null = null;
  #lastPayer: string | null = null;
  #lastRelay: RelayState = "closed";
  #doubt: Doubt | null = null;
  ratio = 1n;

  constructor(id: string, wall: WallClock, prices: PlainPrices) {
    this.id = id;
    this.#wall = wall;
    this.#prices = prices;
    this.#demand = new PlainDemand(wall);
  }

  get last(): { atMs: number; totalWh: bigint } | null {
    return this.#last;
  }

  get open(): readonly PlainUse[] {
    return this.#open;
  }

  get isDoubted(): boolean {
    return this.#doubt !== null;
  }

  /** What had gone through when metering began. */
  get firstTotalWh(): bigint | null {
    return this.#firstTotalWh;
  }

  /** Readings in any order that come together. */
  take(readings: readonly Reading[], payer: PlainPayer | null, nowMs: number): void {
    for (const reading of [...readings].sort((a, b) => a.atMs - b.atMs)) this.#takeOne(reading, payer, nowMs);
  }

  /** The register's last value before another one begins; nothing where it was read later than that. */
  closeRegister(atMs: number, totalWh: bigint, payer: PlainPayer | null): void {
    if (this.#last !== null) this.#takeOne({ atMs, totalWh, relay: this.#lastRelay, flags: [] }, payer, atMs);
    this.#openFromWh = null;
  }

  #takeOne({ atMs, totalWh, relay, flags }: Reading, payer: PlainPayer | null, nowMs: number): void {
    if (this.#last !== null && atMs <= Math.max(this.#last.atMs, this.#doubt?.newestMs ?? 0)) return;
    if (flags.includes("suspect") || atMs > nowMs + 120_000) return;
    if (!this.#isBelieved(atMs, totalWh, payer)) return;
    if (this.#last === null) {
      this.#last = { atMs, totalWh };
      this.#firstTotalWh = totalWh;
      this.#lastPayer = payer?.householdId ?? null;
    } else {
      const sinceOpenWh = relay === "open" && this.#openFromWh !== null ? totalWh - this.#openFromWh : 0n;
      const isHeld = flags.includes("clock-unsure") || sinceOpenWh > REGISTER_STEP_WH * this.ratio;
      this.#use({ atMs, totalWh }, payer, isHeld && totalWh !== this.#last.totalWh);
    }
    this.#openFromWh = relay === "open" ? (this.#openFromWh ?? totalWh) : null;
    this.#lastRelay = relay;
  }

  /** A jump is not; once the register has stayed there the way to it is held, and metering goes on from there. */
  #isBelieved(atMs: number, totalWh: bigint, payer: PlainPayer | null): boolean {
    if (this.#last === null) return true;
    const isJump = totalWh - this.#last.totalWh > IMPOSSIBLE_WH * this.ratio;
    if (!isJump) {
      this.#doubt = null;
      return true;
    }
    const doubt = this.#doubt ?? { atMs, totalWh, newestMs: atMs, newestWh: totalWh, witnesses: 0 };
    const agrees = totalWh - doubt.newestWh <= IMPOSSIBLE_WH * this.ratio;
    this.#doubt = {
      ...doubt,
      newestMs: atMs,
      newestWh: totalWh,
      witnesses: agrees ? doubt.witnesses + 1 : 1,
    };
    if (this.#doubt.witnesses < WITNESSES || atMs - doubt.atMs < WITNESSED_MS) return false;
    this.#doubt = null;
    this.#use(doubt, payer, true);
    return this.#isBelieved(atMs, totalWh, payer);
  }

  #use(to: { atMs: number; totalWh: bigint }, payer: PlainPayer | null, isHeld: boolean): void {
    let rest: Stretch = {
      fromMs: this.#last?.atMs ?? to.atMs,
      toMs: to.atMs,
      wh: to.totalWh - (this.#last?.totalWh ?? to.totalWh),
    };
    this.#last = { atMs: to.atMs, totalWh: to.totalWh };
    if ((payer?.householdId ?? null) !== this.#lastPayer) this.#demand.forget();
    this.#lastPayer = payer?.householdId ?? null;
    while (rest.fromMs < rest.toMs) {
      const { fromMs, toMs, wh } = rest;
      const cutMs = Math.min(toMs, this.#wall.nextDayMs(fromMs), nextVersionMs(payer, fromMs));
      const part = { fromMs, toMs: cutMs, wh: (wh * BigInt(cutMs - fromMs)) / BigInt(toMs - fromMs) };
      this.#keep(this.#rated(part, payer, isHeld));
      rest = { fromMs: cutMs, toMs, wh: wh - part.wh };
    }
  }

  #keep(use: PlainUse): void {
    this.#open.push(use);
    if (use.state === "held") this.#held.push(use);
    this.#add(use.state, use.wh);
  }

  #add(state: UseState, wh: bigint): void {
    this.#sumsWh.set(state, this.sumWh(state) + wh);
  }

  /** Those up to an instant, which are over now. */
  passOpen(toMs: number): PlainUse[] {
    const end = this.#open.findIndex((use) => use.toMs > toMs);
    return this.#open.splice(0, end < 0 ? this.#open.length : end);
  }

  /** What was held between two instants, decided now. */
  decide(fromMs: number, toMs: number, state: "released" | "rejected"): PlainUse[] {
    const own = this.#held.filter((use) => use.fromMs >= fromMs && use.toMs <= toMs);
    this.#held = this.#held.filter((use) => !own.includes(use));
    for (const use of own) {
      use.state = state;
      this.#add("held", -use.wh);
      this.#add(state, use.wh);
    }
    return own;
  }

  #rated(part: Stretch, payer: PlainPayer | null, isHeld: boolean): PlainUse {
    const day = this.#wall.dayAt(part.fromMs);
    const nothing = { whByRate: new Map<string, bigint>(), energyNano: 0n, demandNano: 0n };
    if (payer === null)
      return {
        ...part,
        ...nothing,
        householdId: null,
        tariffId: null,
        version: null,
        day,
        state: "nobody",
      };
    const { householdId, tariffId } = payer;
    const version = versionAt(payer, part.fromMs);
    const whose = { householdId, tariffId, version, day };
    if (isHeld) return { ...part, ...nothing, ...whose, state: "held" };
    return {
      ...part,
      ...whose,
      ...this.price(version.scheme, part),
      demandNano: this.#demand.costNano(version.scheme, this.#prices.pieces(version.scheme, part)),
      state: "charged",
    };
  }

  /** At the rates alone. */
  price(scheme: TariffScheme, stretch: Stretch): Pick<PlainUse, "whByRate" | "energyNano"> {
    const pieces = this.#prices.pieces(scheme, stretch);
    const whByRate = new Map<string, bigint>();
    for (const { rateId, wh } of pieces) whByRate.set(rateId, (whByRate.get(rateId) ?? 0n) + wh);
    return { whByRate, energyNano: this.#prices.energyNano(scheme, pieces) };
  }

  sumWh(state: UseState): bigint {
    return this.#sumsWh.get(state) ?? 0n;
  }
}

export function versionAt({ versions }: PlainPayer, atMs: number): PlainVersion {
  const version = versions.findLast(({ fromMs }) => fromMs <= atMs) ?? versions[0];
  if (version === undefined) throw new RangeError("a tariff without a version");
  return version;
}

function nextVersionMs(payer: PlainPayer | null, atMs: number): number {
  return payer?.versions.slice(1).find(({ fromMs }) => fromMs > atMs)?.fromMs ?? Number.POSITIVE_INFINITY;
}
