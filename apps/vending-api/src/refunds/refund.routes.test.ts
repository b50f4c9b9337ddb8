import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commandModel } from "../network/command.model.ts";
import { addTestSite, sampleItem, type TestRoom } from "../testing/test-site.ts";
import {
  type Household,
  type JobItem,
  type Preview,
  type Refund,
  RefundDesk,
} from "./testing/refund-desk.ts";

const HOUR_MS = 3_600_000;
/** Many rooms, made through the API. */
const SETUP_LIMIT_MS = 120_000;
let desk: RefundDesk;
beforeAll(async () => {
  desk = await RefundDesk.open(4);
}, SETUP_LIMIT_MS);
beforeEach(() => desk.signIn());
afterAll(() => desk.api.stop());

describe("a preview", () => {
  it("shows what each household would get, and changes nothing", async () => {
    const room = desk.nextRoom();
    await desk.sell(room, 5000);
    await desk.grant(room, "CNY", 300);
    await desk.read(room, 100, HOUR_MS);
    await desk.read(room, 1100);
    const wish = { householdIds: [room.householdId], reason: "Graduated", dryRun: true };
    const { status, body } = await desk.post<Preview>("/refunds", wish);
    expect(status).toBe(200);
    // 1000 Wh cost 54.83 minor units: all of it granted.
    expect(body).toMatchObject({ totalMinor: 4999, needsSecondPerson: true });
    expect(body.households[0]).toMatchObject({
      ledgerMinor: 5300,
      accruedMinor: 55,
      refundMinor: 4999,
      debtMinor: 0,
      grants: [{ commodity: "CNY", amount: 246 }],
      readings: [{ registerWh: 1100 }],
      problems: [],
    });
    expect(await desk.get<Household>(`/households/${room.householdId}`)).toMatchObject({ status: "open" });
    expect(await desk.ledgerRows(room)).toHaveLength(2);
  });

  it("is for households of one site that the caller sees", async () => {
    const foreign = await addTestSite(desk.api, { rooms: 1 });
    const ids = [desk.site.rooms[0]?.householdId, foreign.rooms[0]?.householdId];
    const everywhere = await desk.api.tokenFor("administrator");
    for (const token of [desk.site.manager, everywhere])
      expect(
        await desk.post("/refunds", { householdIds: ids, reason: "x", dryRun: true }, token),
      ).toMatchObject({
        status: 422,
        body: { code: "reference-unknown" },
      });
    const maintenance = await desk.api.tokenFor("maintenance", { siteIds: [desk.site.siteId] });
    expect((await desk.post("/refunds", { householdIds: ids, reason: "x" }, maintenance)).status).toBe(403);
  });
});

describe("approval", () => {
  it("needs another person above the site's limit, and starts one job", async () => {
    const room = desk.nextRoom();
    await desk.sell(room, 100);
    const { id } = await desk.propose([room]);
    expect((await desk.approve(id, desk.site.manager)).body).toMatchObject({ code: "second-person-needed" });
    const key = desk.newKey();
    const [first, again] = [await desk.approve(id, desk.chief, key), await desk.approve(id, desk.chief, key)];
    expect(first.status).toBe(202);
    expect(again.body.id).toBe(first.body.id);
    expect((await desk.approve(id, desk.other)).body).toMatchObject({ code: "wrong-state" });
    await desk.settle([[room, 5]]);
    expect(await desk.jobOf(id)).toMatchObject({ state: "done", done: 1 });
  });

  it("may be given by who proposed it up to the limit", async () => {
    const withdrawal = { secondPersonAboveMinor: 100, circuits: "keep" };
    const small = await addTestSite(desk.api, { rooms: 1 });
    const [room] = small.rooms as [TestRoom];
    await desk.api.call("PATCH", `/sites/${small.siteId}`, {
      token: small.administrator,
      body: { withdrawal },
    });
    await desk.post(
      "/purchases",
      { householdId: room.householdId, amountMinor: 100, method: "cash" },
      small.manager,
    );
    const wish = { householdIds: [room.householdId], reason: "Left" };
    const { body } = await desk.post<Refund>("/refunds", wish, small.manager);
    expect(body.needsSecondPerson).toBe(false);
    expect((await desk.approve(body.id, small.manager)).status).toBe(202);
    await desk.run();
    desk.api.clock.advance(10_000);
    await small.uplink([sampleItem(room.circuitId, desk.api.clock.now(), 7)]);
    await desk.run();
    const [item] = await desk.get<JobItem[]>(
      `/jobs/${(await desk.get<Refund>(`/refunds/${body.id}`, small.manager)).jobId}/items`,
      small.manager,
    );
    expect(item).toMatchObject({ state: "done" });
    expect(
      await commandModel(desk.api.connection).countDocuments({ circuitId: room.circuitId, action: "open" }),
    ).toBe(0);
  });

  it("can be refused, once", async () => {
    const { id } = await desk.propose([desk.nextRoom()]);
    const rejected = await desk.post<Refund>(
      `/refunds/${id}/reject`,
      { reason: "Not yet" },
      desk.site.manager,
    );
    expect(rejected).toMatchObject({ status: 200, body: { state: "rejected", decisionReason: "Not yet" } });
    expect((await desk.approve(id)).body).toMatchObject({ code: "wrong-state" });
  });

  it("covers what it showed: a household that has bought since is not paid more", async () => {
    const room = desk.nextRoom();
    await desk.sell(room, 100);
    const { id } = await desk.propose([room]);
    await desk.sell(room, 1);
    await desk.approve(id);
    await desk.settle([[room, 5]]);
    expect(await desk.itemsOf(id)).toMatchObject([{ state: "failed", problem: { code: "refund-grown" } }]);
    expect(await desk.get<Household>(`/households/${room.householdId}`)).toMatchObject({
      status: "open",
      circuitIds: [room.circuitId],
    });
    const again = await desk.propose([room]);
    await desk.approve(again.id);
    await desk.settle([[room, 5]]);
    expect((await desk.refundOf(again.id)).withdrawals[0]?.result?.refundMinor).toBe(101);
  });
});
