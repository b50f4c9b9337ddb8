import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runNextJob } from "../jobs/run-job.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { grantRunJob } from "./grant-jobs.ts";
import { GrantDesk, type Job, MONTH } from "./testing/grant-desk.ts";

let desk: GrantDesk;
beforeAll(async () => {
  desk = await GrantDesk.open(4);
});
afterAll(() => desk.api.stop());

describe("the reversal of a run", () => {
  it("takes back what is left of each grant and no more, once, and keeps the run shut", async () => {
    const audience = { kind: "households", householdIds: [desk.homeAt(0), desk.homeAt(1), desk.homeAt(2)] };
    const policyId = await desk.newPolicy({ audience });
    const key = desk.newKey();
    const { body: given } = await desk.start(policyId, MONTH, key);
    await desk.work();
    await desk.use(0, 100_000);
    await desk.use(1, 150_000);
    expect(await desk.balances()).toEqual([500, 0, 1500, 0]);
    expect(await desk.reverse(policyId)).toMatchObject({ state: "done", total: 3 });
    expect(await desk.balances()).toEqual([0, 0, 0, 0]);
    expect((await desk.grantsOf(policyId)).map(({ takenBack }) => takenBack)).toEqual([500, 0, 1500]);
    const kinds = await journalModel(desk.api.connection).distinct("kind", { siteId: desk.site.siteId });
    expect(kinds.sort()).toEqual(["grant", "grant-reversal", "refusal", "usage"]);
    expect(await desk.reverse(policyId, "again")).toMatchObject({ state: "done" });
    expect(await desk.balances()).toEqual([0, 0, 0, 0]);
    expect(await desk.runOf(policyId)).toMatchObject({
      reversal: { reason: "wrong amount", job: { state: "done" } },
    });
    expect(await desk.start(policyId)).toMatchObject({ status: 409, body: { code: "run-reversed" } });
    expect(await desk.start(policyId, MONTH, key)).toMatchObject({ status: 202, body: { id: given.id } });
    expect(await desk.findings()).toEqual([]);
  });

  it("asked for under the key of another request changes nothing", async () => {
    const policyId = await desk.newPolicy();
    const key = desk.newKey();
    await desk.start(policyId, MONTH, key);
    await desk.work();
    const path = `/grant-runs/${policyId}.${MONTH}/reverse`;
    expect(await desk.call("POST", path, { reason: "no" }, { key })).toMatchObject({ status: 422 });
    await desk.work();
    expect(await desk.runOf(policyId)).toMatchObject({ reversal: null });
    expect(await desk.balances()).toEqual([1500, 1500, 1500, 1500]);
    await desk.reverse(policyId);
  });

  it("stands before a process that is still giving: nothing comes behind it", async () => {
    const policyId = await desk.newPolicy();
    const { body: job } = await desk.start(policyId);
    const slow = {
      ...grantRunJob,
      async listItems(...asked: Parameters<typeof grantRunJob.listItems>) {
        const items = await grantRunJob.listItems(...asked);
        await desk.reverse(policyId);
        return items;
      },
    };
    await runNextJob(desk.api.deps, [slow]);
    await desk.work();
    expect((await desk.call<Job>("GET", `/jobs/${job.id}`)).body).toMatchObject({ state: "done", done: 4 });
    expect(await desk.grantsOf(policyId)).toEqual([]);
    expect(await desk.balances()).toEqual([0, 0, 0, 0]);
    expect(await desk.findings()).toEqual([]);
  });
});
