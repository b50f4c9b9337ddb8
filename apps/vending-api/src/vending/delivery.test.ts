import type { DownlinkMessage, SaleResult } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alarmModel } from "../alarms/alarm.model.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { doubtSilentSales, handOverForgottenSales } from "../network/deliveries.ts";
import { deliveryModel } from "../network/delivery.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { deliverForgotten } from "./purchases.ts";

interface Purchase {
  id: string;
  delivery: string;
  deliveryCode?: string;
  deliveryAdvice?: string;
  code?: string;
  voidedAt?: string;
}

let api: TestApi;
let site: TestSite;
let room: TestRoom;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
  room = site.rooms[0] as TestRoom;
  const changed = await patch(room.circuitId, { creditPlace: "meter" });
  expect(changed).toMatchObject({ status: 200, body: { creditPlace: "meter" } });
});
afterAll(() => api.stop());

const patch = (circuitId: string, body: object) =>
  api.call<{ code?: string }>("PATCH", `/circuits/${circuitId}`, { token: site.administrator, body });
const post = async (path: string, body: object, key = `delivery-${++keys}`) =>
  (await api.call<Purchase>("POST", path, { token: site.manager, body, idempotencyKey: key })).body;
const sell = (amountMinor = 5000, key?: string) =>
  post("/purchases", { householdId: room.householdId, amountMinor, method: "cash" }, key);
const shown = async (id: string) =>
  (await api.call<Purchase>("GET", `/purchases/${id}`, { token: site.manager })).body;
const voided = (id: string) => post(`/purchases/${id}/void`, { reason: "not in the meter" });
const tell = (saleId: string, result: Omit<SaleResult, "saleId" | "at">) =>
  site.uplink([{ type: "sale-result", result: { saleId, at: api.clock.now().toISOString(), ...result } }]);
const salesSent = async () => {
  const { body } = await api.call<DownlinkMessage[]>("GET", "/gateway/messages?after=0", {
    token: site.gatewayToken,
  });
  return body.flatMap((message) => (message.type === "sale" ? [message.sale] : []));
};
const openAlarms = () =>
  alarmModel(api.connection)
    .find({ siteId: site.siteId, kind: "sale-doubtful", clearedAt: null })
    .lean<{ key: string }[]>();

describe("a circuit", () => {
  it("has one place for its household's credit, and only a meter that can be credited", async () => {
    const second = await site.add<{ id: string }>("/circuits", {
      meterId: site.meterId,
      variant: "single-phase",
      unitAddress: 40,
      name: "Second",
      householdId: room.householdId,
    });
    expect((await patch(second.id, { creditPlace: "meter" })).body.code).toBe("invalid-body");
    const plain = await site.add<{ id: string }>("/meters", {
      busId: site.busId,
      profile: "eastron-sdm120",
      firstUnitId: 90,
      name: "SDM",
    });
    const metered = { meterId: plain.id, variant: "single-phase", unitAddress: 90, name: "Only measured" };
    const { id } = await site.add<{ id: string }>("/circuits", metered);
    expect((await patch(id, { creditPlace: "meter" })).body.code).toBe("invalid-body");
  });

  it("keeps what its meter's parameters shall be, within their ranges", async () => {
    const good = { parameters: { "loadControl.allowedTrips": 3 } };
    expect(await patch(room.circuitId, good)).toMatchObject({ status: 200, body: good });
    const bad = { parameters: { "system.ct01Ratio": 0 } };
    expect((await patch(room.circuitId, bad)).body).toMatchObject({
      code: "invalid-body",
      errors: [{ path: "parameters.system.ct01Ratio" }],
    });
  });
});

describe("the balance of a household whose meter holds its credit", () => {
  const balance = async (householdId: string) =>
    (await api.call("GET", `/households/${householdId}/balance`, { token: site.manager })).body;

  const tile = async ({ unitId }: TestRoom) => {
    const path = `/board?siteId=${site.siteId}`;
    const { body } = await api.call<{ tiles: { unitId: string }[] }>("GET", path, { token: site.manager });
    return body.tiles.find((candidate) => candidate.unitId === unitId);
  };

  it("does not pretend to know what is left before the meter has said it", async () => {
    expect(await balance(room.householdId)).toMatchObject({
      creditPlace: "meter",
      inMeter: null,
      daysLeft: null,
    });
    expect(await tile(room)).toMatchObject({ balanceMinor: null, creditPlace: "meter", daysLeft: null });
    const at = api.clock.now().toISOString();
    const report = { circuitId: room.circuitId, at, remainingMinor: 4321, purchaseCount: 7 };
    await site.uplink([{ type: "meter-credit", report }]);
    await site.uplink([
      { type: "meter-credit", report: { ...report, at: "2020-01-01T00:00:00.000Z", remainingMinor: 1 } },
    ]);
    expect(await balance(room.householdId)).toMatchObject({
      inMeter: { remainingMinor: 4321, purchaseCount: 7, at },
    });
    expect(await tile(room)).toMatchObject({ balanceMinor: 4321, creditPlace: "meter", daysLeft: null });
    const other = site.rooms[1] as TestRoom;
    expect(await balance(other.householdId)).toMatchObject({ creditPlace: "server", inMeter: null });
  });

  it("goes to no gateway: nobody but the meter cuts for it", async () => {
    const { body } = await api.call<{ positions: { householdId: string }[] }>("GET", "/gateway/credit", {
      token: site.gatewayToken,
    });
    expect(body.positions.map(({ householdId }) => householdId)).toEqual([site.rooms[1]?.householdId]);
  });
});

describe("a purchase for a meter that holds the household's credit", () => {
  it("is pending, goes to the gateway once, and is written when the meter's count says so", async () => {
    const purchase = await sell(5000, "once");
    expect(purchase.delivery).toBe("pending");
    expect((await sell(5000, "once")).id).toBe(purchase.id);
    const mine = (await salesSent()).filter(({ id }) => id === purchase.id);
    expect(mine).toMatchObject([{ circuitId: room.circuitId, amountMinor: 5000 }]);
    await tell(purchase.id, { state: "written", isFinal: true, purchaseCount: 8, remainingMinor: 7000 });
    expect((await shown(purchase.id)).delivery).toBe("written");
    expect((await voided(purchase.id)).code).toBe("credit-in-meter");
  });

  it("cannot be taken back before the meter has shown what came of it", async () => {
    const { id } = await sell();
    expect((await voided(id)).code).toBe("sale-not-settled");
    await tell(id, { state: "unknown", isFinal: false, code: "no-answer" });
    expect(await shown(id)).toMatchObject({
      delivery: "unknown",
      deliveryCode: "no-answer",
      deliveryAdvice: expect.stringMatching(/goes on asking/),
    });
    expect((await voided(id)).code).toBe("sale-not-settled");
    expect(await openAlarms()).toHaveLength(1);
    await tell(id, { state: "written", isFinal: true });
    expect((await shown(id)).delivery).toBe("written");
    expect(await openAlarms()).toHaveLength(0);
  });

  it("that has failed tells staff to void it, and the books are square again", async () => {
    const { id } = await sell();
    await tell(id, { state: "failed", isFinal: true, code: "not-credited" });
    expect(await shown(id)).toMatchObject({
      delivery: "failed",
      deliveryCode: "not-credited",
      deliveryAdvice: expect.stringMatching(/void the purchase/),
    });
    expect(await openAlarms()).toHaveLength(1);
    expect(await voided(id)).toMatchObject({ delivery: "failed", voidedAt: expect.any(String) });
    expect(await openAlarms()).toHaveLength(0);
    expect((await verifyLedger(api.connection)).findings).toEqual([]);
  });

  it("takes no word back once it is final, and refuses a sale that it never had", async () => {
    const { id } = await sell();
    await tell(id, { state: "written", isFinal: true });
    await tell(id, { state: "failed", isFinal: true, code: "refused" });
    expect((await shown(id)).delivery).toBe("written");
    const reply = await tell("unheard-of", { state: "written", isFinal: true });
    expect(reply.rejected).toMatchObject([{ code: "unknown-sale", detail: "unheard-of" }]);
  });

  it("that a crash cut off is delivered all the same, once", async () => {
    const { id } = await sell();
    await deliveryModel(api.connection).deleteOne({ _id: id });
    expect((await shown(id)).delivery).toBe("pending");
    await deliverForgotten(api.deps, api.clock.now());
    await deliveryModel(api.connection).updateOne({ _id: id }, { $set: { handedOver: false } });
    api.clock.advance(10_000);
    await handOverForgottenSales(api.deps, api.clock.now());
    await deliverForgotten(api.deps, api.clock.now());
    const messages = (await salesSent()).filter((sale) => sale.id === id);
    expect(new Set(messages.map((sale) => JSON.stringify(sale))).size).toBe(1);
    expect(await journalModel(api.connection).countDocuments({ _id: id })).toBe(1);
  });

  it("that nobody hears of again is in doubt, not lost", async () => {
    const { id } = await sell();
    api.clock.advance(25 * 3_600_000);
    site.manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    site.administrator = await api.tokenFor("administrator", { siteIds: [site.siteId] });
    await doubtSilentSales(api.deps, api.clock.now());
    expect((await shown(id)).delivery).toBe("unknown");
    await tell(id, { state: "written", isFinal: true });
    expect((await shown(id)).delivery).toBe("written");
  });

  it("of another household stays here", async () => {
    const householdId = site.rooms[1]?.householdId;
    const purchase = await post("/purchases", { householdId, amountMinor: 100, method: "cash" });
    expect(purchase.delivery).toBe("server");
  });
});
