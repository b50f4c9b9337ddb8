import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditModel } from "../audit/audit.model.ts";
import { jobItemModel, jobModel } from "../jobs/job.model.ts";
import { runNextJob } from "../jobs/run-job.ts";
import { digestOf } from "../testing/bad-input/store-digest.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";
import { userModel } from "../users/user.model.ts";
import { importJob } from "./import-job.ts";
import { importLineModel } from "./import-line.model.ts";
import type { LinePlan } from "./plan-lines.ts";

interface Preview {
  counts: Record<string, number>;
  lines: LinePlan[];
  encoding: string;
}
interface Row {
  id: string;
  name: string;
}

let api: TestApi;
let site: TestSite;
let other: TestSite;
let keys = 0;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
  other = await addTestSite(api, { rooms: 1 });
});
afterAll(() => api.stop());

const exported = async (what: string, query = "", token = site.administrator) => {
  const path = `/exports/${what}.csv?siteId=${site.siteId}&bom=no${query}`;
  return api.call<string>("GET", path, { token });
};
/** By lines, cells still as written. */
const linesOf = (text: string) => text.trimEnd().split("\r\n");

const send = async <Body>(
  what: string,
  file: string,
  { dryRun = true, token = site.administrator, key = `csv-${++keys}`, at = site.siteId } = {},
) =>
  api.call<Body>("POST", `/imports?siteId=${at}&what=${what}&dryRun=${dryRun}`, {
    token,
    idempotencyKey: key,
    body: file,
    headers: { "content-type": "text/csv" },
  });
const preview = async (what: string, file: string) => {
  const answer = await send<Preview>(what, file);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
};
const apply = async (what: string, file: string, options: { token?: string; key?: string } = {}) => {
  const answer = await send<{ id: string }>(what, file, { dryRun: false, ...options });
  expect(answer).toMatchObject({ status: 202 });
  while (await runNextJob(api.deps, [importJob]));
  return resultsOf(answer.body.id);
};
const resultsOf = async (jobId: string) => {
  const items = await jobItemModel(api.connection).find({ jobId }).sort({ position: 1 }).lean();
  return items.map(({ itemId, result, problem }) => {
    const outcome = result !== null && "outcome" in result ? String(result.outcome) : "";
    return `${itemId}: ${problem ? `${problem.code}: ${problem.detail}` : outcome}`;
  });
};
const outcomes = ({ lines }: Preview) =>
  lines.map(({ line, outcome, mistakes }) =>
    [`${line}: ${outcome}`, ...mistakes.map(({ path, code }) => `${path}: ${code}`)].join(", "),
  );

describe("an export", () => {
  it("has the rows that the list's filter names, in the list's order", async () => {
    for (const name of ["Alpha", "Beta", "Gamma"])
      await site.add("/units", { buildingId: site.buildingId, name, floor: 3 });
    const filter = encodeURIComponent('{"floor":3}');
    const sort = encodeURIComponent('["name","DESC"]');
    const { status, headers, body } = await exported("units", `&filter=${filter}&sort=${sort}`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toBe("attachment; filename=units-2040-03-02.csv");
    const [header, ...rows] = linesOf(body);
    expect(header).toBe("id,building_id,building,name,floor,household_id");
    expect(rows.map((row) => row.split(",").slice(2))).toEqual(
      ["Gamma", "Beta", "Alpha"].map((name) => ["Hall 1", name, "3", ""]),
    );
  });

  it("begins with a mark for Excel, and has the separator and the titles asked for", async () => {
    const path = `/exports/buildings.csv?siteId=${site.siteId}&separator=semicolon&titles=zh`;
    const response = await fetch(`${api.origin}/api/v1${path}`, {
      headers: { authorization: `Bearer ${site.manager}` },
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(new TextDecoder().decode(bytes).split("\r\n")[0]).toBe("编号;名称;层数");
  });

  it("never hands a spreadsheet a formula, and leaves numbers numbers", async () => {
    const [room] = site.rooms;
    const householdId = room?.householdId ?? "";
    await site.add("/residents", {
      householdId,
      name: '=HYPERLINK("http://x","y")',
      phone: "+86 139 0000 0000",
    });
    await api.call("PATCH", `/households/${householdId}`, {
      token: site.manager,
      body: { cutMinor: -500, releaseMinor: -100 },
    });
    expect((await exported("residents")).body).toContain(
      `"'=HYPERLINK(""http://x"",""y"")",'+86 139 0000 0000,no`,
    );
    expect((await exported("households")).body).toContain(",-500,-100,open,");
  });

  it("of sales and of the ledger has what each did", async () => {
    const householdId = site.rooms[0]?.householdId;
    const sold = await api.call("POST", "/purchases", {
      token: site.manager,
      idempotencyKey: "sale-for-export",
      body: { householdId, amountMinor: 5005, method: "cash", note: "-2+3" },
    });
    expect(sold.status).toBe(201);
    const [, sale] = linesOf((await exported("purchases")).body);
    expect(sale).toMatch(/,2040-03-02T08:00:00\.000Z,2040-03-02 16:00:00,/);
    expect(sale).toContain(
      ",Household 101,Hall 1,101,50.05,5005,CNY,cash,'-2+3,Test property-manager,5005,server,",
    );
    const entries = linesOf((await exported("ledger-entries")).body);
    expect(entries).toHaveLength(2);
    expect(entries[1]).toMatch(
      /,1,purchase,2040-03-02T08:00:00\.000Z,2040-03-02 16:00:00,5005,CNY,0,5005,'-2\+3,/,
    );
    const none = encodeURIComponent(JSON.stringify({ kind: "refund" }));
    expect(linesOf((await exported("ledger-entries", `&filter=${none}`)).body)).toHaveLength(1);
  });

  it("is for the list's own readers, of their own sites, and audited", async () => {
    const stranger = await exported("residents", "", other.administrator);
    expect(stranger).toMatchObject({ status: 404, body: { code: "not-found" } });
    const maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    expect((await exported("ledger-entries", "", maintenance)).status).toBe(403);
    expect((await exported("units", "&filter=%7B%22surprise%22%3A1%7D")).status).toBe(400);
    const audit = await auditModel(api.connection)
      .find({ action: "exports.read", resource: "residents" })
      .lean();
    expect(audit).toMatchObject([{ siteId: site.siteId }]);
  });

  it("holds nothing to log in by", async () => {
    const householdId = site.rooms[0]?.householdId ?? "";
    await api.tokenFor("resident", { siteIds: [site.siteId], householdId });
    const user = await userModel(api.connection).findOne({ roles: "resident", householdId }).lean();
    await site.add("/residents", { householdId, name: "Wang Fang", userId: user?._id });
    const { body } = await exported("residents");
    expect(body).toMatch(/Wang Fang,,yes/);
    for (const secret of [user?._id, user?.login, user?.passwordHash]) expect(body).not.toContain(secret);
  });
});

describe("an import", () => {
  it.each(["buildings", "units", "households", "residents"])(
    "of exported %s changes nothing",
    async (what) => {
      const { body } = await exported(what);
      const { counts } = await preview(what, body);
      expect(counts).toEqual({ create: 0, change: 0, leave: linesOf(body).length - 1, wrong: 0 });
      const titled = await api.call<string>(
        "GET",
        `/exports/${what}.csv?siteId=${site.siteId}&titles=zh&separator=tab`,
        {
          token: site.administrator,
        },
      );
      expect((await preview(what, titled.body)).counts).toEqual(counts);
    },
  );

  it("shows what every line would do, and changes nothing before it is applied", async () => {
    const before = await digestOf(api.connection);
    const file =
      "building,name,floor\nHall 1,Alpha,3\nHall 1,Beta,4\nHall 1,New,-2\nHall 1,New,5\nHall 9,X,1\nHall 1,,1\nHall 1,Y,1.5\nHall 1,Z,\nHall 1,W,999";
    expect(outcomes(await preview("units", file))).toEqual([
      "2: leave",
      "3: change",
      "4: create",
      "5: wrong, : duplicate",
      "6: wrong, building: unknown",
      "7: wrong, name: required",
      "8: wrong, floor: wrong-type",
      "9: wrong, floor: required",
      "10: wrong, floor: too-large",
    ]);
    expect(await digestOf(api.connection)).toEqual(before);
  });

  it("does line by line what it showed, once for ever under its key", async () => {
    const file =
      "building,name,floor\nHall 1,Alpha,3\nHall 1,Beta,4\nHall 1,Delta,2\nHall 1,Delta,2\nHall 9,X,1";
    const key = "import-once";
    expect(await apply("units", file, { key })).toEqual([
      "2: leave",
      "3: change",
      "4: create",
      "5: invalid-body: Line 5: Is the same as line 4",
      "6: invalid-body: Line 6: building: This site has no such building",
    ]);
    const jobs = await jobModel(api.connection).countDocuments({ kind: "csv-import" });
    const before = await digestOf(api.connection);
    expect((await send("units", file, { dryRun: false, key })).status).toBe(202);
    expect(await jobModel(api.connection).countDocuments({ kind: "csv-import" })).toBe(jobs);
    const another = await send("units", `${file}\nHall 1,More,1`, { dryRun: false, key });
    expect(another).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    expect(await digestOf(api.connection)).toEqual(before);
    const units = await api.call<(Row & { floor: number })[]>("GET", "/units?range=[0,99]", {
      token: site.manager,
    });
    expect(units.body.find(({ name }) => name === "Beta")?.floor).toBe(4);
    const changes = await auditModel(api.connection).find({ action: "units.update" }).lean();
    expect(changes).toMatchObject([{ before: { floor: 3 }, after: { floor: 4 } }]);
  });

  it("opens a building from nothing, table by table, with Chinese names as Excel writes them", async () => {
    const gb = Buffer.concat([
      Buffer.from("name,floors\n"),
      Buffer.from([0xd6, 0xd0, 0xce, 0xc4]),
      Buffer.from(",3"),
    ]);
    const answer = await fetch(
      `${api.origin}/api/v1/imports?siteId=${site.siteId}&what=buildings&dryRun=false`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${site.administrator}`,
          "idempotency-key": "gb",
          "content-type": "text/csv",
        },
        body: gb,
      },
    );
    expect(answer.status).toBe(202);
    await answer.arrayBuffer();
    while (await runNextJob(api.deps, [importJob]));
    expect(await apply("units", "building,name,floor\n中文,1,1\n中文,2,1")).toEqual([
      "2: create",
      "3: create",
    ]);
    const households = "building,unit,name,tariff,cut_minor\n中文,1,Zhang,Standard,-100\n中文,2,Li,,";
    expect(await apply("households", households)).toEqual(["2: create", "3: create"]);
    expect(
      await apply("residents", "building,unit,name,phone\n中文,1,Zhang San,'+86 139\n中文,1,Zhang Si,"),
    ).toEqual(["2: create", "3: create"]);
    const found = await api.call<(Row & { tariffId: string; cutMinor: number })[]>(
      "GET",
      `/households?filter=${encodeURIComponent('{"q":"Zhang"}')}`,
      { token: site.manager },
    );
    expect(found.body).toMatchObject([{ name: "Zhang", tariffId: site.tariffId, cutMinor: -100 }]);
  });

  it("never gives a household's account to somebody else, and moves nothing", async () => {
    const [room] = site.rooms;
    const next = "building,unit,name\nHall 1,101,Somebody else";
    expect(outcomes(await preview("households", next))).toEqual(["2: wrong, unit: occupied"]);
    const named = `id,building,unit,name\n${room?.householdId},Hall 1,101,New name`;
    expect(outcomes(await preview("households", named))).toEqual(["2: change"]);
    const moved = `id,building,unit,name\n${room?.householdId},Hall 1,Alpha,Household 101`;
    expect(outcomes(await preview("households", moved))).toEqual(["2: wrong, unit: fixed"]);
    const terms = `id,building,unit,name,cut_minor,release_minor\n${room?.householdId},Hall 1,101,Household 101,5,1`;
    expect(outcomes(await preview("households", terms))).toEqual(["2: wrong, release_minor: too-small"]);
  });

  it("knows no row of another site", async () => {
    const foreign = other.rooms[0];
    const lines = [
      `id,name,floors\n${other.buildingId},Hall 1,9`,
      `household_id,name\n${foreign?.householdId},Spy`,
      `unit_id,name\n${foreign?.unitId},Spy`,
      `building,unit,name,tariff_id\nHall 1,Alpha,A,${other.tariffId}`,
    ];
    const tables = ["buildings", "residents", "households", "households"];
    const found = await Promise.all(tables.map((what, index) => preview(what, lines[index] ?? "")));
    expect(found.map(outcomes)).toEqual([
      ["2: wrong, id: unknown"],
      ["2: wrong, household_id: unknown"],
      ["2: wrong, unit_id: unknown"],
      ["2: wrong, tariff_id: unknown"],
    ]);
    expect((await send("buildings", "name,floors\nA,1", { at: other.siteId })).status).toBe(404);
  });

  it("is for who may write what it writes", async () => {
    const file = "name,floors\nHall 7,2";
    expect(await send("buildings", file, { token: site.manager })).toMatchObject({ status: 403 });
    const maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
    expect(await send("residents", "name\nA", { token: maintenance })).toMatchObject({ status: 403 });
  });

  it("stops when whoever asked may no longer", async () => {
    const token = await api.tokenFor("campus-admin", { siteIds: [site.siteId] });
    const user = await userModel(api.connection).findOne({ roles: "campus-admin" }).sort({ _id: -1 }).lean();
    const { body } = await send<{ id: string }>("buildings", "name,floors\nHall 8,2", {
      token,
      dryRun: false,
    });
    await userModel(api.connection).updateOne({ _id: user?._id }, { status: "disabled" });
    while (await runNextJob(api.deps, [importJob]));
    expect(await resultsOf(body.id)).toEqual(["2: forbidden: Test campus-admin may no longer do this"]);
  });

  it("done again after a crash meets the row that it made", async () => {
    const file = `household_id,name\n${site.rooms[1]?.householdId},Chen Yi`;
    const { body } = await send<{ id: string }>("residents", file, { dryRun: false });
    while (await runNextJob(api.deps, [importJob]));
    // As a process that is killed between the row and its result leaves it.
    await jobItemModel(api.connection).updateMany({ jobId: body.id }, { state: "waiting", result: null });
    await jobModel(api.connection).updateOne({ _id: body.id }, { state: "queued", done: 0, endedAt: null });
    while (await runNextJob(api.deps, [importJob]));
    expect(await resultsOf(body.id)).toEqual(["2: create"]);
    const found = await api.call<Row[]>("GET", `/residents?filter=${encodeURIComponent('{"q":"Chen"}')}`, {
      token: site.manager,
    });
    expect(found.body).toHaveLength(1);
    expect(await importLineModel(api.connection).countDocuments({ "cells.name": "Chen Yi" })).toBe(1);
  });
});

it("an export of sales has those of the asked time, from its begin to before its end", async () => {
  const [room] = other.rooms;
  const buy = (key: string) =>
    api.call<{ id: string }>("POST", "/purchases", {
      token: other.manager,
      body: { householdId: room?.householdId, amountMinor: 100, method: "cash" },
      idempotencyKey: key,
    });
  await buy("before");
  await api.clock.advance(1000);
  const from = api.clock.now().toISOString();
  const { body } = await buy("within");
  await api.clock.advance(1000);
  const to = api.clock.now().toISOString();
  await buy("after");
  const query = new URLSearchParams({
    siteId: other.siteId,
    bom: "no",
    filter: JSON.stringify({ from, to }),
  });
  const file = await api.call<string>("GET", `/exports/purchases.csv?${query}`, { token: other.manager });
  const [, ...rows] = linesOf(file.body);
  expect(rows.map((row) => row.split(",")[0])).toEqual([body.id]);
});
