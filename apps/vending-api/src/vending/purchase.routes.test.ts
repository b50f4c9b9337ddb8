import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";

interface Purchase {
  id: string;
  householdId: string;
  amountMinor: number;
  balanceAfterMinor: number;
  receiptNumber: string;
  ref: string;
  voidedAt?: string;
}
interface LedgerRow {
  seq: number;
  kind: string;
  amountMinor: number;
  balanceAfterMinor: number;
  ref: string;
}

let api: TestApi;
let site: TestSite;
let other: TestSite;
let room: TestRoom;
let keyCount = 0;
const newKey = () => {
  keyCount += 1;
  return `test-key-${keyCount}`;
};

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 4 });
  other = await addTestSite(api, { rooms: 1 });
  room = site.rooms[0] as TestRoom;
});
afterAll(() => api.stop());

const sell = <Body = Purchase>(
  body: unknown,
  { token = site.manager, key = newKey() }: { token?: string; key?: string } = {},
) => api.call<Body>("POST", "/purchases", { token, body, idempotencyKey: key });
const ledgerOf = async (householdId: string) =>
  (await api.call<LedgerRow[]>("GET", `/households/${householdId}/ledger`, { token: site.manager })).body;

describe("POST /purchases", () => {
  it("sells credit, and ledger, balance and answer agree", async () => {
    const { householdId } = room;
    const { status, body } = await sell({ householdId, amountMinor: 5000, method: "cash", note: "March" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      householdId,
      amountMinor: 5000,
      currency: "CNY",
      balanceAfterMinor: 5000,
      delivery: "server",
      cashier: "Test property-manager",
      note: "March",
    });
    const balance = await api.call("GET", `/households/${householdId}/balance`, { token: site.manager });
    expect(balance.body).toMatchObject({
      ledgerMinor: 5000,
      accruedMinor: 0,
      liveMinor: 5000,
      daysLeft: null,
    });
    expect(await ledgerOf(householdId)).toMatchObject([
      { seq: 1, kind: "purchase", amountMinor: 5000, balanceAfterMinor: 5000, ref: body.ref },
    ]);
  });

  it("sent thirty times at once with one key, is one entry and one answer", async () => {
    const { householdId } = site.rooms[1] as TestRoom;
    const key = newKey();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => sell({ householdId, amountMinor: 700, method: "card" }, { key })),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(await ledgerOf(householdId)).toHaveLength(1);
  });

  it("gives the first answer again, and refuses the key for another request", async () => {
    const { householdId } = site.rooms[2] as TestRoom;
    const key = newKey();
    const body = { householdId, amountMinor: 100, method: "cash" };
    const first = await sell(body, { key });
    await sell({ ...body, amountMinor: 50 });
    const again = await sell({ method: "cash", amountMinor: 100, householdId }, { key });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(await sell({ ...body, amountMinor: 101 }, { key })).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
    expect(await ledgerOf(householdId)).toHaveLength(2);
  });

  const sale = () => ({ householdId: room.householdId, amountMinor: 100, method: "cash" });
  it.each([
    {
      why: "an unknown household",
      body: () => ({ ...sale(), householdId: "nobody" }),
      status: 404,
      code: "not-found",
    },
    {
      why: "a negative amount",
      body: () => ({ ...sale(), amountMinor: -100 }),
      status: 400,
      code: "amount-invalid",
    },
    { why: "nothing", body: () => ({ ...sale(), amountMinor: 0 }), status: 400, code: "amount-invalid" },
    {
      why: "a fraction",
      body: () => ({ ...sale(), amountMinor: 10.5 }),
      status: 400,
      code: "amount-invalid",
    },
    {
      why: "text for a number",
      body: () => ({ ...sale(), amountMinor: "100" }),
      status: 400,
      code: "amount-invalid",
    },
    {
      why: "no amount",
      body: () => ({ ...sale(), amountMinor: undefined }),
      status: 400,
      code: "amount-invalid",
    },
    {
      why: "a large amount",
      body: () => ({ ...sale(), amountMinor: 10_000_001 }),
      status: 400,
      code: "amount-too-large",
    },
    {
      why: "an absurd amount",
      body: () => ({ ...sale(), amountMinor: 1e21 }),
      status: 400,
      code: "amount-too-large",
    },
    {
      why: "an unknown method",
      body: () => ({ ...sale(), method: "barter" }),
      status: 400,
      code: "invalid-body",
    },
    { why: "an unknown field", body: () => ({ ...sale(), discount: 5 }), status: 400, code: "invalid-body" },
    { why: "broken JSON", body: () => '{"householdId": ', status: 400, code: "bad-json" },
    { why: "an array", body: () => [], status: 400, code: "invalid-body" },
  ])("refuses $why and changes nothing", async ({ body, status, code }) => {
    const before = await ledgerOf(room.householdId);
    expect(await sell(body())).toMatchObject({ status, body: { code } });
    expect(await ledgerOf(room.householdId)).toEqual(before);
  });

  it("needs a key", async () => {
    const answer = await api.call("POST", "/purchases", { token: site.manager, body: sale() });
    expect(answer).toMatchObject({ status: 400, body: { code: "idempotency-key-missing" } });
  });

  it("does not know a household of another site", async () => {
    const { householdId } = other.rooms[0] as TestRoom;
    expect(await sell({ ...sale(), householdId })).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
  });

  it.each(["maintenance", "resident", "integrator"] as const)("is not for %s", async (role) => {
    const token = await api.tokenFor(role, { siteIds: [site.siteId], householdId: room.householdId });
    expect(await sell(sale(), { token })).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });
});

describe("POST /purchases/:id/void", () => {
  const voidIt = (id: string, key = newKey(), token = site.manager) =>
    api.call<Purchase>("POST", `/purchases/${id}/void`, {
      token,
      body: { reason: "wrong room" },
      idempotencyKey: key,
    });

  it("takes a purchase back once, whoever asks and how often", async () => {
    const { householdId } = site.rooms[3] as TestRoom;
    const { body: purchase } = await sell({ householdId, amountMinor: 900, method: "cash" });
    const key = newKey();
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => voidIt(purchase.id, key)),
      ...Array.from({ length: 5 }, () => voidIt(purchase.id)),
    ]);
    const outcomes = answers.map(({ status, body }) =>
      status === 201 ? "done" : (body as unknown as { code: string }).code,
    );
    const byKey = new Set(outcomes.slice(0, 5));
    expect(byKey.size).toBe(1);
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(byKey.has("done") ? 5 : 1);
    expect(new Set(outcomes)).toEqual(new Set(["done", "already-voided"]));

    const rows = await ledgerOf(householdId);
    expect(rows.map((row) => [row.kind, row.amountMinor, row.balanceAfterMinor])).toEqual([
      ["void", -900, 0],
      ["purchase", 900, 900],
    ]);
    const shown = await api.call<Purchase>("GET", `/purchases/${purchase.id}`, { token: site.manager });
    expect(shown.body).toMatchObject({ voidReason: "wrong room", voidedBy: "Test property-manager" });
  });

  it("comes too late after a shift, and stays refused under its key", async () => {
    const { householdId } = site.rooms[3] as TestRoom;
    const { body: purchase } = await sell({ householdId, amountMinor: 40, method: "cash" });
    api.clock.advance(12 * 3_600_000 + 1);
    const token = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    expect(await voidIt(purchase.id, newKey(), token)).toMatchObject({
      status: 409,
      body: { code: "void-window-over" },
    });
  });

  it("does not know a purchase of another site, nor an entry that is none", async () => {
    const { householdId } = site.rooms[3] as TestRoom;
    const token = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    const stranger = await api.tokenFor("property-manager", { siteIds: [other.siteId] });
    const { body: purchase } = await sell({ householdId, amountMinor: 40, method: "cash" }, { token });
    expect(await voidIt(purchase.id, newKey(), stranger)).toMatchObject({ status: 404 });
    expect(await voidIt("nothing", newKey(), token)).toMatchObject({ status: 404 });
  });
});

describe("receipts", () => {
  it("are the same bytes each time, and only for those who may see them", async () => {
    const manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    const { body: purchase } = await sell(
      { householdId: room.householdId, amountMinor: 40, method: "cash" },
      { token: manager },
    );
    const receipt = async (token: string) => {
      const response = await fetch(`${api.origin}/api/v1/purchases/${purchase.id}/receipt.pdf`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return {
        status: response.status,
        type: response.headers.get("content-type"),
        bytes: Buffer.from(await response.arrayBuffer()),
      };
    };
    const first = await receipt(manager);
    expect(first).toMatchObject({ status: 200, type: "application/pdf" });
    expect(first.bytes.equals((await receipt(manager)).bytes)).toBe(true);
    const reach = { siteIds: [site.siteId] };
    const own = await api.tokenFor("resident", { ...reach, householdId: room.householdId });
    const neighbour = await api.tokenFor("resident", {
      ...reach,
      householdId: site.rooms[1]?.householdId ?? "",
    });
    expect((await receipt(own)).status).toBe(200);
    expect((await receipt(neighbour)).status).toBe(404);
  });
});

describe("prints of a receipt", () => {
  it("are copies from the second on, each with its number, once under one key", async () => {
    const manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
    const sale = { householdId: room.householdId, amountMinor: 40, method: "cash" };
    const { body: purchase } = await sell(sale, { token: manager });
    const print = (idempotencyKey = newKey()) =>
      api.call<{ copy: number }>("POST", `/purchases/${purchase.id}/prints`, {
        token: manager,
        idempotencyKey,
      });
    const receipt = async (copy: number) => {
      const response = await fetch(`${api.origin}/api/v1/purchases/${purchase.id}/receipt.pdf?copy=${copy}`, {
        headers: { authorization: `Bearer ${manager}` },
      });
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    };
    const key = newKey();
    expect((await print(key)).body).toEqual({ copy: 0 });
    expect((await print(key)).body).toEqual({ copy: 0 });
    expect((await receipt(1)).status).toBe(404);
    const copies = await Promise.all([print(), print(), print()]);
    expect(copies.map(({ body }) => body.copy).sort()).toEqual([1, 2, 3]);
    const [original, second] = [await receipt(0), await receipt(2)];
    expect(second.status).toBe(200);
    expect(second.bytes.equals(original.bytes)).toBe(false);
    expect(second.bytes.equals((await receipt(2)).bytes)).toBe(true);
  });
});

it("leaves a ledger that adds up", async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
});
