import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobItemModel, jobModel } from "../jobs/job.model.ts";
import { runNextJob } from "../jobs/run-job.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { digestOf } from "../testing/bad-input/store-digest.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";
import { importJob } from "./import-job.ts";
import type { LinePlan } from "./plan-lines.ts";

interface ItemRow {
  itemId: string;
  state: string;
  result: { outcome?: string } | null;
  problem: { code: string; errors?: { path: string; code: string }[] } | null;
}

let api: TestApi;
let site: TestSite;
let keys = 0;
beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 3 });
  api.clock.advance(3_600_000);
  // The clock of the test stands beyond the life of a token.
  site.manager = await api.tokenFor("property-manager", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const send = async <Body>(what: string, file: string, dryRun = true) => {
  keys += 1;
  return api.call<Body>("POST", `/imports?siteId=${site.siteId}&what=${what}&dryRun=${dryRun}`, {
    token: site.manager,
    idempotencyKey: `money-${keys}`,
    body: file,
    headers: { "content-type": "text/csv" },
  });
};
const planned = async (what: string, file: string) => {
  const { status, body } = await send<{ lines: LinePlan[] }>(what, file);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.lines.map(({ line, outcome, mistakes }) =>
    [`${line}: ${outcome}`, ...mistakes.map(({ path, code }) => `${path}: ${code}`)].join(", "),
  );
};
const run = async () => {
  while (await runNextJob(api.deps, [importJob]));
};
const itemsOf = async (jobId: string) =>
  (await api.call<ItemRow[]>("GET", `/jobs/${jobId}/items`, { token: site.manager })).body;
const apply = async (what: string, file: string) => {
  const { status, body } = await send<{ id: string }>(what, file, false);
  expect(status, JSON.stringify(body)).toBe(202);
  await run();
  return { jobId: body.id, items: await itemsOf(body.id) };
};
const outcomes = (items: readonly ItemRow[]) =>
  items.map(({ itemId, result, problem }) => `${itemId}: ${problem?.code ?? result?.outcome}`);
const balanceOf = async (room: number) =>
  (
    await api.call<{ ledgerMinor: number }>("GET", `/households/${site.rooms[room]?.householdId}/balance`, {
      token: site.manager,
    })
  ).body.ledgerMinor;
const at = (minutesAgo: number) => new Date(api.clock.now().getTime() - minutesAgo * 60_000).toISOString();

describe("sales made elsewhere", () => {
  const HEADER = "ref,building,unit,amount,method,at,note";
  const file = () =>
    [
      HEADER,
      `B-1,Hall 1,101,50.05,transfer,${at(30)},bank`,
      `B-2,Hall 1,102,20,cash,${at(20)},on paper`,
      `B-1,Hall 1,101,50.05,transfer,${at(30)},bank`,
      `B-4,Hall 9,101,1,cash,${at(20)},`,
      `B-5,Hall 1,101,1.005,cash,${at(20)},`,
      `B-6,Hall 1,101,-5,cash,${at(20)},`,
      `B-7,Hall 1,101,5,barter,${at(20)},`,
      `B-8,Hall 1,101,5,cash,${at(-20)},`,
      `B-9,Hall 1,101,5,cash,2001-01-01T00:00:00Z,`,
      `B-10,Hall 1,101,5,cash,yesterday,`,
      `,Hall 1,101,5,cash,${at(20)},`,
    ].join("\n");

  it("show what every line would do and change nothing; then each is booked once for ever", async () => {
    const before = await digestOf(api.connection);
    const lines = file();
    const expected = [
      "2: create",
      "3: create",
      "4: wrong, : duplicate",
      "5: wrong, building: unknown",
      "6: wrong, amount: wrong-type",
      "7: wrong, amount_minor: too-small",
      "8: wrong, method: not-allowed",
      "9: wrong, at: not-allowed",
      "10: wrong, at: not-allowed",
      "11: wrong, at: malformed",
      "12: wrong, ref: required",
    ];
    expect(await planned("purchases", lines)).toEqual(expected);
    expect(await digestOf(api.connection)).toEqual(before);

    const { items } = await apply("purchases", lines);
    expect(outcomes(items).slice(0, 2)).toEqual(["2: create", "3: create"]);
    expect(items.slice(2).every(({ problem }) => problem?.code === "invalid-body")).toBe(true);
    // Each failed line keeps its own field and code.
    expect(items[4]?.problem?.errors).toMatchObject([{ path: "amount", code: "wrong-type" }]);
    expect([await balanceOf(0), await balanceOf(1)]).toEqual([5005, 2000]);

    expect((await planned("purchases", lines)).slice(0, 2)).toEqual(["2: leave", "3: leave"]);
    expect(outcomes((await apply("purchases", lines)).items).slice(0, 2)).toEqual(["2: leave", "3: leave"]);
    const other = `${HEADER}\nB-1,Hall 1,101,60,transfer,${at(30)},bank`;
    expect(await planned("purchases", other)).toEqual(["2: wrong, ref: contradiction"]);
    expect([await balanceOf(0), await balanceOf(1)]).toEqual([5005, 2000]);
    const entries = await journalModel(api.connection).find({ kind: "purchase" }).lean();
    expect(entries).toHaveLength(2);
  });

  it("are found again in a file that was exported from here", async () => {
    const { body } = await api.call<string>("GET", `/exports/purchases.csv?siteId=${site.siteId}&bom=no`, {
      token: site.manager,
    });
    expect(await planned("purchases", body)).toEqual(["2: leave", "3: leave"]);
  });

  it("done again after a crash meet the entry that they made", async () => {
    const { jobId, items } = await apply("purchases", `${HEADER}\nC-1,Hall 1,103,7,cash,${at(5)},`);
    expect(outcomes(items)).toEqual(["2: create"]);
    // As a process that is killed between the entry and its result leaves it.
    await jobItemModel(api.connection).updateMany({ jobId }, { state: "waiting", result: null });
    await jobModel(api.connection).updateOne({ _id: jobId }, { state: "queued", done: 0, endedAt: null });
    await run();
    expect(outcomes(await itemsOf(jobId))).toEqual(["2: create"]);
    expect(await balanceOf(2)).toBe(700);
  });
});

describe("opening balances", () => {
  const FILE = [
    "building,unit,amount,note",
    "Hall 1,101,12.50,Balance of the old system",
    "Hall 1,102,-3,Balance of the old system",
    "Hall 1,103,0,Balance of the old system",
    "Hall 1,101,12.50,Balance of the old system",
    "Hall 1,103,5,",
  ].join("\n");

  it("wait for a second person, each once, and count from then on", async () => {
    expect(await planned("opening-balances", FILE)).toEqual([
      "2: create",
      "3: create",
      "4: wrong, amount_minor: not-allowed",
      "5: wrong, : duplicate",
      "6: wrong, note: required",
    ]);
    expect(outcomes((await apply("opening-balances", FILE)).items).slice(0, 2)).toEqual([
      "2: create",
      "3: create",
    ]);
    expect([await balanceOf(0), await balanceOf(1)]).toEqual([5005, 2000]);
    const wanted = encodeURIComponent('{"state":"proposed"}');
    const waiting = async () =>
      (
        await api.call<{ id: string; amountMinor: number }[]>("GET", `/adjustments?filter=${wanted}`, {
          token: site.manager,
        })
      ).body;
    const proposed = await waiting();
    expect(proposed.map(({ amountMinor }) => amountMinor).sort()).toEqual([-300, 1250]);

    const second = await api.tokenFor("campus-admin", { siteIds: [site.siteId] });
    for (const { id } of proposed) {
      const own = await api.call("POST", `/adjustments/${id}/approve`, {
        token: site.manager,
        idempotencyKey: `own-${id}`,
      });
      expect(own).toMatchObject({ status: 409, body: { code: "second-person-needed" } });
      const approved = await api.call("POST", `/adjustments/${id}/approve`, {
        token: second,
        idempotencyKey: `second-${id}`,
      });
      expect(approved.status).toBe(201);
    }
    expect([await balanceOf(0), await balanceOf(1)]).toEqual([6255, 1700]);

    expect(outcomes((await apply("opening-balances", FILE)).items).slice(0, 2)).toEqual([
      "2: leave",
      "3: leave",
    ]);
    expect(await waiting()).toEqual([]);
    const changed = "building,unit,amount,note\nHall 1,101,13,Balance of the old system";
    expect(await planned("opening-balances", changed)).toEqual(["2: wrong, amount_minor: contradiction"]);
  });
});

it("imports leave a ledger that adds up", async () => {
  expect((await verifyLedger(api.connection)).findings).toEqual([]);
});
