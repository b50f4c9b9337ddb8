import { SAMPLE_FLAGS, type UplinkItem } from "@hallmeter/meter-model";
import fc from "fast-check";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { MemoryTables } from "../testing/memory-tables.ts";
import { sampleAt } from "../testing/samples.ts";
import { acceptance, isKeptWhileThinned } from "./acceptance.ts";
import { GatewayStore } from "./gateway-store.ts";
import { sampleOf, sampleRow } from "./sample-row.ts";

const START = Date.UTC(2026, 0, 1);
const log = pino({ enabled: false });

function sampleItem(atMs: number, circuitId = "c1"): UplinkItem {
  return { type: "sample", sample: sampleAt(atMs, { circuitId }) };
}

function eventItem(id: string): UplinkItem {
  return {
    type: "event",
    id,
    at: new Date(START).toISOString(),
    kind: "hold-placed",
    subject: {},
    params: {},
  };
}

function openStore(tables = new MemoryTables(), limitBytes = 1_000_000) {
  const clock = new VirtualClock(START);
  const store = new GatewayStore({
    tables,
    clock,
    log,
    limits: { limitBytes, reserveBytes: 1000, thinAfterMs: 3_600_000 },
  });
  return { store, clock, tables };
}

const itemName = (item: UplinkItem | null) =>
  item?.type === "sample" ? item.sample.at : item?.type === "event" ? item.id : item?.type;

describe("the outbox", () => {
  it("sends events before samples and keeps the order within each", async () => {
    const { store } = openStore();
    await store.commit(store.sending([sampleItem(START), sampleItem(START + 1), eventItem("e1")]));
    await store.commit(store.sending([sampleItem(START + 2), eventItem("e2")]));
    expect(store.outbox.first(10).map(({ item }) => itemName(item))).toEqual([
      "e1",
      "e2",
      new Date(START).toISOString(),
      new Date(START + 1).toISOString(),
      new Date(START + 2).toISOString(),
    ]);
    expect(store.outbox.first(10, true)).toHaveLength(2);
    expect(store.outbox.hasUrgent()).toBe(true);
  });

  it("goes on counting after a restart", async () => {
    const { store, tables } = openStore();
    await store.commit(store.sending([sampleItem(START), eventItem("e1")]));
    const again = openStore(tables.afterKill()).store;
    await again.commit(again.sending([sampleItem(START + 5), eventItem("e2")]));
    expect(again.outbox.first(10).map(({ item }) => itemName(item))).toEqual([
      "e1",
      "e2",
      new Date(START).toISOString(),
      new Date(START + 5).toISOString(),
    ]);
  });

  it("passes by what it cannot read", async () => {
    const { store, tables } = openStore();
    await tables.write([{ table: "outbox", key: [0, 0], value: { i: { type: "from the future" } } }]);
    await store.commit(store.sending([eventItem("e1")]));
    expect(store.outbox.first(10).map(({ item }) => itemName(item))).toContain("e1");
    expect(store.outbox.first(10)[0]?.item).toBeNull();
  });

  it("tells whether something urgent came", async () => {
    const { store, clock } = openStore();
    const told: boolean[] = [];
    store.onOutbox((urgent) => told.push(urgent));
    store.defer(store.sending([sampleItem(START)]));
    await clock.advance(1000);
    await store.commit(store.sending([eventItem("e1")]));
    expect(told).toEqual([false, true]);
  });
});

describe("a full disk", () => {
  it("costs samples, never events, and is told once", async () => {
    const { store, tables, clock } = openStore();
    const told: boolean[] = [];
    store.onFull((isFull) => told.push(isFull));
    tables.refuses = (changes) => changes.some(({ isExpendable }) => isExpendable === true);
    store.defer(store.sending([sampleItem(START)]));
    await store.commit(store.outbox.changesFor([eventItem("e1")]));
    expect(store.outbox.first(10).map(({ item }) => itemName(item))).toEqual(["e1"]);
    expect(store.outbox.changesFor([sampleItem(START + 1)])).toEqual([]);
    tables.refuses = () => false;
    await clock.advance(2000);
    expect(told).toEqual([true, false]);
    expect(store.outbox.changesFor([sampleItem(START + 2)])).toHaveLength(1);
  });

  it("refuses a commit that cannot be written and keeps deferred results for later", async () => {
    const { store, tables, clock } = openStore();
    tables.refuses = () => true;
    store.defer(store.outbox.changesFor([eventItem("e1")]));
    await expect(store.commit([{ table: "meta", key: "x", value: 1 }])).rejects.toMatchObject({
      code: "store-unavailable",
    });
    tables.refuses = () => false;
    await clock.advance(3000);
    expect(store.outbox.first(10).map(({ item }) => itemName(item))).toEqual(["e1"]);
  });

  it.each([
    { outbox: 0, free: 5000, oldestMs: 0, expected: "all" },
    { outbox: 499, free: 5000, oldestMs: 9999, expected: "all" },
    { outbox: 500, free: 5000, oldestMs: 0, expected: "thinned" },
    { outbox: 0, free: 5000, oldestMs: 10_000, expected: "thinned" },
    { outbox: 1000, free: 5000, oldestMs: 0, expected: "no-samples" },
    { outbox: 0, free: 99, oldestMs: 0, expected: "no-samples" },
  ])("takes $expected with $outbox of 1000 bytes used, $free free, the oldest $oldestMs ms old", (row) => {
    const standing = { outboxBytes: row.outbox, freeBytes: row.free, oldestMs: row.oldestMs };
    const limits = { limitBytes: 1000, reserveBytes: 100, thinAfterMs: 10_000 };
    expect(acceptance(standing, limits)).toBe(row.expected);
  });

  it("keeps one sample a quarter of an hour once the oldest has waited an hour, and all again after it was taken", async () => {
    const { store, clock } = openStore();
    for (let second = 0; second < 7200; second += 60) {
      store.defer(store.sending([sampleItem(clock.nowMs())]));
      await clock.advance(60_000);
    }
    await store.idle();
    expect(store.outbox.size().count).toBe(60 + 4);
    expect(store.outbox.size().acceptance).toBe("thinned");
    const waiting = store.outbox.first(1000).map(({ key }) => key);
    await store.commit(store.outbox.removals(waiting));
    await clock.advance(1000);
    expect(store.outbox.size().acceptance).toBe("all");
  });

  it.each([
    { why: "the first of its interval", beforeS: 890, nowS: 900, relay: "closed", kept: true },
    { why: "another of the same interval", beforeS: 900, nowS: 905, relay: "closed", kept: false },
    { why: "a relay that moved", beforeS: 900, nowS: 905, relay: "open", kept: true },
  ])("keeps $why: $kept", ({ beforeS, nowS, relay, kept }) => {
    const previous = { atMs: beforeS * 1000, relay: "closed" };
    expect(isKeptWhileThinned(previous, { atMs: nowS * 1000, relay })).toBe(kept);
  });
});

describe("a packed sample", () => {
  it("comes back as it went in", () => {
    const whole = fc.integer({ min: -40_000, max: 40_000 });
    const phase = fc.record({ voltageDv: whole, currentCa: whole, activePowerW: whole });
    fc.assert(
      fc.property(
        fc.record({
          energyWh: fc.nat(2 ** 31 - 1),
          activePowerW: whole,
          reactivePowerVar: whole,
          voltageDv: whole,
          currentCa: whole,
          powerFactorMilli: whole,
          frequencyCHz: whole,
          relay: fc.constantFrom("closed" as const, "open" as const, "unknown" as const),
          flags: fc.subarray([...SAMPLE_FLAGS]),
        }),
        fc.option(fc.array(phase, { minLength: 3, maxLength: 3 }), { nil: undefined }),
        (change, phases) => {
          const sample = sampleAt(START, { ...change, ...(phases === undefined ? {} : { phases }) });
          expect(sampleOf(sampleRow(sample))).toEqual(sample);
        },
      ),
    );
  });
});
