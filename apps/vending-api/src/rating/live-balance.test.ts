import { describe, expect, it } from "vitest";
import { type Accrual, accrualId, usageRef } from "./accrual.ts";
import { daysLeft } from "./days-left.ts";
import { foldAccrued, headsOf } from "./live-balance.ts";
import { beginWatch } from "./watch.ts";

const HOUR = 3_600_000;
const accrual = (day: string, change: Partial<Accrual> = {}): Accrual => ({
  _id: accrualId(change.circuitId ?? "c1", day, change.part ?? 0),
  siteId: "s1",
  circuitId: "c1",
  householdId: "h1",
  tariffId: "t1",
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
  carryInNano: 0,
  nanoPerMinor: 10_000_000,
  currency: "CNY",
  amountMinor: null,
  carryOutNano: null,
  suspect: null,
  revision: 0,
  held: [],
  watch: beginWatch(new Date(0), null),
  recentDays: [],
  ...change,
});

describe("foldAccrued", () => {
  const closed = accrual("2025-03-01", { state: "closed", amountMinor: 12, carryOutNano: 345 });
  const next = accrual("2025-03-02", { costNano: 1000, carryInNano: 345 });

  it.each([
    { why: "nothing metered", rows: [], posted: [], nano: 0 },
    { why: "an open day", rows: [next], posted: [], nano: 1345 },
    { why: "a closed day that waits for its entry", rows: [closed], posted: [], nano: 120_000_345 },
    { why: "posted, but not yet marked", rows: [closed], posted: [usageRef(closed)], nano: 345 },
    { why: "posted and marked", rows: [{ ...closed, state: "posted" as const }], posted: [], nano: 345 },
    {
      why: "handed over, but not yet marked done",
      rows: [{ ...closed, state: "posted" as const }, next],
      posted: [],
      nano: 1345,
    },
    {
      why: "two circuits",
      rows: [next, accrual("2025-03-02", { circuitId: "c2", costNano: 7 })],
      posted: [],
      nano: 1352,
    },
    { why: "rows that straddle a close", rows: [accrual("2025-03-01"), next], posted: [], nano: undefined },
    { why: "read open, posted since", rows: [next], posted: [usageRef(next)], nano: undefined },
  ])("$why", ({ rows, posted, nano }) => {
    expect(foldAccrued(rows, new Set(posted))).toBe(nano);
  });

  it("takes the newest accrual of each circuit as its head", () => {
    expect(headsOf([{ ...closed, state: "posted" }, next])).toEqual([next]);
  });
});

describe("daysLeft", () => {
  const day = (costNano: number, hours: number) => ({ day: "2025-02-28", costNano, coveredMs: hours * HOUR });
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
    { why: "nothing used", heads: [accrual("2025-03-01")], liveNano: 100, days: null },
  ])("$why", ({ heads, liveNano, days }) => {
    expect(daysLeft(liveNano, heads)).toBe(days);
  });
});
