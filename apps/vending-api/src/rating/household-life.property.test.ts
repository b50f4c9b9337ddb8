import { localDay, localDayBounds, type Sample } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  balancedPostings,
  type ChainHead,
  chainEntry,
  EMPTY_CHAIN,
  type EntryBody,
  headAfter,
  type LedgerEntry,
  refundableMinor,
} from "../ledger/entry.ts";
import type { EntryKind } from "../ledger/entry-kinds.ts";
import { findingsOf } from "../ledger/invariants.ts";
import { grantedLeft, type Lot, takeWhole } from "../ledger/lots.ts";
import { settleUse, usagePostings } from "../ledger/settle-use.ts";
import { type Accrual, accrualFault, chargedWh, closeAccrual } from "./accrual.ts";
import { balanceOf } from "./live-balance.ts";
import type { MeteringContext } from "./metering-context.ts";
import { usageEntryOf } from "./post-usage.ts";
import { versionAt } from "./tariff-versions.ts";
import { drawnScheme } from "./testing/drawn-scheme.ts";
import { idleSample } from "./testing/idle-sample.ts";
import { type InMemoryMetering, inMemoryMetering } from "./testing/in-memory-metering.ts";
import { PlainAccount, type PlainUse } from "./testing/plain-account.ts";

/** 500 in every test run; `HALLMETER_TEST_RUNS=10000` for the long one. */
const LIVES = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
const SITE = "s1";
const HOUSEHOLD = "h1";
const HOUR_MS = 3_600_000;
const CIRCUITS = ["c1", "c2"];
/** Days with a change of the clock, one whose day begins at 01:00 among them, the end of a year, a leap day. */
const BEGINNINGS = [
  { zone: "Europe/Berlin", at: "2026-03-28T20:00:00Z" },
  { zone: "Europe/Berlin", at: "2026-10-24T10:00:00Z" },
  { zone: "America/Asuncion", at: "2023-09-30T12:00:00Z" },
  { zone: "Australia/Lord_Howe", at: "2026-04-03T20:00:00Z" },
  { zone: "Asia/Shanghai", at: "2026-12-30T10:00:00Z" },
  { zone: "Asia/Shanghai", at: "2028-02-28T03:00:00Z" },
] as const;
/** JPY, CNY, KWD. */
const NANO_PER_MINOR = [1_000_000_000, 10_000_000, 1_000_000] as const;
const CURRENCY = "XTS";

const amount = fc.integer({ min: 1, max: 3000 });
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("use" as const),
      steps: fc.array(
        fc.record({
          circuit: fc.integer({ min: 0, max: 1 }),
          afterMs: fc.integer({ min: 60_000, max: 15 * HOUR_MS }),
          wh: fc.integer({ min: 0, max: 9000 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      /** How what was read reaches the server. */
      order: fc.constantFrom("as read", "backwards", "twice", "later"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("purchase" as const), amount }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("grant" as const),
      amount,
      unit: fc.constantFrom(CURRENCY, "Wh"),
      days: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("void" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reverse" as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("refund" as const) }) },
);

const life = fc.record({
  beginning: fc.constantFrom(...BEGINNINGS),
  nanoPerMinor: fc.constantFrom(...NANO_PER_MINOR),
  schemes: fc.tuple(drawnScheme, drawnScheme),
  /** When the second version begins: at any minute. */
  changeAfterMs: fc.integer({ min: 1, max: 3 * 24 * 60 }).map((minutes) => minutes * 60_000),
  events: fc.array(event, { minLength: 1, maxLength: 12 }),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;
type Event = Life["events"][number];

interface MeterOfTest {
  circuitId: string;
  metering: InMemoryMetering;
  atMs: number;
  wh: number;
  /** Read, but not with the server yet. */
  waiting: Sample[];
  posted: number;
}

/** The real account and the plain one, side by side. */
class TwoAccounts {
  readonly #life: Life;
  readonly #context: Omit<MeteringContext, "circuitId">;
  readonly #meters: MeterOfTest[];
  readonly #entries: LedgerEntry[] = [];
  readonly #plain: PlainAccount;
  readonly #openPurchases: LedgerEntry[] = [];
  #head: ChainHead = EMPTY_CHAIN;
  #nowMs: number;

  constructor(drawn: Life) {
    const startMs = Date.parse(drawn.beginning.at);
    const timeZone = drawn.beginning.zone;
    this.#life = drawn;
    this.#nowMs = startMs;
    this.#plain = new PlainAccount(drawn.nanoPerMinor);
    const [first, second] = drawn.schemes;
    this.#context = {
      siteId: SITE,
      timeZone,
      calendar: { timeZone, restWeekdays: [6, 7], holidays: [], namedDays: {} },
      household: {
        id: HOUSEHOLD,
        tariffId: "t1",
        tariffVersions: [
          { number: 1, effectiveFrom: new Date(0), tariff: first },
          { number: 2, effectiveFrom: new Date(startMs + drawn.changeAfterMs), tariff: second },
        ],
      },
      currency: CURRENCY,
      nanoPerMinor: drawn.nanoPerMinor,
      ratingW: 1_000_000,
      registerStepWh: 1,
      energyModulusWh: 42_949_672_960,
    };
    this.#meters = CIRCUITS.map((circuitId) => ({
      circuitId,
      metering: inMemoryMetering(),
      atMs: startMs,
      wh: 1000,
      waiting: [],
      posted: 0,
    }));
    for (const meter of this.#meters) this.#deliver(meter, [idleSample(meter.circuitId, startMs, 1000)]);
  }

  live(step: Event): void {
    if (step.kind === "use") this.#useEnergy(step);
    if (step.kind === "purchase") {
      this.#openPurchases.push(this.#post("purchase", CURRENCY, step.amount, {}));
      this.#plain.move(BigInt(step.amount));
    }
    if (step.kind === "void") this.#voidLast();
    if (step.kind === "grant") this.#grant(step);
    if (step.kind === "expire") {
      const now = new Date(this.#nowMs).toISOString();
      this.#end(({ expiresAt }) => expiresAt !== null && expiresAt <= now);
    }
    if (step.kind === "reverse") {
      const lot = this.#head.state.lots[step.pick % Math.max(1, this.#head.state.lots.length)];
      this.#end((row) => row === lot);
    }
    if (step.kind === "refund") {
      const refundable = refundableMinor(this.#head, CURRENCY);
      if (refundable === 0) return;
      this.#post("refund", CURRENCY, -refundable, {});
      this.#plain.move(BigInt(-refundable));
    }
  }

  #useEnergy({ steps, order }: Extract<Event, { kind: "use" }>): void {
    for (const { circuit, afterMs, wh } of steps) {
      const meter = this.#meters[circuit];
      if (!meter) continue;
      meter.atMs += afterMs;
      meter.wh += wh;
      meter.waiting.push(idleSample(meter.circuitId, meter.atMs, meter.wh));
      this.#nowMs = Math.max(this.#nowMs, meter.atMs);
    }
    if (order === "later") return;
    for (const meter of this.#meters) {
      const { waiting } = meter;
      this.#deliver(meter, order === "backwards" ? [...waiting].reverse() : waiting);
      if (order === "twice") this.#deliver(meter, waiting);
      meter.waiting = [];
    }
  }

  #deliver(meter: MeterOfTest, samples: readonly Sample[]): void {
    const context = { ...this.#context, circuitId: meter.circuitId };
    expect(meter.metering.deliver(samples, context, this.#nowMs)).toBe(true);
    for (const accrual of meter.metering.posted.slice(meter.posted)) this.#postUsage(accrual);
    meter.posted = meter.metering.posted.length;
  }

  #postUsage(accrual: Accrual): void {
    const entry = usageEntryOf(accrual);
    if (!entry) return;
    const settlement = settleUse(entry.use, this.#head.state);
    const postings = usagePostings({ siteId: SITE, householdId: HOUSEHOLD }, entry.use, settlement);
    this.#append("usage", {
      ref: entry.ref,
      postings,
      details: { ...entry.source, ...entry.use, ...settlement },
    });
    const plain = this.#plain.use(this.#plainUse(accrual));
    expect(settlement).toMatchObject({ freeWh: Number(plain.freeWh), amountMinor: Number(plain.minor) });
  }

  #plainUse(accrual: Accrual): PlainUse {
    const { tariff } = versionAt(this.#context.household?.tariffVersions ?? [], accrual.fromAt.getTime());
    const day = localDay(accrual.fromAt.getTime(), this.#context.timeZone);
    const priceOf = (rateId: string) => tariff.rates.find(({ id }) => id === rateId)?.priceMicroPerKWh ?? 0;
    const rated = Object.entries(accrual.whByRate);
    return {
      startedMs: accrual.fromAt.getTime(),
      wh: rated.reduce((sum, [, wh]) => sum + BigInt(wh), 0n),
      energyNano: rated.reduce((sum, [rateId, wh]) => sum + BigInt(wh) * BigInt(priceOf(rateId)), 0n),
      fixedNano: BigInt(accrual.demandNano),
      taxPpm: BigInt(tariff.taxPpm),
      steps: (tariff.blocks?.steps ?? []).map(({ aboveWh, surchargeMicroPerKWh }) => ({
        aboveWh: BigInt(aboveWh),
        priceMicro: BigInt(surchargeMicroPerKWh),
      })),
      period: tariff.blocks && (tariff.blocks.by === "month" ? day.slice(0, 7) : day.slice(0, 4)),
    };
  }

  #grant({ amount: granted, unit, days }: Extract<Event, { kind: "grant" }>): void {
    const { timeZone } = this.#context;
    const day = localDay(this.#nowMs, timeZone);
    const endsMs = days === null ? null : localDayBounds(day, timeZone).endMs + (days - 1) * 24 * HOUR_MS;
    const grantId = `g${this.#entries.length}`;
    const expiresAt = endsMs === null ? null : new Date(endsMs).toISOString();
    const lot: Lot = { grantId, commodity: unit, remaining: granted, expiresAt };
    this.#post("grant", unit, granted, { lots: [lot] });
    const plainUnit = unit === "Wh" ? "energy" : "money";
    this.#plain.grant({ id: grantId, unit: plainUnit, left: BigInt(granted), ends: endsMs });
  }

  #end(which: (lot: Lot) => boolean): void {
    for (const commodity of [CURRENCY, "Wh"]) {
      const lots = this.#head.state.lots.filter((lot) => lot.commodity === commodity && which(lot));
      if (lots.length === 0) continue;
      this.#post("grant-expiry", commodity, -grantedLeft(lots, commodity), { taken: takeWhole(lots) });
      for (const { grantId, remaining } of lots) expect(this.#plain.end(grantId)).toBe(BigInt(remaining));
    }
  }

  #voidLast(): void {
    const purchase = this.#openPurchases.pop();
    const bought = purchase?.postings[0]?.amount;
    if (!purchase || !bought) return;
    this.#post("void", CURRENCY, -bought, { purchaseId: purchase._id });
    this.#plain.move(BigInt(-bought));
  }

  #post(kind: EntryKind, commodity: string, moved: number, details: EntryBody["details"]): LedgerEntry {
    const movement = { siteId: SITE, householdId: HOUSEHOLD, commodity, amount: moved };
    return this.#append(kind, { postings: balancedPostings(kind, movement), details });
  }

  #append(kind: EntryKind, body: Pick<EntryBody, "postings" | "details"> & { ref?: string }): LedgerEntry {
    const { postings, details, ref = `key-${this.#entries.length}` } = body;
    const identity = {
      siteId: SITE,
      householdId: HOUSEHOLD,
      refSpace: "rating" as const,
      ref,
      requestHash: "",
    };
    const by = { id: "u1", name: "Zhang Min" };
    const at = new Date(this.#nowMs);
    const entry = chainEntry(
      { ...identity, _id: `e${this.#entries.length}` },
      { kind, at, by, note: "", postings, details },
      this.#head,
    );
    expect(findingsOf(entry, this.#head)).toEqual([]);
    this.#entries.push(entry);
    this.#head = headAfter(entry);
    return entry;
  }

  /** Every invariant. */
  check(): void {
    const { balance, state } = this.#head;
    expect(BigInt(balance[CURRENCY] ?? 0)).toBe(this.#plain.balanceMinor);
    expect(BigInt(balance.Wh ?? 0)).toBe(this.#plain.freeWh);
    const left = (rows: readonly { id: string; left: bigint }[]) =>
      rows.map(({ id, left: rest }) => `${id} ${rest}`).sort();
    expect(left(state.lots.map(({ grantId: id, remaining }) => ({ id, left: BigInt(remaining) })))).toEqual(
      left(this.#plain.grants.filter((grant) => grant.left > 0n)),
    );
    const refs = this.#entries.map(({ ref }) => ref);
    expect(new Set(refs).size).toBe(refs.length);
    this.#checkMeters();
    this.#checkLive();
  }

  /** The whole way of each register is charged, each stretch under the one version of its time. */
  #checkMeters(): void {
    const changeMs = Date.parse(this.#life.beginning.at) + this.#life.changeAfterMs;
    for (const { metering } of this.#meters) {
      const accruals = [...metering.accruals.values()];
      for (const accrual of accruals) {
        expect(accrualFault(accrual)).toBeNull();
        const { fromAt, lastAt, versionNumber } = accrual;
        if (versionNumber === 1) expect(lastAt.getTime()).toBeLessThanOrEqual(changeMs);
        else expect(fromAt.getTime()).toBeGreaterThanOrEqual(changeMs);
      }
      const charged = accruals.reduce((sum, accrual) => sum + chargedWh(accrual), 0);
      const last = accruals.at(-1);
      expect(charged).toBe((last?.lastWh ?? 1000) - 1000);
    }
  }

  /** To 10⁻⁹: only tax below that is not in the live balance yet. */
  #checkLive(): void {
    const open = this.#meters
      .flatMap(({ metering }) => [...metering.accruals.values()])
      .filter(({ state }) => state === "open");
    const money = { currency: CURRENCY, nanoPerMinor: this.#life.nanoPerMinor };
    const { liveNano } = balanceOf(this.#head, open, money);
    const plain = this.#plain.copy();
    for (const accrual of open.map(closeAccrual))
      if (usageEntryOf(accrual)) plain.use(this.#plainUse(accrual));
    const exactNano = -(-plain.liveFemto / 1_000_000n);
    expect(BigInt(liveNano) - exactNano).toBeGreaterThanOrEqual(0n);
    expect(BigInt(liveNano) - exactNano).toBeLessThanOrEqual(1n);
  }
}

describe("a household's whole life", () => {
  it("agrees to the cent, the Wh and the nano with the plainest account after every step", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        const accounts = new TwoAccounts(drawn);
        accounts.check();
        for (const step of drawn.events) {
          accounts.live(step);
          accounts.check();
        }
      }),
      { numRuns: LIVES },
    );
  });
});
