import type { Sale, SaleResult } from "@hallmeter/meter-model";
import { afterEach, describe, expect, it } from "vitest";
import { METER_BUS, METER_UNIT, MeterRig, OPENING_MINOR, PURCHASE } from "../support/meter-rig.ts";

const WRITE_REGISTERS = 0x10;
/** A purchase of 15 characters has arrived by then, and its answer of 8 has not left the wire. */
const BETWEEN_WRITE_AND_ANSWER_MS = 30;

let rig: MeterRig;
async function start(): Promise<void> {
  rig = new MeterRig({ creditPlace: "meter" });
  await rig.gateway.start();
  await rig.gateway.pass(20);
}
afterEach(() => rig.close());

function sell(id: string, amountMinor: number): void {
  const nowMs = rig.gateway.clock.nowMs();
  const sale: Sale = {
    id,
    circuitId: "c1",
    amountMinor,
    issuedAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + 3_600_000).toISOString(),
  };
  rig.gateway.server.tell({ type: "sale", sale });
}

/** What the server has been told of the sale, oldest first. */
const results = (id: string): SaleResult[] =>
  rig.gateway.server.of("sale-result").flatMap(({ result }) => (result.saleId === id ? [result] : []));
const purchasesSent = () => rig.framesSent(WRITE_REGISTERS, PURCHASE);

const once = (act: () => void) => {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
};

describe("a sale to the simulator's ADF400L, over its wire", () => {
  it("is in the meter once, and told with the meter's own figures", async () => {
    await start();
    expect(rig.gateway.circuit("c1").relay).toBe("closed");
    sell("s1", 5000);
    await rig.gateway.pass(10);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect(results("s1")).toMatchObject([
      { state: "written", isFinal: true, purchaseCount: 2, remainingMinor: OPENING_MINOR + 5000 },
    ]);
    expect(purchasesSent()).toBe(1);
    expect(rig.gateway.server.of("meter-credit").at(-1)?.report).toMatchObject(rig.credit());
  });

  it("whose answer is lost is resolved by the count, not by another write", async () => {
    await start();
    rig.beforeWrite = once(
      () => void rig.site.setFault({ kind: "lost-reply", busId: METER_BUS, unitId: METER_UNIT, times: 1 }),
    );
    sell("s1", 5000);
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect([purchasesSent(), results("s1").map(({ state }) => state)]).toEqual([1, ["written"]]);
  });

  it("whose gateway is killed between the write and its answer is resolved by the next run", async () => {
    await start();
    const killed = new Promise<void>((resolve) => {
      rig.beforeWrite = once(() =>
        rig.gateway.clock.setTimer(() => {
          rig.gateway.kill();
          resolve();
        }, BETWEEN_WRITE_AND_ANSWER_MS),
      );
    });
    sell("s1", 5000);
    await rig.gateway.clock.until(killed);
    expect(rig.credit().purchaseCount).toBe(2);
    expect(results("s1")).toEqual([]);
    await rig.gateway.start();
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect([purchasesSent(), results("s1").map(({ state }) => state)]).toEqual([1, ["written"]]);
  });

  it("that never arrives goes out again only after the count has proved it, and is credited once", async () => {
    await start();
    rig.beforeWrite = once(
      () => void rig.site.setFault({ kind: "dead-unit", busId: METER_BUS, unitId: METER_UNIT, forS: 1 }),
    );
    sell("s1", 5000);
    await rig.gateway.pass(5);
    expect([purchasesSent(), rig.credit().purchaseCount]).toEqual([1, 1]);
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5000, purchaseCount: 2 });
    expect(purchasesSent()).toBe(2);
    expect(results("s1").at(-1)).toMatchObject({ state: "written", isFinal: true });
  });

  it("whose count the meter refuses, for a card has just had it, is never called written", async () => {
    await start();
    rig.beforeWrite = once(() => rig.buyAtMeter(300));
    sell("s1", 5000);
    await rig.gateway.pass(30);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 300, purchaseCount: 2 });
    expect(purchasesSent()).toBe(1);
    expect(results("s1")).toMatchObject([
      { state: "unknown", isFinal: true, code: "refused-and-counted", purchaseCount: 2 },
    ]);
  });

  it("is followed by the next one, which the meter counts on", async () => {
    await start();
    sell("s1", 5000);
    sell("s2", 300);
    await rig.gateway.pass(20);
    expect(rig.credit()).toEqual({ remainingMinor: OPENING_MINOR + 5300, purchaseCount: 3 });
    expect(results("s2")).toMatchObject([{ state: "written", purchaseCount: 3 }]);
  });
});
