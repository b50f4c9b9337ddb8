import type { Connection } from "mongoose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PersonCaller } from "../http/access.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";
import { auditModel } from "./audit.model.ts";
import { recordAudit } from "./audit.ts";
import { auditCutOffChanges, beginChange, CUT_OFF_AFTER_MS } from "./change-intents.ts";
import { verifyAudit } from "./verify-audit.ts";

const CALLER: PersonCaller = {
  kind: "person",
  id: "u1",
  login: "zhang",
  name: "Zhang Min",
  roles: ["administrator"],
  siteIds: ["s1"],
};
const NOW = new Date("2040-03-02T08:00:00Z");

const changeOf = (siteId: string, id: string) => ({
  request: { caller: CALLER, id: "r1", now: NOW },
  siteId,
  action: "units.update",
  subject: { resource: "units", id },
  before: { name: "101", floor: undefined },
  after: { name: id, since: NOW },
});

describe("the audit", () => {
  let api: TestApi;
  let site: TestSite;
  let otherConnection: Connection;

  beforeAll(async () => {
    api = await startTestApi();
    // As another API process sees the same store: a connection of its own has a log of its own.
    otherConnection = api.connection.useDb(api.connection.name);
    site = await addTestSite(api);
  });
  afterAll(() => api.stop());

  const rowsOf = (siteId: string) => auditModel(api.connection).find({ siteId }).sort({ seq: 1 }).lean();
  const findingsOf = async (siteId: string) =>
    (await verifyAudit(api.connection, { siteIds: [siteId] })).flatMap(({ findings }) =>
      findings.map(({ seq, code }) => [seq, code]),
    );

  it("chains the changes of a site, whichever process writes them", async () => {
    const connections = [api.connection, otherConnection];
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        recordAudit({ connection: connections[index % 2] as Connection }, changeOf("s1", `unit-${index}`)),
      ),
    );
    const rows = await rowsOf("s1");
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(new Set(rows.map(({ resourceId }) => resourceId)).size).toBe(60);
    expect(await findingsOf("s1")).toEqual([]);
  });

  it.each([
    ["a rewritten reason", { $set: { reason: "another" } }, [[30, "audit-hash-wrong"]]],
    ["a rewritten value", { $set: { "after.name": "102" } }, [[30, "audit-hash-wrong"]]],
    [
      "an entry taken out of the chain",
      { $unset: { seq: 1 } },
      [
        [31, "audit-gap"],
        [31, "audit-broken"],
      ],
    ],
  ] as const)("shows %s", async (_what, update, expected) => {
    const audit = auditModel(api.connection).collection;
    const row = { siteId: "s1", seq: 30 };
    const original = await audit.findOne(row);
    if (!original) throw new Error("there are 60 entries");
    await audit.updateOne(row, update);
    expect(await findingsOf("s1")).toEqual(expected);
    await audit.replaceOne({ _id: original._id }, original);
    expect(await findingsOf("s1")).toEqual([]);
  });

  it("shows an entry that was deleted, and a cut end by what was signed", async () => {
    const audit = auditModel(api.connection).collection;
    const [last] = await audit.find({ siteId: "s1" }).sort({ seq: -1 }).limit(1).toArray();
    if (!last) throw new Error("there are 60 entries");
    const signed = new Map([["s1", { seq: 60, hash: String(last.hash) }]]);
    await audit.deleteOne({ _id: last._id });
    expect(await findingsOf("s1")).toEqual([]);
    const [report] = await verifyAudit(api.connection, { signed, siteIds: ["s1"] });
    expect(report?.findings).toMatchObject([{ code: "audit-cut", seq: 60 }]);
    await audit.insertOne(last);
  });

  it("lets a chain begin behind entries that have none", async () => {
    const early = { action: "sites.create", resource: "sites", resourceId: "s2", requestId: "r0" };
    const actor = { id: "u1", name: "Zhang Min", role: "administrator" } as const;
    const at = new Date("2039-01-01T00:00:00Z");
    await auditModel(api.connection).create({ ...early, siteId: "s2", at, actor });
    await recordAudit(api.deps, changeOf("s2", "unit-1"));
    const [report] = await verifyAudit(api.connection, { siteIds: ["s2"] });
    expect(report).toMatchObject({ entries: 1, unchained: 1, findings: [] });
    await auditModel(api.connection).create({ ...early, siteId: "s2", at: new Date("2041-01-01"), actor });
    expect(await findingsOf("s2")).toEqual([[0, "audit-unchained"]]);
  });

  it("records a change before it is answered, and answers whether all stand in their chains", async () => {
    const { unitId } = site.rooms[0] ?? { unitId: "" };
    const answer = await api.call("PATCH", `/units/${unitId}`, {
      token: site.administrator,
      body: { name: "201" },
    });
    expect(answer.status).toBe(200);
    const list = await api.call<{ action: string; seq: number; after: { name: string } }[]>(
      "GET",
      `/audit?filter=${encodeURIComponent(JSON.stringify({ resourceId: unitId }))}`,
      { token: site.administrator },
    );
    expect(list.body[0]).toMatchObject({
      action: "units.update",
      after: { name: "201" },
      seq: expect.any(Number),
    });
    const check = await api.call<{ isUnbroken: boolean; sites: { siteId: string }[] }>(
      "GET",
      "/audit/verify",
      {
        token: site.administrator,
      },
    );
    expect(check.body).toMatchObject({ isUnbroken: true, sites: [{ siteId: site.siteId, findings: [] }] });
    expect((await api.call("GET", "/audit/verify", { token: site.manager })).status).toBe(403);
    await auditModel(api.connection).collection.updateOne(
      { siteId: site.siteId, seq: 1 },
      { $set: { reason: "x" } },
    );
    expect((await api.call("GET", "/audit/verify", { token: site.administrator })).body).toMatchObject({
      isUnbroken: false,
    });
  });

  it("tells of a change that was cut off before its audit, once", async () => {
    const request = { id: "r-cut", now: NOW, caller: CALLER, method: "PATCH", path: "/units/unit-7" };
    await beginChange(api.connection, request);
    const done = await beginChange(api.connection, { ...request, id: "r-done" });
    await done();
    expect(await auditCutOffChanges(api.connection, NOW)).toBe(0);
    const later = new Date(NOW.getTime() + CUT_OFF_AFTER_MS + 1);
    await Promise.all([
      auditCutOffChanges(api.connection, later),
      auditCutOffChanges(otherConnection, later),
    ]);
    const told = await auditModel(api.connection).find({ action: "units.cut-off" }).lean();
    expect(told).toMatchObject([{ siteId: "s1", resourceId: "unit-7", requestId: "r-cut" }]);
    expect(await findingsOf("s1")).toEqual([]);
  });

  it("forgets the intent of a request that was answered, whatever the answer", async () => {
    const token = site.administrator;
    const refused = await api.call("POST", "/units", { token, body: { buildingId: site.buildingId } });
    expect(refused.status).toBe(400);
    expect(await auditCutOffChanges(api.connection, new Date(NOW.getTime() + 86_400_000))).toBe(0);
  });
});
