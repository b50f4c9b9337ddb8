import { describe, expect, it } from "vitest";
import { type Fate, SaleRig } from "../../testing/sale-rig.ts";

const HOUR_MS = 3_600_000;

async function rigWith(fates: readonly Fate[] = []): Promise<SaleRig> {
  const rig = new SaleRig();
  const waiting = [...fates];
  rig.nextFate = (request) => (request === "write" ? (waiting.shift() ?? { type: "ok" }) : { type: "ok" });
  rig.start();
  return rig;
}

const states = (rig: SaleRig, id = "s1") => rig.results(id).map(({ state, code }) => [state, code]);

describe("a sale to a meter", () => {
  it("is written once, read back, and told with the meter's own figures", async () => {
    const rig = await rigWith();
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(1000);
    expect(rig.meter.credited).toEqual([5000]);
    expect(rig.results("s1")).toMatchObject([
      { state: "written", isFinal: true, purchaseCount: 8, remainingMinor: 7000 },
    ]);
    expect(rig.writes).toBe(1);
  });

  it("handed over again is not written again, and told again", async () => {
    const rig = await rigWith();
    const sale = rig.sale("s1", 5000);
    await rig.desk.take(sale);
    await rig.clock.advance(1000);
    await rig.desk.take(sale);
    await rig.clock.advance(1000);
    expect(rig.meter.credited).toEqual([5000]);
    expect(states(rig)).toEqual([
      ["written", undefined],
      ["written", undefined],
    ]);
  });

  it("of which the answer was lost is not written again: the count says that it was credited", async () => {
    const rig = await rigWith([{ type: "answer-lost" }]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(20_000);
    expect([rig.writes, rig.meter.credited, states(rig)]).toEqual([1, [5000], [["written", undefined]]]);
  });

  it("that was lost on the way is written again once the count proves that nothing was credited", async () => {
    const rig = await rigWith([{ type: "request-lost" }]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(5000);
    expect(rig.writes).toBe(1);
    await rig.clock.advance(15_000);
    expect([rig.writes, rig.meter.credited, states(rig)]).toEqual([2, [5000], [["written", undefined]]]);
  });

  it("that the meter carries out late is credited once", async () => {
    const rig = await rigWith([{ type: "late", ms: 900 }]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(20_000);
    expect([rig.writes, rig.meter.credited, states(rig)]).toEqual([1, [5000], [["written", undefined]]]);
  });

  it("that never arrives has failed after three tries, and nothing was credited", async () => {
    const lost = { type: "request-lost" } as const;
    const rig = await rigWith([lost, lost, lost]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(60_000);
    expect([rig.writes, rig.meter.credited, states(rig)]).toEqual([3, [], [["failed", "not-credited"]]]);
  });

  it("that the meter refuses has failed, after the count has said so", async () => {
    const rig = await rigWith([{ type: "refused" }]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(20_000);
    expect([rig.writes, rig.meter.credited, states(rig)]).toEqual([1, [], [["failed", "refused"]]]);
  });

  it("whose meter falls silent after the write is unknown until the meter is back", async () => {
    const rig = await rigWith([{ type: "answer-lost" }]);
    const fates = rig.nextFate;
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(100);
    rig.nextFate = (request) => (request === "read" ? { type: "request-lost" } : fates(request));
    await rig.clock.advance(HOUR_MS);
    expect(states(rig)).toEqual([["unknown", "no-answer"]]);
    rig.nextFate = fates;
    await rig.clock.advance(61_000);
    expect([rig.writes, states(rig).at(-1)]).toEqual([1, ["written", undefined]]);
  });

  it("whose gateway is killed after the write is resolved by the count", async () => {
    const rig = await rigWith([{ type: "answer-lost" }]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(200);
    rig.kill();
    rig.start();
    await rig.clock.advance(20_000);
    expect([rig.writes, rig.meter.credited, states(rig)]).toEqual([1, [5000], [["written", undefined]]]);
  });

  it("to a meter that is away waits for it, and is given up at its expiry without having been sent", async () => {
    const rig = await rigWith();
    rig.nextFate = () => ({ type: "not-sent", code: "bus-down" });
    await rig.desk.take(rig.sale("s1", 5000, HOUR_MS));
    await rig.clock.advance(HOUR_MS - 1000);
    expect(states(rig)).toEqual([]);
    await rig.clock.advance(61_000);
    expect([rig.writes, states(rig)]).toEqual([0, [["failed", "late"]]]);
  });

  it("waits for the one before it: the count numbers them", async () => {
    const rig = await rigWith([{ type: "request-lost" }]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.desk.take(rig.sale("s2", 300));
    await rig.clock.advance(30_000);
    expect(rig.meter.credited).toEqual([5000, 300]);
    expect(rig.results("s2")).toMatchObject([{ state: "written", purchaseCount: 9 }]);
  });

  it.each([
    { why: "took its count", between: [9000], state: ["unknown", "balance-differs"] },
    { why: "and one more moved the count on", between: [9000, 100], state: ["unknown", "count-moved"] },
  ])("is left to a person when a card $why", async ({ between, state }) => {
    const rig = await rigWith([{ type: "request-lost" }]);
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(300);
    for (const amount of between) rig.meter.credit(amount, rig.meter.count + 1);
    await rig.clock.advance(20_000);
    expect([rig.writes, states(rig)]).toEqual([1, [state]]);
    expect(rig.results("s1")[0]?.isFinal).toBe(true);
  });

  it("to a circuit that is not there, or for more than the register holds, has failed at once", async () => {
    const none = new SaleRig();
    none.start(() => undefined);
    await none.desk.take(none.sale("s1", 5000));
    await none.clock.advance(100);
    expect(states(none)).toEqual([["failed", "unknown-circuit"]]);
    const rig = await rigWith();
    await rig.desk.take(rig.sale("s1", 0x1_0000_0000));
    await rig.clock.advance(1000);
    expect([rig.writes, states(rig)]).toEqual([0, [["failed", "amount-unfit"]]]);
  });

  it("from before the journal began is left to a person: a lost journal may have held it", async () => {
    const rig = await rigWith();
    const sale = rig.sale("s1", 5000);
    const earlier = new Date(rig.clock.nowMs() - 1).toISOString();
    await rig.desk.take({ ...sale, issuedAt: earlier });
    await rig.clock.advance(20_000);
    expect([rig.writes, states(rig)]).toEqual([0, [["unknown", "journal-lost"]]]);
    expect(rig.results("s1")[0]?.isFinal).toBe(true);
  });

  it("does not go out without a journal", async () => {
    const rig = await rigWith();
    rig.tables.refuses = (changes) =>
      changes.some(
        ({ table, value }) => table === "sales" && JSON.stringify(value).includes("lastWriteAtMs"),
      );
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(120_000);
    expect([rig.writes, states(rig)]).toEqual([0, []]);
    rig.tables.refuses = () => false;
    await rig.clock.advance(61_000);
    expect([rig.writes, states(rig)]).toEqual([1, [["written", undefined]]]);
  });

  it("that the journal cannot take is not taken, so that the server hands it over again", async () => {
    const rig = await rigWith();
    rig.tables.refuses = () => true;
    await expect(rig.desk.take(rig.sale("s1", 5000))).rejects.toMatchObject({ code: "store-unavailable" });
    rig.tables.refuses = () => false;
    await rig.desk.take(rig.sale("s1", 5000));
    await rig.clock.advance(1000);
    expect(rig.meter.credited).toEqual([5000]);
  });
});
