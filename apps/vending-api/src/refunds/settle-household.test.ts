import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditModel } from "../audit/audit.model.ts";
import { cardLoadModel } from "../cards/card-load.model.ts";
import { commandModel } from "../network/command.model.ts";
import type { TestRoom } from "../testing/test-site.ts";
import { userModel } from "../users/user.model.ts";
import { retryWithdrawals } from "./refunds.ts";
import { type Household, RefundDesk } from "./testing/refund-desk.ts";

interface Statement {
  number: string | null;
  refundMinor: number;
  openingMinor: number;
  readings: { registerWh: number; typedBy: string | null }[];
  use: {
    month: string;
    wh: number;
    freeWh: number;
    rates: { name: string; wh: number }[];
    amountMinor: number;
  }[];
  totals: Record<string, number>;
  signatures: { role: string; name: string }[];
}

/** Many rooms, made through the API. */
const SETUP_LIMIT_MS = 120_000;
let desk: RefundDesk;
beforeAll(async () => {
  desk = await RefundDesk.open(8);
}, SETUP_LIMIT_MS);
beforeEach(() => desk.signIn());
afterAll(() => desk.api.stop());

/** 1 Wh at the flat tariff of the test site is 548,300 × 10⁻⁹ of the major unit. */
const NANO_PER_WH = 548_300;
const NANO_PER_MINOR = 10_000_000;
const HOUR_MS = 3_600_000;

describe("a withdrawal", () => {
  /** By the first test. */
  let emptied: TestRoom;

  it("settles use to a fresh reading, lets grants expire, pays the rest and closes everything", async () => {
    const room = desk.nextRoom();
    emptied = room;
    await desk.read(room, 1000, HOUR_MS);
    await desk.sell(room, 5000);
    await desk.grant(room, "CNY", 20);
    await desk.grant(room, "Wh", 400);
    const resident = await desk.api.tokenFor("resident", {
      siteIds: [desk.site.siteId],
      householdId: room.householdId,
    });
    await desk.read(room, 1300, 120_000);
    const { id } = await desk.propose([room]);
    await desk.approve(id);
    await desk.run();
    // Asked, and not answered: nothing has happened yet.
    expect((await desk.refundOf(id)).withdrawals).toMatchObject([
      { phase: "reading", readings: [{ state: "asked" }] },
    ]);
    expect(await commandModel(desk.api.connection).find({ circuitId: room.circuitId }).lean()).toMatchObject([
      { action: "read", state: "queued" },
    ]);
    desk.api.clock.advance(10_000);
    await desk.read(room, 1502);
    await desk.run();

    // 502 Wh, 400 of them free: 102 × 548,300 = 55,926,600 nano = 5 minor, carry 5,926,600. The 5 come out of the granted 20.
    expect(await desk.moneyRows(room)).toEqual([
      ["purchase", 5000],
      ["grant", 20],
      ["grant", 400],
      ["usage", -5],
      ["grant-expiry", -15],
      ["refund", -4999],
      ["closing", -1],
    ]);
    const [row] = (await desk.refundOf(id)).withdrawals;
    const carryNano = (102 * NANO_PER_WH) % NANO_PER_MINOR;
    expect(row).toMatchObject({
      phase: "done",
      readings: [{ state: "read", registerWh: 1502, typedBy: null }],
      result: {
        refundMinor: 4999,
        remainderNano: NANO_PER_MINOR - carryNano,
        forgivenNano: 0,
        debtMinor: 0,
        keptInMeterMinor: 0,
        expired: [{ commodity: "CNY", amount: 15 }],
      },
    });
    expect(await desk.get<Household>(`/households/${room.householdId}`)).toMatchObject({
      status: "closed",
      circuitIds: [],
    });
    expect(await desk.get(`/units/${room.unitId}`)).toMatchObject({ householdId: null });
    expect(
      (await desk.post("/purchases", { householdId: room.householdId, amountMinor: 1, method: "cash" })).body,
    ).toMatchObject({ code: "household-closed" });
    expect((await desk.api.call("GET", "/me", { token: resident })).status).toBe(401);
    expect(
      await userModel(desk.api.connection).findOne({ householdId: room.householdId }).lean(),
    ).toMatchObject({
      status: "disabled",
    });
    const [open] = await commandModel(desk.api.connection)
      .find({ circuitId: room.circuitId, action: "open" })
      .lean();
    expect(open).toMatchObject({ householdId: null, reason: "Graduated" });
    expect(
      await auditModel(desk.api.connection).countDocuments({
        action: "households.close",
        resourceId: room.householdId,
      }),
    ).toBe(1);
    expect(await desk.findings()).toEqual([]);
  });

  it("charges nobody for what is used afterwards, and a new household can open in the room", async () => {
    const room = emptied;
    desk.api.clock.advance(60_000);
    await desk.read(room, 1600);
    expect(await desk.ledgerRows(room)).toHaveLength(7);
    const next = await desk.site.add<{ id: string }>("/households", {
      unitId: room.unitId,
      name: "Next",
      tariffId: desk.site.tariffId,
    });
    await desk.api.call("PATCH", `/circuits/${room.circuitId}`, {
      token: desk.site.administrator,
      body: { householdId: next.id },
    });
    desk.api.clock.advance(60_000);
    await desk.read(room, 1610);
    const balance = await desk.get<{ accruedMinor: number }>(`/households/${next.id}/balance`);
    // 10 Wh, not 110: rounded up to one minor unit.
    expect(balance.accruedMinor).toBe(1);
    expect(await desk.findings()).toEqual([]);
  });

  it("states the whole account, and the sums are nothing in the end", async () => {
    const room = desk.nextRoom();
    await desk.read(room, 0, HOUR_MS);
    await desk.sell(room, 2000);
    const sold = await desk.post<{ id: string }>("/purchases", {
      householdId: room.householdId,
      amountMinor: 700,
      method: "card",
    });
    await desk.post(`/purchases/${sold.body.id}/void`, { reason: "Twice" });
    const { id } = await desk.propose([room]);
    await desk.approve(id);
    await desk.settle([[room, 4]]);
    const statement = await desk.get<Statement>(`/refunds/${id}/statement`);
    expect(statement).toMatchObject({
      openingMinor: 0,
      refundMinor: 1999,
      purchases: [
        { amountMinor: 2000, isVoided: false },
        { amountMinor: 700, isVoided: true, method: "card" },
      ],
      use: [{ wh: 4, freeWh: 0, rates: [{ wh: 4 }] }],
      readings: [{ registerWh: 4, typedBy: null }],
      signatures: [
        { role: "proposed", name: "Test property-manager" },
        { role: "approved", name: "Test campus-admin" },
      ],
    });
    expect(statement.number).toMatch(/^\d{8}-[0-9A-F]{8}$/);
    const sum = Object.values(statement.totals).reduce((total, part) => total + part, 0);
    expect(sum + statement.openingMinor - statement.refundMinor).toBe(0);
  });

  it("waits for a typed reading of a circuit that is silent, and stops nobody else", async () => {
    const [silent, lively] = [desk.nextRoom(), desk.nextRoom()];
    for (const room of [silent, lively]) {
      await desk.read(room, 0);
      await desk.sell(room, 1000);
    }
    const { id } = await desk.propose([silent, lively]);
    await desk.approve(id);
    await desk.settle([[lively, 10]]);
    desk.api.clock.advance(80_000);
    await desk.run();
    expect(await desk.jobOf(id)).toMatchObject({ state: "failed", done: 1, failed: 1 });
    expect(await desk.itemsOf(id)).toMatchObject([
      { itemId: silent.householdId, problem: { code: "reading-missing" } },
      { itemId: lively.householdId, state: "done" },
    ]);

    const typed = { householdId: silent.householdId, circuitId: silent.circuitId, registerWh: 9_999_999 };
    expect(await desk.post(`/refunds/${id}/readings`, typed)).toMatchObject({
      status: 422,
      body: { code: "reading-implausible" },
    });
    const key = desk.newKey();
    const good = { ...typed, registerWh: 25 };
    expect((await desk.post(`/refunds/${id}/readings`, good, desk.other, key)).status).toBe(201);
    expect((await desk.post(`/refunds/${id}/readings`, good, desk.other, key)).status).toBe(201);
    expect((await desk.post(`/refunds/${id}/readings`, typed, desk.other, key)).body).toMatchObject({
      code: "idempotency-key-reused",
    });
    await desk.run();
    expect(await desk.jobOf(id)).toMatchObject({ state: "done", done: 2, failed: 0 });
    const row = (await desk.refundOf(id)).withdrawals.find(
      ({ householdId }) => householdId === silent.householdId,
    );
    expect(row).toMatchObject({
      phase: "done",
      readings: [{ state: "typed", registerWh: 25, typedBy: "Test property-manager" }],
    });
    // 25 Wh: 13,707,500 nano, one minor unit and a part of the second.
    expect(await desk.moneyRows(silent)).toEqual([
      ["purchase", 1000],
      ["usage", -1],
      ["refund", -998],
      ["closing", -1],
    ]);
    expect(await desk.findings()).toEqual([]);
  });

  it("with a debt closes only when a second person accepts that", async () => {
    const room = desk.nextRoom();
    await desk.read(room, 0, HOUR_MS);
    await desk.read(room, 1000);
    const { id } = await desk.propose([room]);
    await desk.approve(id, desk.chief);
    await desk.settle([[room, 1000]]);
    expect(await desk.itemsOf(id)).toMatchObject([{ problem: { code: "household-in-debt" } }]);
    const reason = { reason: "Moved away" };
    expect((await desk.post(`/refunds/${id}/accept-debts`, reason, desk.site.manager)).body).toMatchObject({
      code: "second-person-needed",
    });
    expect((await desk.post(`/refunds/${id}/accept-debts`, reason, desk.chief)).status).toBe(200);
    await desk.run();
    expect(await desk.moneyRows(room)).toEqual([
      ["usage", -54],
      ["closing", 54],
    ]);
    expect((await desk.refundOf(id)).withdrawals[0]?.result).toMatchObject({ refundMinor: 0, debtMinor: 54 });
    expect(await desk.findings()).toEqual([]);
  });

  it("does not pay out what the meter still holds, and says when it does not know", async () => {
    const room = desk.nextRoom();
    await desk.api.call("PATCH", `/circuits/${room.circuitId}`, {
      token: desk.site.administrator,
      body: { creditPlace: "meter" },
    });
    const sold = await desk.post<{ id: string }>("/purchases", {
      householdId: room.householdId,
      amountMinor: 1000,
      method: "cash",
    });
    const { id } = await desk.propose([room]);
    await desk.approve(id);
    await desk.settle([[room, 0]]);
    expect(await desk.itemsOf(id)).toMatchObject([{ problem: { code: "sale-not-settled" } }]);
    const at = desk.api.clock.now().toISOString();
    await desk.site.uplink([
      { type: "sale-result", result: { saleId: sold.body.id, at, state: "written", isFinal: true } },
      {
        type: "meter-credit",
        report: { circuitId: room.circuitId, at, remainingMinor: 640, purchaseCount: 1 },
      },
    ]);
    await desk.post(`/jobs/${(await desk.refundOf(id)).jobId}/resume`, undefined, desk.chief);
    await desk.run();
    const [row] = (await desk.refundOf(id)).withdrawals;
    expect(row?.result).toMatchObject({ refundMinor: 360, keptInMeterMinor: 640 });
    expect(await desk.moneyRows(room)).toEqual([
      ["purchase", 1000],
      ["refund", -360],
      ["closing", -640],
    ]);
    expect(await desk.findings()).toEqual([]);
  });

  it("waits until nobody can take its credit from a card any more", async () => {
    const room = desk.nextRoom();
    await desk.read(room, 0);
    await desk.sell(room, 500);
    const { siteId, _id } = await cardLoadModel(desk.api.deps.connection).create({
      _id: `load-of-${room.householdId}`,
      siteId: desk.site.siteId,
      householdId: room.householdId,
      circuitId: room.circuitId,
      count: 1,
      amountMinor: 500,
      state: "carried",
    });
    const { id } = await desk.propose([room]);
    await desk.approve(id);
    await desk.settle([[room, 0]]);
    expect(await desk.itemsOf(id)).toMatchObject([{ problem: { code: "card-unsettled" } }]);
    expect((await desk.ledgerRows(room)).map(({ kind }) => kind)).toEqual(["purchase"]);
    await cardLoadModel(desk.api.deps.connection).updateOne({ siteId, _id }, { $set: { state: "returned" } });
    await desk.post(`/jobs/${(await desk.refundOf(id)).jobId}/resume`, undefined, desk.chief);
    await desk.run();
    expect(await desk.moneyRows(room)).toEqual([
      ["purchase", 500],
      ["refund", -500],
      ["closing", 0],
    ]);
    expect(await desk.findings()).toEqual([]);
  });

  it("belongs to one refund, until that one is given up", async () => {
    const room = desk.nextRoom();
    await desk.read(room, 0);
    await desk.sell(room, 500);
    const first = await desk.propose([room]);
    await desk.approve(first.id);
    await desk.run();
    const second = await desk.propose([room]);
    await desk.approve(second.id);
    const claimed = async (id: string) =>
      (await desk.itemsOf(id)).map(({ state, problem }) => [state, problem?.code]);
    await desk.run();
    expect(await claimed(second.id)).toEqual([["failed", "refund-under-way"]]);
    await desk.post(`/jobs/${(await desk.refundOf(first.id)).jobId}/cancel`, undefined, desk.chief);
    await desk.run();
    desk.api.clock.advance(10_000);
    await desk.run();
    expect(await desk.jobOf(first.id)).toMatchObject({ state: "cancelled" });
    await desk.post(`/jobs/${(await desk.refundOf(second.id)).jobId}/resume`, undefined, desk.chief);
    for (let turn = 0; turn < 3; turn += 1) {
      await desk.run();
      desk.api.clock.advance(10_000);
      await desk.read(room, 3);
    }
    await desk.run();
    expect(await desk.jobOf(second.id)).toMatchObject({ state: "done" });
    await desk.post(`/jobs/${(await desk.refundOf(first.id)).jobId}/resume`, undefined, desk.chief);
    await desk.run();
    expect(await claimed(first.id)).toEqual([["failed", "household-closed"]]);
    expect((await desk.ledgerRows(room)).filter(({ kind }) => kind === "refund")).toHaveLength(1);
    await retryWithdrawals(desk.api.deps);
    expect(await desk.findings()).toEqual([]);
  });
});
