import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Problem } from "../http/problem.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";

interface Account {
  account: string;
  commodity: string;
  amount: number;
}
interface Entry {
  kind: string;
  householdId: string;
  seq: number;
  postings: Account[];
}

describe("the books of a site", () => {
  let api: TestApi;
  let site: TestSite;
  let otherSite: TestSite;

  beforeAll(async () => {
    api = await startTestApi();
    site = await addTestSite(api);
    otherSite = await addTestSite(api);
    await sell(site, 0, 5000, "cash");
    await sell(site, 0, 300, "card");
    await sell(site, 1, 700, "cash");
    await sell(otherSite, 0, 999, "cash");
  });
  afterAll(() => api.stop());

  async function sell({ rooms, manager }: TestSite, room: number, amountMinor: number, method: string) {
    api.clock.advance(60_000);
    const answer = await api.call("POST", "/purchases", {
      token: manager,
      idempotencyKey: `key-${amountMinor}-${method}`,
      body: { householdId: rooms[room]?.householdId, amountMinor, method },
    });
    expect(answer.status).toBe(201);
  }

  const list = <Row>(path: string, token: string, filter: object = {}, range = "[0,24]") =>
    api.call<Row[]>("GET", `${path}?range=${range}&filter=${encodeURIComponent(JSON.stringify(filter))}`, {
      token,
    });

  it("sum to zero, account by account", async () => {
    const { body, status } = await list<Account>("/ledger/accounts", site.manager);
    expect(status).toBe(200);
    expect(body.map(({ account, commodity, amount }) => [account, commodity, amount])).toEqual([
      [`households:${site.siteId}`, "CNY", 6000],
      [`till-card:${site.siteId}`, "CNY", -300],
      [`till-cash:${site.siteId}`, "CNY", -5700],
    ]);
    expect(body.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
  });

  it("list their entries, newest first, and by what an auditor asks for", async () => {
    const { siteId, manager, rooms } = site;
    const all = await list<Entry>("/ledger/entries", manager, { siteId });
    expect(all.headers.get("content-range")).toBe("entries 0-2/3");
    expect(all.body.map(({ householdId, seq }) => [householdId, seq])).toEqual([
      [rooms[1]?.householdId, 1],
      [rooms[0]?.householdId, 2],
      [rooms[0]?.householdId, 1],
    ]);
    const second = await list<Entry>("/ledger/entries", manager, { siteId }, "[1,1]");
    expect(second.headers.get("content-range")).toBe("entries 1-1/3");
    const amounts = async (filter: object) =>
      (await list<Entry>("/ledger/entries", manager, { siteId, ...filter })).body.map(
        ({ postings }) => postings[0]?.amount,
      );
    expect(await amounts({ account: `till-cash:${siteId}` })).toEqual([700, 5000]);
    expect(await amounts({ householdId: rooms[0]?.householdId })).toEqual([300, 5000]);
    expect(await amounts({ kind: "usage" })).toEqual([]);
    expect(await amounts({ ref: "key-300-card" })).toEqual([300]);
    const [, earlier] = all.body as (Entry & { at: string })[];
    expect(await amounts({ from: earlier?.at })).toEqual([700, 300]);
    expect(await amounts({ to: earlier?.at })).toEqual([5000]);
  });

  it("are not there for others", async () => {
    expect((await list<Entry>("/ledger/entries", site.manager, { siteId: otherSite.siteId })).body).toEqual(
      [],
    );
    expect(
      (await list<Account>("/ledger/accounts", site.manager, { siteId: otherSite.siteId })).body,
    ).toEqual([]);
    const maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    expect((await list("/ledger/accounts", maintenance)).status).toBe(403);
    expect((await list("/ledger/entries", maintenance)).status).toBe(403);
  });

  it("belong to one site", async () => {
    const answer = await api.call<Problem>("GET", "/ledger/entries", { token: site.manager });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid-query" } });
  });
});
