import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Alarm, alarmModel } from "../alarms/alarm.model.ts";
import { newId } from "../db/model.ts";
import { scheduleRunner } from "../jobs/schedules.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { householdModel } from "../places/household.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { paymentSchedules } from "./payment-schedules.ts";
import { pollPauseMs } from "./poll-top-ups.ts";
import { sandboxPaymentModel } from "./sandbox/sandbox-payment.model.ts";
import { sweepSandbox } from "./sandbox/sandbox-payments.ts";
import { sandboxSecret } from "./sandbox/sandbox-provider.ts";
import { signMessage } from "./signed-message.ts";
import { topUpModel } from "./top-up.model.ts";

interface MyTopUp {
  id: string;
  state: string;
  redirectUrl: string | null;
  purchaseId: string | null;
  code?: string;
}

let api: TestApi;
let site: TestSite;
let room: TestRoom;
let resident: string;

const SETTINGS = {
  provider: "sandbox",
  minMinor: 1000,
  maxMinor: 20_000,
  suggestedMinor: [10_000, 2000, 5000],
  reason: "Opening",
};

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 3 });
  room = site.rooms[0] as TestRoom;
  const path = `/sites/${site.siteId}/payment-settings`;
  await api.call("PUT", path, { token: site.administrator, body: SETTINGS });
});
afterAll(() => api.stop());
beforeEach(async () => {
  resident = await api.tokenFor("resident", { siteIds: [site.siteId], householdId: room.householdId });
  site.manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
  site.administrator = await api.tokenFor("administrator", { siteIds: [site.siteId] });
});

const order = (amountMinor: unknown = 5000, idempotencyKey = newId(), token = resident) =>
  api.call<MyTopUp>("POST", "/me/top-ups", { token, body: { amountMinor }, idempotencyKey });
const mine = async (id: string) =>
  (await api.call<MyTopUp>("GET", `/me/top-ups/${id}`, { token: resident })).body;
const ledgerMinor = async () =>
  (await api.call<{ ledgerMinor: number }>("GET", "/me/balance", { token: resident })).body.ledgerMinor;
const paymentOf = async (topUpId: string) => {
  const payment = await sandboxPaymentModel(api.connection).findOne({ topUpId }).lean();
  return payment?._id ?? "";
};
const click = async (topUpId: string, action: string) =>
  api.call<string>("POST", `/sandbox-payments/${await paymentOf(topUpId)}/${action}`);
const alarms = (problem: string) =>
  alarmModel(api.connection)
    .find({ siteId: site.siteId, kind: "payment-doubtful", clearedAt: null, "params.problem": problem })
    .lean<Alarm[]>();

const webhook = async (
  message: object,
  secret = sandboxSecret(api.deps.secrets.sealingSecret, site.siteId),
) => {
  const body = JSON.stringify(message);
  const signature = signMessage(Buffer.from(body), secret, api.clock.now());
  return api.call("POST", `/payment-webhooks/${site.siteId}/sandbox`, {
    body,
    headers: { "sandbox-signature": signature },
  });
};
const message = async (topUpId: string, change: object = {}) => ({
  eventId: newId(),
  at: api.clock.now().toISOString(),
  status: "paid",
  topUpId,
  paymentId: await paymentOf(topUpId),
  amountMinor: 5000,
  currency: "CNY",
  ...change,
});

describe("a resident's top-up", () => {
  it("is credited when the provider says so, and by nothing else", async () => {
    const before = await ledgerMinor();
    const { status, body } = await order();
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: "pending", redirectUrl: expect.stringMatching(/sandbox-payments/) });
    // The payer opens the page, and comes back.
    const page = await fetch(body.redirectUrl ?? "");
    expect(page.headers.get("content-type")).toMatch(/text\/html/);
    expect(await page.text()).toMatch(/CN¥50\.00/);
    expect((await mine(body.id)).state).toBe("pending");
    expect(await ledgerMinor()).toBe(before);

    expect((await click(body.id, "pay")).body).toMatch(/Paid/);
    expect(await mine(body.id)).toMatchObject({ state: "credited", redirectUrl: null });
    expect(await ledgerMinor()).toBe(before + 5000);
    await click(body.id, "pay");
    expect(await ledgerMinor()).toBe(before + 5000);

    const { purchaseId } = await mine(body.id);
    const purchase = await api.call("GET", `/purchases/${purchaseId}`, { token: site.manager });
    expect(purchase.body).toMatchObject({ amountMinor: 5000, method: "provider", delivery: "server" });
    const entry = await journalModel(api.connection).findById(purchaseId).lean();
    expect(entry).toMatchObject({
      refSpace: "payment",
      postings: [{ amount: 5000 }, { account: `payments-sandbox:${site.siteId}`, amount: -5000 }],
    });
    const receipt = await api.call("GET", `/purchases/${purchaseId}/receipt.pdf`, { token: resident });
    expect(receipt.status).toBe(200);
  });

  it("is one order per key, and one amount per order", async () => {
    const first = await order(2000, "one-order");
    expect((await order(2000, "one-order")).body).toEqual(first.body);
    expect((await order(3000, "one-order")).body.code).toBe("idempotency-key-reused");
    const many = await Promise.all(Array.from({ length: 10 }, () => order(2500, "ten-at-once")));
    expect(new Set(many.map(({ body }) => body.id)).size).toBe(1);
    expect(new Set(many.map(({ body }) => body.redirectUrl)).size).toBe(1);
    expect(await sandboxPaymentModel(api.connection).countDocuments({ amountMinor: 2500 })).toBe(1);
  });

  it("keeps to the site's limits", async () => {
    const options = await api.call("GET", "/me/top-up-options", { token: resident });
    expect(options.body).toEqual({
      currency: "CNY",
      minMinor: 1000,
      maxMinor: 20_000,
      suggestedMinor: [2000, 5000, 10_000],
      isSandbox: true,
    });
    for (const amount of [999, 20_001, 0, -5000, 10.5, "5000", null, 1e300, { $gt: 0 }, [5000]])
      expect((await order(amount)).body.code, JSON.stringify(amount)).toBe("amount-invalid");
    for (const amount of [1000, 20_000]) expect((await order(amount)).status).toBe(201);
  });

  it("may fail, expire, and still be paid late", async () => {
    const before = await ledgerMinor();
    const failed = (await order()).body;
    await click(failed.id, "fail");
    expect((await mine(failed.id)).state).toBe("failed");

    const late = (await order()).body;
    api.clock.advance(61 * 60_000);
    await sweepSandbox(api.deps);
    resident = await api.tokenFor("resident", { siteIds: [site.siteId], householdId: room.householdId });
    expect((await mine(late.id)).state).toBe("expired");
    expect((await click(late.id, "late")).body).toMatch(/on its way/);
    expect((await mine(late.id)).state).toBe("expired");
    api.clock.advance(2 * 60_000);
    await sweepSandbox(api.deps);
    expect((await mine(late.id)).state).toBe("credited");
    expect(await ledgerMinor()).toBe(before + 5000);
  });

  it("is credited once by 30 webhooks at once, in whatever order with others", async () => {
    const before = await ledgerMinor();
    const { id } = (await order()).body;
    const paid = await message(id);
    const words = [
      ...Array.from({ length: 30 }, () => paid),
      await message(id, { status: "failed" }),
      await message(id, { status: "expired" }),
      await message(id),
    ];
    const answers = await Promise.all(words.map((word) => webhook(word)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await ledgerMinor()).toBe(before + 5000);
    expect(await journalModel(api.connection).countDocuments({ "details.topUpId": id })).toBe(1);
    expect((await mine(id)).state).toBe("credited");
  });

  it("of another amount or currency is not credited, and a person is told until it is resolved", async () => {
    const before = await ledgerMinor();
    const { id } = (await order()).body;
    await webhook(await message(id, { amountMinor: 4999 }));
    await webhook(await message(id, { currency: "EUR" }));
    expect((await mine(id)).state).toBe("mismatched");
    expect(await ledgerMinor()).toBe(before);
    expect(await alarms("amount-differs")).toHaveLength(1);
    const body = { reason: "Paid back at the provider" };
    const resolved = await api.call("POST", `/top-ups/${id}/resolve`, { token: site.manager, body });
    expect(resolved.body).toMatchObject({
      resolution: body.reason,
      oddPayments: [expect.any(String), expect.any(String)],
    });
    expect(await alarms("amount-differs")).toHaveLength(0);
  });

  it("taken back by the payer's bank waits for a person, and takes the credit once one approves", async () => {
    const before = await ledgerMinor();
    const { id } = (await order()).body;
    await click(id, "pay");
    for (let times = 0; times < 3; times += 1) await webhook(await message(id, { status: "disputed" }));
    expect((await mine(id)).state).toBe("disputed");
    expect(await ledgerMinor()).toBe(before + 5000);
    expect(await alarms("disputed")).toHaveLength(1);
    const shown = await api.call<{ adjustmentId: string; state: string }>("GET", `/top-ups/${id}`, {
      token: site.manager,
    });
    const approved = await api.call("POST", `/adjustments/${shown.body.adjustmentId}/approve`, {
      token: site.manager,
      idempotencyKey: `approve-${id}`,
    });
    expect(approved.body).toMatchObject({ state: "posted", amountMinor: -5000 });
    expect(await ledgerMinor()).toBe(before);
  });

  it("cannot be voided at the desk, which never had its money", async () => {
    const { id } = (await order()).body;
    await click(id, "pay");
    const { purchaseId } = await mine(id);
    const answer = await api.call("POST", `/purchases/${purchaseId}/void`, {
      token: site.manager,
      idempotencyKey: `void-${id}`,
      body: { reason: "Mistake" },
    });
    expect(answer.body.code).toBe("void-window-over");
  });

  it("for a household that has closed meanwhile is kept, and a person is told", async () => {
    const other = site.rooms[2] as TestRoom;
    const token = await api.tokenFor("resident", { siteIds: [site.siteId], householdId: other.householdId });
    const { id } = (await order(5000, "closing", token)).body;
    await householdModel(api.connection).updateOne({ _id: other.householdId }, { status: "closed" });
    await click(id, "pay");
    const shown = await api.call("GET", `/top-ups/${id}`, { token: site.manager });
    expect(shown.body).toMatchObject({
      state: "paid",
      problem: { code: "household-closed" },
      purchaseId: null,
    });
    expect(await alarms("not-credited")).toHaveLength(1);
    expect((await order(5000, "too-late", token)).body.code).toBe("household-closed");
  });

  it("of which nobody knows the order is remembered, and found once the order is there", async () => {
    const { id } = (await order()).body;
    const paymentId = await paymentOf(id);
    const known = await topUpModel(api.connection).findById(id).lean();
    // As if the provider's answer had never come back to us.
    await topUpModel(api.connection).updateOne({ _id: id }, { $set: { paymentId: null, references: [] } });
    const paid = await message(id, { topUpId: null });
    for (let times = 0; times < 2; times += 1) expect((await webhook(paid)).status).toBe(204);
    const strays = await api.call<{ id: string; topUpId: string | null }[]>("GET", "/stray-payments", {
      token: site.manager,
    });
    expect(strays.body).toMatchObject([{ paymentIds: [paymentId], status: "paid", topUpId: null }]);
    expect(await alarms("order-unknown")).toHaveLength(1);
    await topUpModel(api.connection).updateOne({ _id: id }, { $set: { paymentId: known?.paymentId } });
    await webhook(await message(id, { status: "pending" }));
    expect((await mine(id)).state).toBe("credited");
    const [stray] = (
      await api.call<{ id: string; topUpId: string | null }[]>("GET", "/stray-payments", {
        token: site.manager,
      })
    ).body;
    expect(stray?.topUpId).toBe(id);
    const body = { reason: "It was the top-up's" };
    await api.call("POST", `/stray-payments/${stray?.id}/resolve`, { token: site.manager, body });
    expect(await alarms("order-unknown")).toHaveLength(0);
  });

  it("is asked for when no word comes, less and less often", async () => {
    const { id } = (await order()).body;
    // Paid, and every message lost.
    await sandboxPaymentModel(api.connection).updateOne({ topUpId: id }, { $set: { state: "paid" } });
    const [poll] = paymentSchedules.map((schedule) => scheduleRunner(api.deps, schedule));
    await poll?.();
    api.clock.advance(59_000);
    await poll?.();
    expect((await mine(id)).state).toBe("pending");
    api.clock.advance(61_000);
    expect(await poll?.()).toBe(true);
    expect((await mine(id)).state).toBe("credited");
    expect([0, 1, 2, 3, 10, 1000].map((polls) => pollPauseMs(polls) / 60_000)).toEqual([
      1, 2, 4, 8, 360, 360,
    ]);
  });
});

describe("a webhook", () => {
  it("without a valid signature changes nothing and says nothing", async () => {
    const { id } = (await order()).body;
    const paid = await message(id);
    const body = JSON.stringify(paid);
    const path = `/payment-webhooks/${site.siteId}/sandbox`;
    const forged = signMessage(Buffer.from(body), "guessed secret", api.clock.now());
    const old = signMessage(
      Buffer.from(body),
      sandboxSecret(api.deps.secrets.sealingSecret, site.siteId),
      new Date(api.clock.now().getTime() - 301_000),
    );
    const headers = ["", "t=1", forged, old, `${forged},${old}`, "x".repeat(5000)];
    for (const signature of headers)
      expect(
        await api.call("POST", path, { body, headers: { "sandbox-signature": signature } }),
        signature.slice(0, 80),
      ).toMatchObject({ status: 400, body: { code: "webhook-untrusted" } });
    expect((await webhook(paid, sandboxSecret(api.deps.secrets.sealingSecret, "another site"))).status).toBe(
      400,
    );
    expect((await mine(id)).state).toBe("pending");
  });

  it("that is signed but makes no sense is refused, never a failure of the server", async () => {
    const { id } = (await order()).body;
    const paid = await message(id);
    const bad = [
      { ...paid, amountMinor: -1 },
      { ...paid, amountMinor: 1.5 },
      { ...paid, status: "credited" },
      { ...paid, topUpId: { $ne: null } },
      { ...paid, currency: "" },
      { ...paid, at: "yesterday" },
      [],
      {},
      null,
    ];
    for (const word of bad)
      expect(await webhook(word as object), JSON.stringify(word)).toMatchObject({
        status: 400,
        body: { code: "invalid-body" },
      });
    expect((await mine(id)).state).toBe("pending");
  });

  it("for a site or provider that is not there finds nothing", async () => {
    for (const path of [
      "/payment-webhooks/none/sandbox",
      `/payment-webhooks/${site.siteId}/stripe`,
      `/payment-webhooks/${site.siteId}/__proto__`,
    ])
      expect((await api.call("POST", path, { body: "{}" })).status, path).toBe(404);
    expect(
      (await api.call("POST", `/payment-webhooks/${site.siteId}/sandbox`, { body: "x".repeat(600_000) }))
        .status,
    ).toBe(413);
  });
});

describe("payments of a site", () => {
  it("are seen by its staff and by no other", async () => {
    const { body } = await api.call<{ id: string; state: string }[]>(
      "GET",
      `/top-ups?filter=${encodeURIComponent(JSON.stringify({ state: ["credited"] }))}`,
      { token: site.manager },
    );
    expect(body.length).toBeGreaterThan(2);
    expect(new Set(body.map(({ state }) => state))).toEqual(new Set(["credited"]));
    const foreign = await api.tokenFor("property-manager", { siteIds: ["another"] });
    expect((await api.call<unknown[]>("GET", "/top-ups", { token: foreign })).body).toEqual([]);
    expect((await api.call("GET", `/top-ups/${body[0]?.id}`, { token: foreign })).status).toBe(404);
    const neighbour = await api.tokenFor("resident", {
      siteIds: [site.siteId],
      householdId: site.rooms[1]?.householdId ?? "",
    });
    expect((await api.call("GET", `/me/top-ups/${body[0]?.id}`, { token: neighbour })).status).toBe(404);
    expect((await api.call<unknown[]>("GET", "/me/top-ups", { token: neighbour })).body).toEqual([]);
  });

  it("leave a ledger that adds up", async () => {
    expect((await verifyLedger(api.connection)).findings).toEqual([]);
  });
});
