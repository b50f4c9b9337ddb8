import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { householdAccount } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { finishClosings } from "./close-shift.ts";
import { withinShift } from "./shift-entry.ts";
import { storedTills } from "./till-books.ts";
import { tillShiftModel } from "./till-shift.model.ts";

interface Takings {
  cash: number;
  card: number;
  transfer: number;
}
interface Shift {
  id: string;
  number: number;
  state: string;
  movements: unknown[];
  expected: Takings;
  counted: Takings | null;
  difference: Takings | null;
  closedBy: { name: string } | null;
}
interface Purchase {
  id: string;
  shiftId?: string;
  code?: string;
}

const NOTHING: Takings = { cash: 0, card: 0, transfer: 0 };

let api: TestApi;
let site: TestSite;
let stranger: string;
let room: TestRoom;
let keys = 0;
const newKey = () => `till-key-${++keys}`;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  room = site.rooms[0] as TestRoom;
  const other = await addTestSite(api, { rooms: 1 });
  stranger = await api.tokenFor("property-manager", { siteIds: [other.siteId] });
});
afterAll(() => api.stop());

const seller = () => api.tokenFor("property-manager", { siteIds: [site.siteId] });
const newTill = async () =>
  (await site.add<{ id: string }>("/tills", { siteId: site.siteId, name: newKey() })).id;
const post = <Body = Shift>(token: string, path: string, body: unknown, key = newKey()) =>
  api.call<Body>("POST", path, { token, body, idempotencyKey: key });
const open = (token: string, tillId: string, floatMinor = 10_000, key = newKey()) =>
  post(token, `/tills/${tillId}/shifts`, { floatMinor }, key);
const sell = (token: string, amountMinor: number, method = "cash", key = newKey()) =>
  post<Purchase>(token, "/purchases", { householdId: room.householdId, amountMinor, method }, key);
const voidIt = (token: string, id: string) =>
  post<Purchase>(token, `/purchases/${id}/void`, { reason: "slip" });
const move = (token: string, id: string, kind: string, amountMinor: number, key = newKey()) =>
  post(token, `/till-shifts/${id}/movements`, { kind, amountMinor, reason: "to the bank" }, key);
const close = (token: string, id: string, counted: Takings, key = newKey()) =>
  post(token, `/till-shifts/${id}/close`, { counted, note: "" }, key);
const shown = async (id: string) =>
  (await api.call<Shift>("GET", `/till-shifts/${id}`, { token: site.manager })).body;

async function started() {
  const token = await seller();
  const { body } = await open(token, await newTill());
  return { token, id: body.id };
}

describe("a shift", () => {
  it("runs from its float over sales, a void and cash movements to a count and its difference", async () => {
    const token = await seller();
    const till = await newTill();
    const opened = await open(token, till, 20_000);
    expect(opened).toMatchObject({ status: 201, body: { number: 1, state: "open", floatMinor: 20_000 } });
    const { id } = opened.body;
    const cash = await sell(token, 5000);
    expect(cash).toMatchObject({ status: 201, body: { shiftId: id } });
    await sell(token, 700);
    await sell(token, 1200, "card");
    await sell(token, 300, "transfer");
    expect((await voidIt(token, cash.body.id)).status).toBe(201);
    await move(token, id, "cash-in", 400);
    await move(token, id, "cash-out", 1000);
    const expected = { cash: 20_000 + 700 + 400 - 1000, card: 1200, transfer: 300 };
    expect(await shown(id)).toMatchObject({
      state: "open",
      expected,
      counted: null,
      difference: null,
      totals: {
        cash: { sales: 2, salesMinor: 5700, voids: 1, voidsMinor: 5000 },
        card: { sales: 1, salesMinor: 1200, voids: 0, voidsMinor: 0 },
        transfer: { sales: 1, salesMinor: 300, voids: 0, voidsMinor: 0 },
      },
    });
    const counted = { ...expected, cash: expected.cash - 150 };
    const closed = await close(token, id, counted);
    expect(closed).toMatchObject({
      status: 201,
      body: { state: "closed", expected, counted, difference: { cash: -150, card: 0, transfer: 0 } },
    });
    expect(await shown(id)).toEqual(closed.body);
    expect((await open(token, till)).body.number).toBe(2);
  });

  it("leaves one audit row for each step", async () => {
    const { token, id } = await started();
    const key = newKey();
    await move(token, id, "cash-in", 100, key);
    await move(token, id, "cash-in", 100, key);
    await close(token, id, NOTHING);
    const filter = encodeURIComponent(JSON.stringify({ resource: "till-shifts", resourceId: id }));
    const path = `/audit?filter=${filter}&sort=${encodeURIComponent('["at","ASC"]')}`;
    const { body } = await api.call<{ action: string; reason: string | null }[]>("GET", path, {
      token: site.administrator,
    });
    expect(body.map(({ action }) => action).sort()).toEqual([
      "till-shifts.cash-in",
      "till-shifts.close",
      "till-shifts.open",
    ]);
    expect(body.find(({ action }) => action === "till-shifts.cash-in")?.reason).toBe("to the bank");
  });

  it("is one per till and one per person", async () => {
    const [ann, bob] = [await seller(), await seller()];
    const [first, second] = [await newTill(), await newTill()];
    const opened = await open(ann, first);
    expect(await open(bob, first)).toMatchObject({ status: 409, body: { code: "till-in-use" } });
    expect(await open(ann, second)).toMatchObject({ status: 409, body: { code: "shift-open-already" } });
    expect(await open(ann, first)).toMatchObject({ status: 409, body: { code: "shift-open-already" } });
    await close(ann, opened.body.id, { cash: 10_000, card: 0, transfer: 0 });
    expect((await open(bob, first)).status).toBe(201);
  });

  it("opened thirty times at once under one key is one, and under thirty keys by two persons is one", async () => {
    const till = await newTill();
    const [ann, bob] = [await seller(), await seller()];
    const key = newKey();
    const same = await Promise.all(Array.from({ length: 30 }, () => open(ann, till, 500, key)));
    expect(new Set(same.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect(same[0]?.status).toBe(201);
    const contested = await newTill();
    const cleo = await seller();
    const many = await Promise.all(
      Array.from({ length: 30 }, (_, index) => open(index % 2 ? bob : cleo, contested)),
    );
    expect(many.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(many.filter(({ status }) => status === 409)).toHaveLength(29);
  });

  it("takes nothing more once it is closed, and stays as it was counted", async () => {
    const { token, id } = await started();
    const sale = await sell(token, 100);
    const counted = { cash: 10_100, card: 0, transfer: 0 };
    const key = newKey();
    const closed = await close(token, id, counted, key);
    expect((await close(token, id, counted, key)).body).toEqual(closed.body);
    expect(await close(token, id, NOTHING, key)).toMatchObject({ status: 422 });
    expect(await close(token, id, counted)).toMatchObject({ status: 409, body: { code: "shift-closed" } });
    expect(await move(token, id, "cash-in", 1)).toMatchObject({
      status: 409,
      body: { code: "shift-closed" },
    });
    expect(await voidIt(token, sale.body.id)).toMatchObject({
      status: 409,
      body: { code: "void-window-over" },
    });
    expect((await sell(token, 100)).body.shiftId).toBeUndefined();
    expect(await shown(id)).toEqual(closed.body);
  });

  it("gives out no more cash than there is", async () => {
    const { token, id } = await started();
    await sell(token, 500, "card");
    expect(await move(token, id, "cash-out", 10_001)).toMatchObject({ body: { code: "not-enough-cash" } });
    expect((await move(token, id, "cash-out", 10_000)).body.expected.cash).toBe(0);
  });

  it("moves cash once under one key", async () => {
    const { token, id } = await started();
    const key = newKey();
    const all = await Promise.all(Array.from({ length: 10 }, () => move(token, id, "cash-in", 50, key)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([201]));
    expect((await shown(id)).movements).toHaveLength(1);
    expect(await move(token, id, "cash-in", 51, key)).toMatchObject({ status: 422 });
  });

  it("can be closed by a colleague, who is named", async () => {
    const { id } = await started();
    const closed = await close(site.administrator, id, { cash: 10_000, card: 0, transfer: 0 });
    expect(closed.body.closedBy?.name).toBe("Test administrator");
  });

  it("of another site does not exist, and a retired till opens for nobody", async () => {
    const { id } = await started();
    const till = await newTill();
    for (const answer of [
      await api.call("GET", `/till-shifts/${id}`, { token: stranger }),
      await open(stranger, till),
      await close(stranger, id, NOTHING),
      await move(stranger, id, "cash-in", 1),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
    await api.call("PATCH", `/tills/${till}`, { token: site.administrator, body: { isRetired: true } });
    expect(await open(await seller(), till)).toMatchObject({ status: 409, body: { code: "till-retired" } });
  });
});

describe("a site that requires tills", () => {
  it("sells to nobody without an open shift, and says so again under the same key", async () => {
    const strict = await addTestSite(api, { rooms: 1 });
    const body = { tillsRequired: true };
    const patched = await api.call("PATCH", `/sites/${strict.siteId}`, { token: strict.administrator, body });
    expect(patched).toMatchObject({ status: 200, body });
    const sale = { householdId: strict.rooms[0]?.householdId, amountMinor: 100, method: "cash" };
    const key = newKey();
    const refused = await post<Purchase>(strict.manager, "/purchases", sale, key);
    expect(refused).toMatchObject({ status: 409, body: { code: "no-open-shift" } });
    const till = await strict.add<{ id: string }>("/tills", { siteId: strict.siteId, name: "Desk" });
    await open(strict.manager, till.id);
    expect(await post(strict.manager, "/purchases", sale, key)).toMatchObject({ status: 409 });
    expect((await post(strict.manager, "/purchases", sale)).status).toBe(201);
  });
});

describe("a posting under way when the shift is closed", () => {
  const entriesOf = (id: string) =>
    journalModel(api.connection).countDocuments({ siteId: site.siteId, "details.shiftId": id });

  it("is counted when the journal has it", async () => {
    const { token, id } = await started();
    const [sales, closed] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => sell(token, 100))),
      close(token, id, NOTHING),
    ]);
    const within = sales.filter(({ body }) => body.shiftId === id).length;
    expect(await entriesOf(id)).toBe(within);
    expect(closed.body.expected.cash).toBe(10_000 + within * 100);
    expect(await shown(id)).toEqual(closed.body);
  });

  it("can never be posted behind its back when the journal has it not", async () => {
    const { token, id } = await started();
    const person = (await tillShiftModel(api.connection).findById(id).lean())?.person;
    const request = {
      by: { id: person?.id ?? "", name: "" },
      idempotencyKey: newKey(),
      requestHash: "slow",
      now: api.clock.now(),
    };
    let goOn: () => void = () => {};
    let isIn: () => void = () => {};
    const named = new Promise<void>((resolve) => (isIn = resolve));
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const account = householdAccount(room.householdId);
    const choice = { siteId: site.siteId, personId: request.by.id };
    const slow = withinShift(
      storedTills(api.connection),
      choice,
      room.householdId,
      request,
      async (shiftId) => {
        isIn();
        await held;
        return ledgerOf(api.connection).post({
          siteId: site.siteId,
          householdId: room.householdId,
          refSpace: "request",
          ref: request.idempotencyKey,
          requestHash: request.requestHash,
          decide: () => ({
            accept: {
              kind: "purchase",
              at: request.now,
              by: request.by,
              note: "",
              postings: [
                { account, commodity: "CNY", amount: 100 },
                { account: `till-cash:${site.siteId}`, commodity: "CNY", amount: -100 },
              ],
              details: { method: "cash", shiftId: shiftId ?? "" },
            },
          }),
        });
      },
    );
    await named;
    const closed = await close(token, id, { cash: 10_000, card: 0, transfer: 0 });
    expect(closed.body).toMatchObject({ state: "closed", difference: NOTHING });
    goOn();
    await expect(slow).rejects.toMatchObject({ code: "shift-closed" });
    expect(await entriesOf(id)).toBe(0);
  });

  it("cut off by a crash between count and close is finished by the next process", async () => {
    const { token, id } = await started();
    await sell(token, 250);
    const shifts = tillShiftModel(api.connection);
    const count = {
      counted: { cash: 10_250, card: 0, transfer: 0 },
      note: "",
      at: api.clock.now(),
      by: { id: "u", name: "Gone" },
      key: newKey(),
      requestHash: "hash",
    };
    await shifts.updateOne({ _id: id }, { $set: { state: "closing", count } });
    expect((await sell(token, 100)).body.shiftId).toBeUndefined();
    await finishClosings(storedTills(api.connection), api.deps);
    expect(await shown(id)).toMatchObject({ state: "closed", difference: NOTHING });
  });
});

it("leaves a ledger that adds up", async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
});
