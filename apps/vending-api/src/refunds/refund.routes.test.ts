import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditModel } from "../audit/audit.model.ts";
import { cardLoadModel } from "../cards/card-load.model.ts";
import type { Problem } from "../http/problem.ts";
import { runNextJob } from "../jobs/run-job.ts";
import { balancedPostings } from "../ledger/entry.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { commandModel } from "../network/command.model.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { userModel } from "../users/user.model.ts";
import { refundJob } from "./refund-job.ts";
import { retryWithdrawals } from "./refunds.ts";

interface Household {
  status: string;
  circuitIds: string[];
  closedAt?: string;
}
interface Preview {
  totalMinor: number;
  needsSecondPerson: boolean;
  households: { refundMinor: number; debtMinor: number; problems: { code: string }[] }[];
}
interface Withdrawal {
  householdId: string;
  phase: string;
  readings: { circuitId: string; state: string; registerWh: number | null; typedBy: string | null }[];
  result: {
    refundMinor: number;
    remainderNano: number;
    forgivenNano: number;
    debtMinor: number;
    keptInMeterMinor: number;
    expired: { commodity: string; amount: number }[];
  } | null;
}
interface Refund {
  id: string;
  state: string;
  jobId: string | null;
  needsSecondPerson: boolean;
  withdrawals: Withdrawal[];
}
interface Job {
  id: string;
  state: string;
  done: number;
  failed: number;
}
interface JobItem {
  itemId: string;
  state: string;
  problem: { code: string } | null;
}
interface Entry {
  kind: string;
  amountMinor: number;
  balanceAfterMinor: number;
}
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

let api: TestApi;
let site: TestSite;
let chief: string;
let other: string;
let keys = 0;
let rooms = 0;
const nextKey = () => `refund-test-${++keys}`;
/** 1 Wh at the flat tariff of the test site is 548,300 × 10⁻⁹ of the major unit. */
const NANO_PER_WH = 548_300;
const NANO_PER_MINOR = 10_000_000;

/** Many rooms, made through the API. */
const SETUP_LIMIT_MS = 120_000;
beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 15 });
}, SETUP_LIMIT_MS);
/** Time passes, and tokens are short-lived. */
beforeEach(async () => {
  const reach = { siteIds: [site.siteId] };
  site.manager = await api.tokenFor("property-manager", reach);
  site.administrator = await api.tokenFor("administrator", reach);
  chief = await api.tokenFor("campus-admin", reach);
  other = await api.tokenFor("property-manager", reach);
});
afterAll(() => api.stop());

const nextRoom = () => site.rooms[rooms++] as TestRoom;
const get = async <Body>(path: string, token = site.manager) =>
  (await api.call<Body>("GET", path, { token })).body;
const post = <Body = Problem>(path: string, body: unknown, token = site.manager, key = nextKey()) =>
  api.call<Body>("POST", path, { token, body, idempotencyKey: key });
const sell = async ({ householdId }: TestRoom, amountMinor: number) =>
  expect((await post("/purchases", { householdId, amountMinor, method: "cash" })).status).toBe(201);
const read = ({ circuitId }: TestRoom, energyWh: number, agoMs = 0) =>
  site.uplink([sampleItem(circuitId, new Date(api.clock.now().getTime() - agoMs), energyWh)]);
const HOUR_MS = 3_600_000;
const grant = ({ householdId }: TestRoom, commodity: string, amount: number) => {
  const { siteId } = site;
  const at = api.clock.now();
  const ref = `${householdId}:${commodity}`;
  return ledgerOf(api.connection).post({
    siteId,
    householdId,
    refSpace: "grant",
    ref,
    requestHash: ref,
    decide: () => ({
      accept: {
        kind: "grant",
        at,
        by: { id: "grants", name: "Grants" },
        note: "",
        postings: balancedPostings("grant", { siteId, householdId, commodity, amount }),
        details: { lots: [{ grantId: ref, commodity, remaining: amount, expiresAt: null }] },
      },
    }),
  });
};
const propose = async (households: TestRoom[], token = site.manager) => {
  const householdIds = households.map(({ householdId }) => householdId);
  const { status, body } = await post<Refund>("/refunds", { householdIds, reason: "Graduated" }, token);
  expect(status).toBe(201);
  return body;
};
const approve = (id: string, token = chief, key?: string) =>
  post<Job>(`/refunds/${id}/approve`, undefined, token, key);
const refundOf = (id: string) => get<Refund>(`/refunds/${id}`);
const jobOf = async (id: string) => get<Job>(`/jobs/${(await refundOf(id)).jobId}`);
const itemsOf = async (id: string) => get<JobItem[]>(`/jobs/${(await refundOf(id)).jobId}/items`);
const ledgerRows = async ({ householdId }: TestRoom) =>
  (await get<Entry[]>(`/households/${householdId}/ledger`)).reverse();
const run = () => runNextJob(api.deps, [refundJob]);
/** The meters answer what the first run asked for. */
const settle = async (answers: [TestRoom, number][]) => {
  await run();
  api.clock.advance(10_000);
  for (const [room, energyWh] of answers) await read(room, energyWh);
  await run();
};
const moneyOf = (rows: Entry[]) => rows.map(({ kind, amountMinor }) => [kind, amountMinor]);
const expectBooksToHold = async () =>
  expect(await verifyLedger(api.connection)).toMatchObject({ findings: [] });

describe("a preview", () => {
  it("shows what each household would get, and changes nothing", async () => {
    const room = nextRoom();
    await sell(room, 5000);
    await grant(room, "CNY", 300);
    await read(room, 100, HOUR_MS);
    await read(room, 1100);
    const wish = { householdIds: [room.householdId], reason: "Graduated", dryRun: true };
    const { status, body } = await post<Preview>("/refunds", wish);
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
    expect(await get<Household>(`/households/${room.householdId}`)).toMatchObject({ status: "open" });
    expect(await ledgerRows(room)).toHaveLength(2);
  });

  it("is for households of one site that the caller sees", async () => {
    const foreign = await addTestSite(api, { rooms: 1 });
    const ids = [site.rooms[0]?.householdId, foreign.rooms[0]?.householdId];
    const everywhere = await api.tokenFor("administrator");
    for (const token of [site.manager, everywhere])
      expect(await post("/refunds", { householdIds: ids, reason: "x", dryRun: true }, token)).toMatchObject({
        status: 422,
        body: { code: "reference-unknown" },
      });
    const maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    expect((await post("/refunds", { householdIds: ids, reason: "x" }, maintenance)).status).toBe(403);
  });
});

describe("approval", () => {
  it("needs another person above the site's limit, and starts one job", async () => {
    const room = nextRoom();
    await sell(room, 100);
    const { id } = await propose([room]);
    expect((await approve(id, site.manager)).body).toMatchObject({ code: "second-person-needed" });
    const key = nextKey();
    const [first, again] = [await approve(id, chief, key), await approve(id, chief, key)];
    expect(first.status).toBe(202);
    expect(again.body.id).toBe(first.body.id);
    expect((await approve(id, other)).body).toMatchObject({ code: "wrong-state" });
    await settle([[room, 5]]);
    expect(await jobOf(id)).toMatchObject({ state: "done", done: 1 });
  });

  it("may be given by who proposed it up to the limit", async () => {
    const withdrawal = { secondPersonAboveMinor: 100, circuits: "keep" };
    const small = await addTestSite(api, { rooms: 1 });
    const [room] = small.rooms as [TestRoom];
    await api.call("PATCH", `/sites/${small.siteId}`, { token: small.administrator, body: { withdrawal } });
    await post(
      "/purchases",
      { householdId: room.householdId, amountMinor: 100, method: "cash" },
      small.manager,
    );
    const wish = { householdIds: [room.householdId], reason: "Left" };
    const { body } = await post<Refund>("/refunds", wish, small.manager);
    expect(body.needsSecondPerson).toBe(false);
    expect((await approve(body.id, small.manager)).status).toBe(202);
    await run();
    api.clock.advance(10_000);
    await small.uplink([sampleItem(room.circuitId, api.clock.now(), 7)]);
    await run();
    const [item] = await get<JobItem[]>(
      `/jobs/${(await get<Refund>(`/refunds/${body.id}`, small.manager)).jobId}/items`,
      small.manager,
    );
    expect(item).toMatchObject({ state: "done" });
    expect(
      await commandModel(api.connection).countDocuments({ circuitId: room.circuitId, action: "open" }),
    ).toBe(0);
  });

  it("can be refused, once", async () => {
    const { id } = await propose([nextRoom()]);
    const rejected = await post<Refund>(`/refunds/${id}/reject`, { reason: "Not yet" }, site.manager);
    expect(rejected).toMatchObject({ status: 200, body: { state: "rejected", decisionReason: "Not yet" } });
    expect((await approve(id)).body).toMatchObject({ code: "wrong-state" });
  });

  it("covers what it showed: a household that has bought since is not paid more", async () => {
    const room = nextRoom();
    await sell(room, 100);
    const { id } = await propose([room]);
    await sell(room, 1);
    await approve(id);
    await settle([[room, 5]]);
    expect(await itemsOf(id)).toMatchObject([{ state: "failed", problem: { code: "refund-grown" } }]);
    expect(await get<Household>(`/households/${room.householdId}`)).toMatchObject({
      status: "open",
      circuitIds: [room.circuitId],
    });
    const again = await propose([room]);
    await approve(again.id);
    await settle([[room, 5]]);
    expect((await refundOf(again.id)).withdrawals[0]?.result?.refundMinor).toBe(101);
  });
});

describe("a withdrawal", () => {
  it("settles use to a fresh reading, lets grants expire, pays the rest and closes everything", async () => {
    const room = nextRoom();
    await read(room, 1000, HOUR_MS);
    await sell(room, 5000);
    await grant(room, "CNY", 20);
    await grant(room, "Wh", 400);
    const resident = await api.tokenFor("resident", {
      siteIds: [site.siteId],
      householdId: room.householdId,
    });
    await read(room, 1300, 120_000);
    const { id } = await propose([room]);
    await approve(id);
    await run();
    // Asked, and not answered: nothing has happened yet.
    expect((await refundOf(id)).withdrawals).toMatchObject([
      { phase: "reading", readings: [{ state: "asked" }] },
    ]);
    expect(await commandModel(api.connection).find({ circuitId: room.circuitId }).lean()).toMatchObject([
      { action: "read", state: "queued" },
    ]);
    api.clock.advance(10_000);
    await read(room, 1502);
    await run();

    // 502 Wh, 400 of them free: 102 × 548,300 = 55,926,600 nano = 5 minor, carry 5,926,600. The 5 come out of the granted 20.
    expect(moneyOf(await ledgerRows(room))).toEqual([
      ["purchase", 5000],
      ["grant", 20],
      ["grant", 400],
      ["usage", -5],
      ["grant-expiry", -15],
      ["refund", -4999],
      ["closing", -1],
    ]);
    const [row] = (await refundOf(id)).withdrawals;
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
    expect(await get<Household>(`/households/${room.householdId}`)).toMatchObject({
      status: "closed",
      circuitIds: [],
    });
    expect(await get(`/units/${room.unitId}`)).toMatchObject({ householdId: null });
    expect(
      (await post("/purchases", { householdId: room.householdId, amountMinor: 1, method: "cash" })).body,
    ).toMatchObject({ code: "household-closed" });
    expect((await api.call("GET", "/me", { token: resident })).status).toBe(401);
    expect(await userModel(api.connection).findOne({ householdId: room.householdId }).lean()).toMatchObject({
      status: "disabled",
    });
    const [open] = await commandModel(api.connection)
      .find({ circuitId: room.circuitId, action: "open" })
      .lean();
    expect(open).toMatchObject({ householdId: null, reason: "Graduated" });
    expect(
      await auditModel(api.connection).countDocuments({
        action: "households.close",
        resourceId: room.householdId,
      }),
    ).toBe(1);
    await expectBooksToHold();
  });

  it("charges nobody for what is used afterwards, and a new household can open in the room", async () => {
    const room = site.rooms[rooms - 1] as TestRoom;
    api.clock.advance(60_000);
    await read(room, 1600);
    expect(await ledgerRows(room)).toHaveLength(7);
    const next = await site.add<{ id: string }>("/households", {
      unitId: room.unitId,
      name: "Next",
      tariffId: site.tariffId,
    });
    await api.call("PATCH", `/circuits/${room.circuitId}`, {
      token: site.administrator,
      body: { householdId: next.id },
    });
    api.clock.advance(60_000);
    await read(room, 1610);
    const balance = await get<{ accruedMinor: number }>(`/households/${next.id}/balance`);
    // 10 Wh, not 110: rounded up to one minor unit.
    expect(balance.accruedMinor).toBe(1);
    await expectBooksToHold();
  });

  it("states the whole account, and the sums are nothing in the end", async () => {
    const room = nextRoom();
    await read(room, 0, HOUR_MS);
    await sell(room, 2000);
    const sold = await post<{ id: string }>("/purchases", {
      householdId: room.householdId,
      amountMinor: 700,
      method: "card",
    });
    await post(`/purchases/${sold.body.id}/void`, { reason: "Twice" });
    const { id } = await propose([room]);
    await approve(id);
    await settle([[room, 4]]);
    const statement = await get<Statement>(`/refunds/${id}/statement`);
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
    const [silent, lively] = [nextRoom(), nextRoom()];
    for (const room of [silent, lively]) {
      await read(room, 0);
      await sell(room, 1000);
    }
    const { id } = await propose([silent, lively]);
    await approve(id);
    await settle([[lively, 10]]);
    api.clock.advance(80_000);
    await run();
    expect(await jobOf(id)).toMatchObject({ state: "failed", done: 1, failed: 1 });
    expect(await itemsOf(id)).toMatchObject([
      { itemId: silent.householdId, problem: { code: "reading-missing" } },
      { itemId: lively.householdId, state: "done" },
    ]);

    const typed = { householdId: silent.householdId, circuitId: silent.circuitId, registerWh: 9_999_999 };
    expect(await post(`/refunds/${id}/readings`, typed)).toMatchObject({
      status: 422,
      body: { code: "reading-implausible" },
    });
    const key = nextKey();
    const good = { ...typed, registerWh: 25 };
    expect((await post(`/refunds/${id}/readings`, good, other, key)).status).toBe(201);
    expect((await post(`/refunds/${id}/readings`, good, other, key)).status).toBe(201);
    expect((await post(`/refunds/${id}/readings`, typed, other, key)).body).toMatchObject({
      code: "idempotency-key-reused",
    });
    await run();
    expect(await jobOf(id)).toMatchObject({ state: "done", done: 2, failed: 0 });
    const row = (await refundOf(id)).withdrawals.find(
      ({ householdId }) => householdId === silent.householdId,
    );
    expect(row).toMatchObject({
      phase: "done",
      readings: [{ state: "typed", registerWh: 25, typedBy: "Test property-manager" }],
    });
    // 25 Wh: 13,707,500 nano, one minor unit and a part of the second.
    expect(moneyOf(await ledgerRows(silent))).toEqual([
      ["purchase", 1000],
      ["usage", -1],
      ["refund", -998],
      ["closing", -1],
    ]);
    await expectBooksToHold();
  });

  it("with a debt closes only when a second person accepts that", async () => {
    const room = nextRoom();
    await read(room, 0, HOUR_MS);
    await read(room, 1000);
    const { id } = await propose([room]);
    await approve(id, chief);
    await settle([[room, 1000]]);
    expect(await itemsOf(id)).toMatchObject([{ problem: { code: "household-in-debt" } }]);
    const reason = { reason: "Moved away" };
    expect((await post(`/refunds/${id}/accept-debts`, reason, site.manager)).body).toMatchObject({
      code: "second-person-needed",
    });
    expect((await post(`/refunds/${id}/accept-debts`, reason, chief)).status).toBe(200);
    await run();
    expect(moneyOf(await ledgerRows(room))).toEqual([
      ["usage", -54],
      ["closing", 54],
    ]);
    expect((await refundOf(id)).withdrawals[0]?.result).toMatchObject({ refundMinor: 0, debtMinor: 54 });
    await expectBooksToHold();
  });

  it("does not pay out what the meter still holds, and says when it does not know", async () => {
    const room = nextRoom();
    await api.call("PATCH", `/circuits/${room.circuitId}`, {
      token: site.administrator,
      body: { creditPlace: "meter" },
    });
    const sold = await post<{ id: string }>("/purchases", {
      householdId: room.householdId,
      amountMinor: 1000,
      method: "cash",
    });
    const { id } = await propose([room]);
    await approve(id);
    await settle([[room, 0]]);
    expect(await itemsOf(id)).toMatchObject([{ problem: { code: "sale-not-settled" } }]);
    const at = api.clock.now().toISOString();
    await site.uplink([
      { type: "sale-result", result: { saleId: sold.body.id, at, state: "written", isFinal: true } },
      {
        type: "meter-credit",
        report: { circuitId: room.circuitId, at, remainingMinor: 640, purchaseCount: 1 },
      },
    ]);
    await post(`/jobs/${(await refundOf(id)).jobId}/resume`, undefined, chief);
    await run();
    const [row] = (await refundOf(id)).withdrawals;
    expect(row?.result).toMatchObject({ refundMinor: 360, keptInMeterMinor: 640 });
    expect(moneyOf(await ledgerRows(room))).toEqual([
      ["purchase", 1000],
      ["refund", -360],
      ["closing", -640],
    ]);
    await expectBooksToHold();
  });

  it("waits until nobody can take its credit from a card any more", async () => {
    const room = nextRoom();
    await read(room, 0);
    await sell(room, 500);
    const { siteId, _id } = await cardLoadModel(api.deps.connection).create({
      _id: `load-of-${room.householdId}`,
      siteId: site.siteId,
      householdId: room.householdId,
      circuitId: room.circuitId,
      count: 1,
      amountMinor: 500,
      state: "carried",
    });
    const { id } = await propose([room]);
    await approve(id);
    await settle([[room, 0]]);
    expect(await itemsOf(id)).toMatchObject([{ problem: { code: "card-unsettled" } }]);
    expect((await ledgerRows(room)).map(({ kind }) => kind)).toEqual(["purchase"]);
    await cardLoadModel(api.deps.connection).updateOne({ siteId, _id }, { $set: { state: "returned" } });
    await post(`/jobs/${(await refundOf(id)).jobId}/resume`, undefined, chief);
    await run();
    expect(moneyOf(await ledgerRows(room))).toEqual([
      ["purchase", 500],
      ["refund", -500],
      ["closing", 0],
    ]);
    await expectBooksToHold();
  });

  it("belongs to one refund, until that one is given up", async () => {
    const room = nextRoom();
    await read(room, 0);
    await sell(room, 500);
    const first = await propose([room]);
    await approve(first.id);
    await run();
    const second = await propose([room]);
    await approve(second.id);
    const claimed = async (id: string) =>
      (await itemsOf(id)).map(({ state, problem }) => [state, problem?.code]);
    await run();
    expect(await claimed(second.id)).toEqual([["failed", "refund-under-way"]]);
    await post(`/jobs/${(await refundOf(first.id)).jobId}/cancel`, undefined, chief);
    await run();
    api.clock.advance(10_000);
    await run();
    expect(await jobOf(first.id)).toMatchObject({ state: "cancelled" });
    await post(`/jobs/${(await refundOf(second.id)).jobId}/resume`, undefined, chief);
    for (let turn = 0; turn < 3; turn += 1) {
      await run();
      api.clock.advance(10_000);
      await read(room, 3);
    }
    await run();
    expect(await jobOf(second.id)).toMatchObject({ state: "done" });
    await post(`/jobs/${(await refundOf(first.id)).jobId}/resume`, undefined, chief);
    await run();
    expect(await claimed(first.id)).toEqual([["failed", "household-closed"]]);
    expect((await ledgerRows(room)).filter(({ kind }) => kind === "refund")).toHaveLength(1);
    await retryWithdrawals(api.deps);
    await expectBooksToHold();
  });
});
