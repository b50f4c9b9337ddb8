import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleItem } from "../testing/test-site.ts";
import { expireGrants } from "./expire-grants.ts";
import { startDueRuns } from "./grant-schedules.ts";
import { GrantDesk, type Job, type Run } from "./testing/grant-desk.ts";

const DAY_MS = 86_400_000;

let desk: GrantDesk;
beforeAll(async () => {
  desk = await GrantDesk.open(2);
});
afterAll(() => desk.api.stop());

describe("time", () => {
  it("brings each month's run on its day, missed ones too, once for all processes", async () => {
    const policyId = await desk.newPolicy({ carry: { kind: "months", months: 1 }, isAutomatic: true });
    await startDueRuns(desk.api.deps);
    await expect(desk.runOf(policyId)).rejects.toThrow("not-found");
    // Nothing runs from 2 March to 10 June; May is excluded.
    desk.api.clock.sleep(100 * DAY_MS);
    await desk.signIn();
    await Promise.all([
      startDueRuns(desk.api.deps),
      startDueRuns(desk.api.deps),
      startDueRuns(desk.api.deps),
    ]);
    await Promise.all([desk.work(), desk.work()]);
    await startDueRuns(desk.api.deps);
    await desk.work();
    const filter = encodeURIComponent(JSON.stringify({ policyId }));
    const runs = await desk.call<Run[]>("GET", `/grant-runs?sort=["month","ASC"]&filter=${filter}`);
    expect(runs.body.map(({ month, job }) => [month, job?.state])).toEqual([
      ["2040-03", "done"],
      ["2040-04", "done"],
      ["2040-06", "done"],
    ]);
    const jobs = await desk.call<Job[]>(
      "GET",
      `/jobs?filter=${encodeURIComponent(`{"siteId":"${desk.site.siteId}"}`)}`,
    );
    expect(jobs.body).toHaveLength(3);
    expect(await desk.balances()).toEqual([4500, 4500]);
    expect((await desk.grantsOf(policyId)).map(({ expiresAt }) => expiresAt)).toEqual([
      "2040-07-31T16:00:00.000Z",
      "2040-07-31T16:00:00.000Z",
    ]);
    expect(await desk.findings()).toEqual([]);
  });

  it("ends what is left, but not before the use of its time is in the books", async () => {
    const meterReading = sampleItem(desk.site.rooms[1]?.circuitId ?? "", desk.api.clock.now(), 1000);
    await desk.site.uplink([meterReading]);
    await desk.use(0, 100_000);
    expect(await expireGrants(desk.api.deps, desk.api.clock.now())).toBe(0);
    // 1 August in Shanghai.
    desk.api.clock.sleep(Date.parse("2040-07-31T16:00:00Z") - desk.api.clock.now().getTime());
    const [first, second] = await Promise.all([
      expireGrants(desk.api.deps, desk.api.clock.now()),
      expireGrants(desk.api.deps, desk.api.clock.now()),
    ]);
    expect(first + second).toBe(3);
    expect(await desk.balances()).toEqual([0, 4500]);
    // Its gateway is silent for a week: that is long enough.
    desk.api.clock.sleep(7 * DAY_MS);
    expect(await expireGrants(desk.api.deps, desk.api.clock.now())).toBe(3);
    expect(await expireGrants(desk.api.deps, desk.api.clock.now())).toBe(0);
    expect(await desk.balances()).toEqual([0, 0]);
    expect(await desk.findings()).toEqual([]);
  });
});
