import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type JobBench, startJobBench, type TestProcess } from "../testing/job-bench.ts";
import { defineJob } from "./define-job.ts";
import { jobModel } from "./job.model.ts";
import { resumeJob } from "./job-moves.ts";
import { forgetJobs } from "./job-retention.ts";
import { runNextJob } from "./run-job.ts";

const OLD = new Date("2040-01-01T00:00:00Z");
const LIMIT = new Date("2040-02-01T00:00:00Z");
const YOUNG = new Date("2040-02-01T00:00:01Z");
const params = z.strictObject({});
const common = { roles: ["administrator"], params, items: async () => ["a", "b"] } as const;
const imports = defineJob({ ...common, kind: "imports", isForgotten: true, runItem: async () => ({}) });
const failing = defineJob({
  ...common,
  kind: "failing",
  isForgotten: true,
  async runItem() {
    throw new RangeError("no such row");
  },
});
const payouts = defineJob({ ...common, kind: "payouts", runItem: async () => ({}) });
const KINDS = [imports, failing, payouts];

let bench: JobBench;
let process: TestProcess;
beforeAll(async () => {
  bench = await startJobBench();
  process = bench.process();
});
afterAll(() => bench.stop());

async function ended(kind: (typeof KINDS)[number], endedAt: Date): Promise<string> {
  const { _id } = await bench.start(process, kind, {});
  while (await runNextJob(process.deps, KINDS));
  await jobModel(bench.connection).updateOne({ _id }, { $set: { endedAt } });
  return _id;
}
const forget = () => forgetJobs(bench.connection, KINDS, LIMIT);
const isThere = async (id: string) => (await jobModel(bench.connection).exists({ _id: id })) !== null;

describe("jobs that are over", () => {
  it("are forgotten with their items after their time, those that money refers to never", async () => {
    const young = await ended(imports, YOUNG);
    const paid = await ended(payouts, OLD);
    expect(await forget()).toBe(0);
    const old = [await ended(imports, OLD), await ended(failing, OLD)];
    const waiting = (await bench.start(process, imports, {}))._id;
    expect(await forget()).toBe(2);
    for (const id of old) {
      expect(await isThere(id)).toBe(false);
      expect(await bench.items(id)).toEqual([]);
    }
    for (const id of [paid, young]) {
      expect(await isThere(id)).toBe(true);
      expect(await bench.items(id)).toHaveLength(2);
    }
    expect(await isThere(waiting)).toBe(true);
  });

  it("are not resumed while they leave, and a process that died at it leaves nothing behind", async () => {
    const id = await ended(failing, OLD);
    await jobModel(bench.connection).updateOne({ _id: id }, { $set: { isLeaving: true } });
    await expect(resumeJob(process.deps, id)).rejects.toMatchObject({ code: "wrong-state" });
    await forget();
    expect(await isThere(id)).toBe(false);
    expect(await bench.items(id)).toEqual([]);
  });
});
