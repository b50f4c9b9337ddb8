import { describe, expect, it } from "vitest";
import { type Accrual, accrualId, usageRef } from "./accrual.ts";
import { daysLeft } from "./days-left.ts";
import { balanceOf, headsOf, unsettled } from "./live-balance.ts";
import { beginWatch } from "./watch.ts";

const HOUR = 3_600_000;
const accrual = (day: string, change: Partial<Accrual> = {}): Accrual => ({
  _id: accrualId(change.circuitId ?? "c1", day, change.part ?? 0),
  siteId: "s1",
  circuitId: "c1",
  householdId: "h1",
  tariffId: "t1",
  versionNumber: 1,
  terms: { blocks: null, taxPpm: 0 },
  blockPeriod: null,
  day,
  part: 0,
  endsAt: new Date(`${day}T16:00:00Z`),
  state: "open",
  fromAt: new Date(`${day}T00:00:00Z`),
  fromWh: 0,
  lastAt: new Date(`${day}T12:00:00Z`),
  lastWh: 0,
  offsetWh: 0,
  lastRelay: "closed",
  whByRate: {},
  costNano: 0,
  demand: null,
  demandNano: 0,
  nanoPerMinor: 10_000_000,
  currency: "CNY",
  suspect: null,
  revision: 0,
  held: [],
  registerChangeId: null,
  watch: beginWatch(new Date(0), 0, null),
  recentDays: [],
  ...change,
});

describe("unsettled", () => {
  const closed = accrual("2025-03-01", { state: "closed" });
  const posted = { ...closed, state: "posted" as const };
  const next = accrual("2025-03-02");
  const other = accrual("2025-03-01", { circuitId: "c0", lastAt: new Date("2025-03-02T13:00:00Z") });

  it.each([
    { why: "nothing metered", rows: [], refs: [], open: [] },
    { why: "an open day", rows: [next], refs: [], open: [next] },
    { why: "a closed day that waits for its entry", rows: [closed], refs: [], open: [closed] },
    { why: "posted, but not yet marked", rows: [closed], refs: [usageRef(closed)], open: [] },
    { why: "posted and marked", rows: [posted], refs: [], open: [] },
    { why: "handed over, but not yet marked done", rows: [posted, next], refs: [], open: [next] },
    {
      why: "two circuits, by day and circuit",
      rows: [closed, next, other],
      refs: [],
      open: [other, closed, next],
    },
    { why: "rows that straddle a close", rows: [accrual("2025-03-01"), next], refs: [], open: undefined },
    { why: "read open, posted since", rows: [next], refs: [usageRef(next)], open: undefined },
  ])("$why", ({ rows, refs, open }) => {
    expect(unsettled(rows, new Set(refs))).toEqual(open);
  });

  it("takes the newest accrual of each circuit as its head", () => {
    expect(headsOf([posted, next])).toEqual([next]);
  });
});

describe("balanceOf", () => {
  const money = { currency: "CNY", nanoPerMinor: 10_000_000 };
  const lot = (grantId: string, commodity: string, remaining: number) => ({
    grantId,
    commodity,
    remaining,
    expiresAt: null,
  });
  /** 20.00 bought, 5.00 and 1.5 kWh granted, 0.003 used and not charged yet. */
  const settled = {
    balance: { CNY: 2500, Wh: 1500 },
    state: {
      lots: [lot("money", "CNY", 500), lot("energy", "Wh", 1500)],
      carryNano: 3_000_000,
      taxCarryFemto: 0,
      blocks: [],
    },
  };
  const used = (circuitId: string, wh: number) =>
    accrual("2025-03-01", { circuitId, lastWh: wh, whByRate: { flat: wh }, costNano: wh * 600_000 });

  it("takes free energy first, then granted money, and carries what is less than a cent", () => {
    // 2,011 Wh, 1,500 of them free: 511 Wh × 0.60 = 0.3066, with 0.003 from before 0.3096.
    const balance = balanceOf(settled, [used("c1", 1000), used("c2", 1011)], money);
    expect(balance.liveNano).toBe(25_000_000_000 - 309_600_000);
    expect(balance.accruedNano).toBe(309_600_000);
    expect(balance.live).toEqual({
      balance: { CNY: 2470, Wh: 0 },
      state: { ...settled.state, lots: [lot("money", "CNY", 470)], carryNano: 9_600_000 },
    });
  });

  it("is the ledger's, less its remainder, when nothing is open", () => {
    expect(balanceOf(settled, [], money)).toMatchObject({ ledgerMinor: 2500, liveNano: 24_997_000_000 });
  });
});

describe("daysLeft", () => {
  const day = (costNano: number, hours: number) => ({
    day: "2025-02-28",
    wh: 10,
    costNano,
    coveredMs: hours * HOUR,
  });
  it.each([
    { why: "nothing metered yet", heads: [], liveNano: 100, days: null },
    {
      why: "too little metered",
      heads: [accrual("2025-03-01", { lastAt: new Date("2025-03-01T05:59:00Z"), costNano: 5 })],
      liveNano: 100,
      days: null,
    },
    {
      why: "half a day at 5 is ten a day",
      heads: [accrual("2025-03-01", { costNano: 5 })],
      liveNano: 100,
      days: 10,
    },
    {
      why: "whole days with today",
      heads: [accrual("2025-03-01", { costNano: 5, recentDays: [day(30, 24), day(15, 24)] })],
      liveNano: 100,
      days: 5,
    },
    {
      why: "two circuits add up",
      heads: [accrual("2025-03-01", { costNano: 5 }), accrual("2025-03-01", { costNano: 5 })],
      liveNano: 100,
      days: 5,
    },
    { why: "a debt lasts no day", heads: [accrual("2025-03-01", { costNano: 5 })], liveNano: -100, days: 0 },
    {
      why: "free energy goes first",
      heads: [accrual("2025-03-01", { costNano: 5, whByRate: { flat: 2 } })],
      liveNano: 100,
      freeWh: 12,
      days: 13,
    },
    {
      why: "a quarter of tax",
      heads: [accrual("2025-03-01", { costNano: 5, terms: { blocks: null, taxPpm: 250_000 } })],
      liveNano: 100,
      days: 8,
    },
    { why: "nothing used", heads: [accrual("2025-03-01")], liveNano: 100, days: null },
  ])("$why", ({ heads, liveNano, freeWh = 0, days }) => {
    expect(daysLeft({ liveNano, freeWh }, heads)).toBe(days);
  });
});
