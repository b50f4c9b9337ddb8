import { localDay } from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grantRunJob } from "../grants/grant-jobs.ts";
import { runNextJob } from "../jobs/run-job.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { sweepDays } from "../network/network-jobs.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestRoom, type TestSite } from "../testing/test-site.ts";
import { dayTotalsModel } from "./day-totals.model.ts";

const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAYS = 4;

interface Entry {
  kind: string;
  at: Date;
  by: { id: string };
  account: string;
  householdId: string;
  postings: { account: string; commodity: string; amount: number }[];
  details: { method?: string; wh?: number; day?: string; amountMinor?: number; freeWh?: number };
}
interface Report<Row, Totals> {
  siteId: string;
  currency: string;
  rows: Row[];
  totals: Totals;
}
interface Sales {
  sales: number;
  salesMinor: number;
  voids: number;
  voidsMinor: number;
  netMinor: number;
}
type SalesRow = Sales & { day?: string; method?: string; cashierId?: string };

let api: TestApi;
let site: TestSite;
let masterId: string;
let from: string;
let to: string;
let keys = 0;
const nextKey = () => `report-test-${++keys}`;

const token = (role: Parameters<TestApi["tokenFor"]>[0], siteIds = [site.siteId]) =>
  api.tokenFor(role, { siteIds });
const post = async <Body>(path: string, body: object, by: string): Promise<Body> => {
  const answer = await api.call<Body>("POST", path, { token: by, body, idempotencyKey: nextKey() });
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const addressOf = (what: string, query: Record<string, string | number>) =>
  `/reports/${what}?${new URLSearchParams({ siteId: site.siteId, ...(what.startsWith("balances") ? {} : { from, to }), ...query })}`;
async function report<Row, Totals>(what: string, query: Record<string, string | number> = {}) {
  const answer = await api.call<Report<Row, Totals>>("GET", addressOf(what, query), {
    token: await token("property-manager"),
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}
const csv = async (what: string, query: Record<string, string | number> = {}) => {
  const by = await token("property-manager");
  const answer = await api.call<string>("GET", addressOf(`${what}.csv`, { bom: "no", ...query }), {
    token: by,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.trimEnd().split("\r\n");
};
const journal = () => journalModel(api.connection).find({ siteId: site.siteId }).lean<Entry[]>();
const dayOf = (at: Date) => localDay(at.getTime(), ZONE);
const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
/** What an entry did to its household, read off its postings. */
const creditOf = ({ account, postings }: Entry) =>
  sum(
    postings.filter((leg) => leg.account === account && leg.commodity === "CNY").map(({ amount }) => amount),
  );

/** Four days: two cashiers sell by every method, one sale is voided, one household runs into debt, a grant is given and used. */
beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 4 });
  const chief = await token("administrator");
  const started = api.clock.now();
  from = dayOf(started);
  to = dayOf(new Date(started.getTime() + (DAYS - 1) * DAY_MS));
  const master = await post<{ id: string }>(
    "/circuits",
    {
      meterId: site.meterId,
      variant: "single-phase",
      unitAddress: 30,
      name: "=Master",
      commissionedAt: started.toISOString(),
    },
    chief,
  );
  masterId = master.id;
  for (const { circuitId } of site.rooms.slice(0, 3))
    await api.call("PATCH", `/circuits/${circuitId}`, { token: chief, body: { feederId: masterId } });
  const policy = await post<{ id: string }>(
    "/grant-policies",
    {
      siteId: site.siteId,
      name: "Free basic electricity",
      audience: { kind: "households", householdIds: [householdOf(0)] },
      gift: { kind: "energy", wh: 1500, per: "household" },
      dayOfMonth: 1,
      carry: { kind: "none" },
      expiry: { kind: "never" },
      validFrom: `${from.slice(0, 7)}-01`,
      isAutomatic: false,
    },
    chief,
  );
  await post("/grant-runs", { policyId: policy.id, month: from.slice(0, 7) }, chief);
  await runNextJob(api.deps, [grantRunJob]);
  const cashiers = [await token("property-manager"), await token("campus-admin")];
  const methods = ["cash", "card", "transfer"];
  for (let day = 0; day < DAYS; day += 1) {
    // Tokens are short-lived.
    if (day > 0) cashiers.splice(0, 2, await token("property-manager"), await token("campus-admin"));
    for (const [index, room] of site.rooms.slice(0, 2).entries())
      await post(
        "/purchases",
        {
          householdId: room.householdId,
          amountMinor: 1000 + 100 * day + index,
          method: methods[(day + index) % 3],
        },
        cashiers[(day + index) % 2] ?? "",
      );
    if (day === 2) {
      const sold = await post<{ id: string }>(
        "/purchases",
        { householdId: householdOf(0), amountMinor: 7000, method: "cash" },
        cashiers[0] ?? "",
      );
      await post(`/purchases/${sold.id}/void`, { reason: "Typed twice" }, cashiers[0] ?? "");
    }
    const hours = Array.from({ length: 25 }, (_, hour) => hour);
    const readings = (circuitId: string, whAnHour: number) =>
      hours.map((hour) =>
        sampleItem(
          circuitId,
          new Date(started.getTime() + day * DAY_MS + hour * HOUR_MS),
          whAnHour * (day * 24 + hour),
          { activePowerW: whAnHour },
        ),
      );
    api.clock.sleep(DAY_MS);
    await site.uplink([
      ...site.rooms.flatMap(({ circuitId }, index) => readings(circuitId, 100 * (index + 1))),
      ...readings(masterId, 650),
    ]);
    await sweepDays(api.deps);
  }
}, 120_000);
afterAll(() => api.stop());

const roomOf = (index: number) => site.rooms[index] as TestRoom;
const householdOf = (index: number) => roomOf(index).householdId;

describe("sales", () => {
  it("come to what the journal's own postings say, by day, method and cashier", async () => {
    const { rows, totals } = await report<SalesRow, Sales>("sales");
    const entries = (await journal()).filter(({ at }) => dayOf(at) >= from && dayOf(at) <= to);
    for (const row of rows) {
      const same = entries.filter(
        ({ at, by, details }) =>
          dayOf(at) === row.day && by.id === row.cashierId && details.method === row.method,
      );
      const sold = same.filter(({ kind }) => kind === "purchase");
      const voided = same.filter(({ kind }) => kind === "void");
      expect(row).toMatchObject({
        sales: sold.length,
        salesMinor: sum(sold.map(creditOf)),
        voids: voided.length,
        voidsMinor: voided.length === 0 ? 0 : -sum(voided.map(creditOf)),
        netMinor: sum(same.map(creditOf)),
      });
    }
    const all = entries.filter(({ kind }) => kind === "purchase" || kind === "void");
    expect(totals.netMinor).toBe(sum(all.map(creditOf)));
    expect(totals.sales + totals.voids).toBe(all.length);
    expect(totals).toMatchObject({ sales: 9, voids: 1, voidsMinor: 7000 });
  });

  it("are grouped and filtered as asked, and a table has the same rows", async () => {
    const byMethod = await report<SalesRow, Sales>("sales", { by: "method" });
    expect(byMethod.rows.map(({ method }) => method).sort()).toEqual(["card", "cash", "transfer"]);
    expect(byMethod.rows.every((row) => !("day" in row) && !("cashierId" in row))).toBe(true);
    const cash = await report<SalesRow, Sales>("sales", { by: "day", method: "cash" });
    expect(cash.totals).toEqual(
      expect.objectContaining({ netMinor: byMethod.rows.find(({ method }) => method === "cash")?.netMinor }),
    );
    const [header, ...lines] = await csv("sales", { method: "cash" });
    expect(header).toBe("day,method,cashier_id,cashier,sales,sales_minor,voids,voids_minor,net_minor");
    expect(lines.every((line) => line.includes(",cash,"))).toBe(true);
    expect(sum(lines.map((line) => Number(line.split(",").at(-1))))).toBe(cash.totals.netMinor);
  });

  it("are folded once a day is asked for, and again when an entry comes to it", async () => {
    await report("sales");
    const before = await dayTotalsModel(api.connection).findById(`${site.siteId}:${to}`).lean();
    const marked = { ...before, sales: [] };
    await dayTotalsModel(api.connection).replaceOne({ _id: marked._id }, marked);
    const kept = await report<SalesRow, Sales>("sales", { by: "day" });
    expect(kept.rows.some(({ day }) => day === to)).toBe(false);
    await dayTotalsModel(api.connection).updateOne({ _id: marked._id }, { $set: { rows: 0 } });
    const again = await report<SalesRow, Sales>("sales", { by: "day" });
    expect(again.rows.some(({ day }) => day === to)).toBe(true);
  });
});

describe("use", () => {
  it("comes to what was charged for each household, day and building", async () => {
    const charged = (await journal()).filter(
      ({ kind, details: { day = "" } }) => kind === "usage" && day >= from && day <= to,
    );
    const total = {
      wh: sum(charged.map(({ details }) => details.wh ?? 0)),
      costMinor: -sum(charged.map(creditOf)),
    };
    for (const by of ["building", "household", "day"])
      expect((await report("use", { by })).totals).toMatchObject(total);
    const byHousehold = await report<{ householdId: string; wh: number; costMinor: number }, object>("use", {
      by: "household",
    });
    for (const { householdId, wh, costMinor } of byHousehold.rows) {
      const own = charged.filter((entry) => entry.householdId === householdId);
      expect({ wh, costMinor }).toEqual({
        wh: sum(own.map(({ details }) => details.wh ?? 0)),
        costMinor: -sum(own.map(creditOf)),
      });
    }
    const one = await report<{ wh: number }, object>("use", { by: "day", householdId: householdOf(1) });
    expect(sum(one.rows.map(({ wh }) => wh))).toBe(
      byHousehold.rows.find(({ householdId }) => householdId === householdOf(1))?.wh,
    );
  });
});

it("balances are those of the households, with debts by their age", async () => {
  const all = await report<
    { householdId: string; balanceMinor: number; negativeSince: string | null },
    {
      balanceMinor: number;
      debtMinor: number;
      negative: number;
      aging: { households: number; debtMinor: number }[];
    }
  >("balances");
  const entries = await journal();
  for (const { householdId, balanceMinor } of all.rows)
    expect(balanceMinor).toBe(
      sum(
        entries
          .filter((entry) => entry.householdId === householdId && entry.kind !== "refusal")
          .map(creditOf),
      ),
    );
  expect(all.totals.balanceMinor).toBe(sum(all.rows.map(({ balanceMinor }) => balanceMinor)));
  // Rooms 3 and 4 have bought nothing.
  expect(all.totals.negative).toBe(2);
  const debtors = await report<{ negativeSince: string | null }, object>("balances", { only: "negative" });
  expect(debtors.rows).toHaveLength(2);
  const [firstUse] = entries.filter(
    ({ kind, householdId }) => kind === "usage" && householdId === householdOf(2),
  );
  expect(debtors.rows.map(({ negativeSince }) => negativeSince)).toContain(firstUse?.at.toISOString());
  expect(sum(all.totals.aging.map(({ debtMinor }) => debtMinor))).toBe(all.totals.debtMinor);
  expect(sum(all.totals.aging.map(({ households }) => households))).toBe(2);
});

it("subsidy says what was given and used of each policy", async () => {
  const { rows, totals } = await report<
    { policy: string; month: string; commodity: string; given: number; used: number },
    { byCommodity: object[] }
  >("subsidy");
  const free = (await journal()).map(({ details }) => details.freeWh ?? 0);
  expect(rows).toEqual([
    expect.objectContaining({
      policy: "Free basic electricity",
      month: from.slice(0, 7),
      commodity: "Wh",
      given: 1500,
      used: sum(free),
    }),
  ]);
  expect(sum(free)).toBe(1500);
  expect(totals.byCommodity).toEqual([{ commodity: "Wh", given: 1500, used: 1500, expired: 0, reversed: 0 }]);
});

it("losses hold a master meter against the circuits behind it", async () => {
  const { rows } = await report<
    { masterWh: number; circuitsWh: number; lossWh: number; lossPermille: number },
    object
  >("losses");
  const behind = new Set(site.rooms.slice(0, 3).map(({ householdId }) => householdId));
  const chargedWh = sum(
    (await journal())
      .filter(
        ({ kind, householdId, details: { day = "" } }) =>
          kind === "usage" && behind.has(householdId) && day <= to,
      )
      .map(({ details }) => details.wh ?? 0),
  );
  const [row] = rows;
  expect(rows).toHaveLength(1);
  expect(row).toMatchObject({ masterId, circuits: 3, circuitsWh: chargedWh });
  expect(row?.lossWh).toBe((row?.masterWh ?? 0) - chargedWh);
  // 650 Wh an hour stand against 100, 200 and 300.
  expect(Math.abs((row?.lossPermille ?? 0) - 77)).toBeLessThan(3);
  const [, line] = await csv("losses");
  expect(line?.split(",")[1]).toBe("'=Master");
});

it("rooms are ranked, and one that nobody lives in is found", async () => {
  const top = await report<{ rank: number; unitId: string; wh: number }, { rooms: number }>("rooms", {
    limit: 2,
  });
  expect(top.rows.map(({ unitId }) => unitId)).toEqual([roomOf(3).unitId, roomOf(2).unitId]);
  expect(top.totals.rooms).toBe(4);
  expect((await report<object, object>("rooms", { show: "vacant" })).rows).toEqual([]);
});

describe("who may ask", () => {
  it.each([
    ["sales", "maintenance", 403],
    ["balances", "integrator", 403],
    ["use", "maintenance", 200],
    ["losses", "integrator", 200],
    ["sales", "campus-admin", 200],
    ["use", "resident", 403],
  ] as const)("%s as %s: %i", async (what, role, status) => {
    expect((await api.call("GET", addressOf(what, {}), { token: await token(role) })).status).toBe(status);
  });

  it("nobody of another site, and no range that is none", async () => {
    const stranger = await token("property-manager", ["elsewhere"]);
    expect((await api.call("GET", addressOf("sales", {}), { token: stranger })).status).toBe(404);
    const own = await token("property-manager");
    const wrong: Record<string, string>[] = [
      { from: to, to: "2000-01-01" },
      { from: "2030-01-01" },
      { from: "yesterday" },
    ];
    for (const query of wrong)
      expect((await api.call("GET", addressOf("sales", query), { token: own })).status).toBe(400);
  });
});
