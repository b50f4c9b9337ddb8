import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { adjustmentModel } from "./adjustment.model.ts";
import { finishAdjustments } from "./adjustments.ts";

interface Adjustment {
  id: string;
  state: string;
  amountMinor: number;
  entryId: string | null;
  code?: string;
}
interface LedgerRow {
  kind: string;
  amountMinor: number;
  by: string;
  details: Record<string, unknown>;
}

let api: TestApi;
let site: TestSite;
let colleague: string;
let tillId: string;
let keys = 0;
const newKey = () => `adjustment-key-${++keys}`;
const HOUR = 3_600_000;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 5 });
  tillId = (await site.add<{ id: string }>("/tills", { siteId: site.siteId, name: "Desk" })).id;
  await signIn();
});
afterAll(() => api.stop());

/** Tokens end after a while. */
async function signIn() {
  site.manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
  colleague = await api.tokenFor("campus-admin", { siteIds: [site.siteId] });
}
const post = <Body = Adjustment>(token: string, path: string, body?: unknown, key = newKey()) =>
  api.call<Body>("POST", path, { token, body, idempotencyKey: key });
const propose = (token: string, body: object, key?: string) =>
  post(token, "/adjustments", { reason: "wrong room", ...body }, key);
const approve = (token: string, id: string, key?: string) =>
  post(token, `/adjustments/${id}/approve`, undefined, key);
const ledger = async ({ householdId }: TestRoom) =>
  (await api.call<LedgerRow[]>("GET", `/households/${householdId}/ledger`, { token: site.manager })).body;
const roomAt = (index: number) => site.rooms[index] as TestRoom;

/** A purchase that can no longer be voided. */
async function oldPurchase({ householdId }: TestRoom, amountMinor: number): Promise<string> {
  const body = { householdId, amountMinor, method: "cash" };
  const { id } = (await post<{ id: string }>(site.manager, "/purchases", body)).body;
  api.clock.advance(13 * HOUR);
  await signIn();
  return id;
}

describe("an adjustment", () => {
  it("takes a purchase back once another person has approved it, in one entry", async () => {
    const room = roomAt(0);
    const { householdId } = room;
    const purchaseId = await oldPurchase(room, 900);
    const proposer = site.manager;
    const proposed = await propose(proposer, { householdId, purchaseId });
    expect(proposed).toMatchObject({ status: 201, body: { state: "proposed", amountMinor: -900 } });
    const { id } = proposed.body;
    expect(await ledger(room)).toHaveLength(1);
    expect(await approve(proposer, id)).toMatchObject({
      status: 409,
      body: { code: "second-person-needed" },
    });
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 10 }, () => approve(colleague, id, key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.state}`))).toEqual(
      new Set(["201 posted"]),
    );
    expect(new Set(answers.map(({ body }) => body.entryId)).size).toBe(1);
    expect(await ledger(room)).toMatchObject([
      {
        kind: "adjustment",
        amountMinor: -900,
        balanceAfterMinor: 0,
        by: "Test campus-admin",
        details: { adjustmentId: id, purchaseId, proposedBy: { name: "Test property-manager" } },
      },
      { kind: "purchase" },
    ]);
    expect(await approve(colleague, id)).toMatchObject({ status: 409, body: { code: "wrong-state" } });
    expect(await propose(proposer, { householdId, purchaseId })).toMatchObject({
      body: { code: "already-adjusted" },
    });
  });

  it("is not for a purchase that can still be voided, was voided, or is smaller", async () => {
    const room = roomAt(1);
    const { householdId } = room;
    const sale = { householdId, amountMinor: 500, method: "cash" };
    const { id: young } = (await post<{ id: string }>(site.manager, "/purchases", sale)).body;
    const ask = async (purchaseId: string, amountMinor?: number) =>
      (await propose(site.manager, { householdId, purchaseId, amountMinor })).body.code;
    expect(await ask(young)).toBe("void-still-possible");
    await post(site.manager, `/purchases/${young}/void`, { reason: "slip" });
    expect(await ask(young)).toBe("already-voided");
    const old = await oldPurchase(room, 500);
    expect(await ask(old, -501)).toBe("amount-invalid");
    expect(await ask(old, 1)).toBe("amount-invalid");
    expect(await ask("nothing")).toBe("reference-unknown");
    const other = await propose(site.manager, { householdId: roomAt(0).householdId, purchaseId: old });
    expect(other.body.code).toBe("reference-unknown");
    expect((await propose(site.manager, { householdId, purchaseId: old, amountMinor: -200 })).status).toBe(
      201,
    );
  });

  it("follows at once where the purchase's shift is closed", async () => {
    const { householdId } = roomAt(2);
    const shift = await post<{ id: string }>(site.manager, `/tills/${tillId}/shifts`, { floatMinor: 0 });
    const sale = { householdId, amountMinor: 500, method: "cash" };
    const { id: purchaseId } = (await post<{ id: string }>(site.manager, "/purchases", sale)).body;
    expect((await propose(site.manager, { householdId, purchaseId })).body.code).toBe("void-still-possible");
    const counted = { cash: 500, card: 0, transfer: 0 };
    await post(site.manager, `/till-shifts/${shift.body.id}/close`, { counted });
    const { id } = (await propose(site.manager, { householdId, purchaseId })).body;
    expect((await approve(colleague, id)).body.state).toBe("posted");
    const report = await api.call("GET", `/till-shifts/${shift.body.id}`, { token: site.manager });
    expect(report.body).toMatchObject({ expected: counted });
  });

  it("is turned down or taken back, and moves nothing then", async () => {
    const room = roomAt(2);
    const before = await ledger(room);
    const { householdId } = room;
    for (const who of [colleague, site.manager]) {
      const { id } = (await propose(site.manager, { householdId, amountMinor: 300 })).body;
      const rejected = await post(who, `/adjustments/${id}/reject`, { reason: "no" });
      expect(rejected).toMatchObject({ status: 201, body: { state: "rejected" } });
      expect((await approve(colleague, id)).body.code).toBe("wrong-state");
    }
    expect(await ledger(room)).toEqual(before);
  });

  it("is one under one key, and refuses the key for another", async () => {
    const { householdId } = roomAt(2);
    const key = newKey();
    const same = await Promise.all(
      Array.from({ length: 10 }, () => propose(site.manager, { householdId, amountMinor: 7 }, key)),
    );
    expect(new Set(same.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect(await propose(site.manager, { householdId, amountMinor: 8 }, key)).toMatchObject({ status: 422 });
    const decision = newKey();
    const other = (await propose(site.manager, { householdId, amountMinor: 9 })).body.id;
    await approve(colleague, same[0]?.body.id ?? "", decision);
    expect(await approve(colleague, other, decision)).toMatchObject({ status: 422 });
  });

  it("approved, and cut off before its entry, is posted by the next process, once", async () => {
    const room = roomAt(3);
    const { id } = (await propose(site.manager, { householdId: room.householdId, amountMinor: 40 })).body;
    const decided = { state: "approved", decidedBy: { id: "u", name: "Gone" }, decidedAt: api.clock.now() };
    await adjustmentModel(api.connection).updateOne({ _id: id }, { $set: decided });
    await Promise.all([finishAdjustments(api.deps), finishAdjustments(api.deps)]);
    expect(await ledger(room)).toMatchObject([{ kind: "adjustment", amountMinor: 40 }]);
    const after = await api.call("GET", `/adjustments/${id}`, { token: site.manager });
    expect(after.body).toMatchObject({ state: "posted" });
  });

  it("for a household closed meanwhile is refused, and says so", async () => {
    const room = roomAt(4);
    const { id } = (await propose(site.manager, { householdId: room.householdId, amountMinor: 40 })).body;
    await api.connection
      .collection("households")
      .updateOne({ _id: room.householdId } as never, { $set: { status: "closed" } });
    expect(await approve(colleague, id)).toMatchObject({
      status: 201,
      body: { state: "refused", problem: { code: "household-closed" } },
    });
    expect(await ledger(room)).toEqual([]);
  });

  it.each([
    ["no amount and no purchase", {}],
    ["nothing", { amountMinor: 0 }],
    ["a fraction", { amountMinor: 1.5 }],
    ["too much", { amountMinor: 10_000_001 }],
    ["no reason", { amountMinor: 5, reason: " " }],
  ])("refuses %s", async (_why, body) => {
    const answer = await propose(site.manager, { householdId: roomAt(2).householdId, ...body });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid-body" } });
  });
});

it("leaves a ledger that adds up", async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
});
