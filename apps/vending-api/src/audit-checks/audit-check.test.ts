import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditModel } from "../audit/audit.model.ts";
import { recordAudit } from "../audit/audit.ts";
import { verifyAudit, verifyStretch } from "../audit/verify-audit.ts";
import { EVERY_SITE, type PersonCaller } from "../http/access.ts";
import { runNextJob } from "../jobs/run-job.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { addTestSite, type TestSite } from "../testing/test-site.ts";
import { auditCheckJob } from "./audit-check-job.ts";

const CALLER: PersonCaller = {
  ...{ kind: "person", id: "u1", login: "zhang", name: "Zhang Min" },
  ...{ roles: ["administrator"], siteIds: ["s1"] },
};
const ENTRIES = 30;

interface ItemRow {
  state: string;
  result: { entries: number; unchained: number; broken: number; findings: { seq: number; code: string }[] };
}

let api: TestApi;
let site: TestSite;
let chief: string;
beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 1 });
  chief = await api.tokenFor("administrator");
});
afterAll(() => api.stop());

async function check(siteId: string, idempotencyKey: string, token = chief) {
  const answer = await api.call<{ id: string }>("POST", "/audit/checks", {
    token,
    body: { siteId },
    idempotencyKey,
  });
  return answer;
}
async function resultsOf(jobId: string): Promise<ItemRow["result"][]> {
  while (await runNextJob(api.deps, [auditCheckJob]));
  const { body: job } = await api.call<{ state: string }>("GET", `/jobs/${jobId}`, { token: chief });
  expect(job.state).toBe("done");
  const { body } = await api.call<ItemRow[]>("GET", `/jobs/${jobId}/items?range=[0,99]`, { token: chief });
  return body.map(({ result }) => result);
}
const brokenIn = (results: ItemRow["result"][]) => results.reduce((sum, { broken }) => sum + broken, 0);

async function chainOf(siteId: string): Promise<void> {
  for (let index = 0; index < ENTRIES; index += 1)
    await recordAudit(api.deps, {
      request: { caller: CALLER, id: "r1", now: api.clock.now() },
      siteId,
      action: "units.update",
      subject: { resource: "units", id: `unit-${index}` },
      after: { name: String(index) },
    });
}

describe("a check of the audit", () => {
  it("finds an honest chain whole, entry by entry", async () => {
    const { status, body } = await check(site.siteId, "whole");
    expect(status).toBe(202);
    const results = await resultsOf(body.id);
    expect(brokenIn(results)).toBe(0);
    const entries = results.reduce((sum, one) => sum + one.entries, 0);
    expect(entries).toBeGreaterThan(3);
    expect(results.at(-1)).toMatchObject({ unchained: 0 });
  });

  it("finds what somebody changed behind the program's back", async () => {
    await chainOf(site.siteId);
    const rows = auditModel(api.connection);
    const spoiled = await rows.findOne({ siteId: site.siteId, resourceId: "unit-7" }).lean();
    await rows.updateOne({ _id: spoiled?._id }, { $set: { after: { name: "another" } } });
    const { body } = await check(site.siteId, "spoiled");
    const results = await resultsOf(body.id);
    expect(results.flatMap(({ findings }) => findings)).toEqual([
      expect.objectContaining({ seq: spoiled?.seq, code: "audit-hash-wrong" }),
    ]);
    await rows.updateOne({ _id: spoiled?._id }, { $set: { after: { name: "7" } } });
  });

  it("sees the same stretch by stretch as in one go, also a cut at the seam", async () => {
    const siteId = "seams";
    await chainOf(siteId);
    const rows = auditModel(api.connection);
    const stretches = [1, 11, 21].map((from) => ({ from, to: from + 9 }));
    const inStretches = async () =>
      (await Promise.all(stretches.map((stretch) => verifyStretch(api.connection, siteId, stretch))))
        .flatMap(({ findings }) => findings)
        .map(({ code }) => code);
    expect(await inStretches()).toEqual([]);
    await rows.deleteOne({ siteId, seq: 10 });
    const [whole] = await verifyAudit(api.connection, { siteIds: [siteId] });
    expect(whole?.findings.length).toBeGreaterThan(0);
    expect((await inStretches()).length).toBeGreaterThan(0);
    await rows.deleteMany({ siteId, seq: { $gt: 25 } });
    expect(await verifyStretch(api.connection, siteId, { from: 21, to: 30 })).toMatchObject({
      entries: 5,
      findings: [{ code: "audit-gap" }],
    });
  });

  it("is of the caller's own sites; of what belongs to none, only for who sees all", async () => {
    const here = await api.tokenFor("administrator", { siteIds: [site.siteId] });
    expect((await check("elsewhere", "k1", here)).status).toBe(404);
    expect((await check(EVERY_SITE, "k2", here)).status).toBe(404);
    expect((await check(EVERY_SITE, "k3")).status).toBe(202);
  });
});
