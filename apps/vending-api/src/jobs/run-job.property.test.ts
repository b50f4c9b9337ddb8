import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { newId } from "../db/model.ts";
import { ApiError, isApiError } from "../errors.ts";
import { type JobBench, startJobBench, type TestProcess } from "../testing/job-bench.ts";
import { defineJob } from "./define-job.ts";
import { JOB_STATES } from "./job.model.ts";
import { LEASE_MS } from "./job-lease.ts";
import { cancelJob, resumeJob } from "./job-moves.ts";
import { runNextJob } from "./run-job.ts";
import { inMemoryJobBench } from "./testing/in-memory-job-bench.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 500);
/** Each is a hundred requests to the store: so many show that it does what plain values do. */
const RUNS_ON_THE_STORE = 15;
/** Seconds where nobody else is; a busy machine takes longer. */
const STORE_TIMEOUT_MS = 120_000;
type Bench = Omit<JobBench, "connection" | "stop">;
const params = z.strictObject({ itemIds: z.array(z.string()) });

/** How often an item says no before it works; `passing`: as trouble that goes away by itself. */
const itemArbitrary = fc.record({
  refusals: fc.constantFrom(0, 0, 0, 1, 2),
  passing: fc.boolean(),
});
const stepArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("work" as const),
      process: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("die" as const),
      process: fc.constantFrom(0 as const, 1 as const),
      // Before or after the effect of the n-th item from here.
      at: fc.integer({ min: 0, max: 5 }),
      effect: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("resume" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(10_000, LEASE_MS) }),
  },
);
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** One job's world: what its items do, when a process under it dies, and what must hold at any moment. */
function world(bench: Bench, items: readonly { refusals: number; passing: boolean }[]) {
  const { rows } = bench;
  const processes: [TestProcess, TestProcess] = [bench.process(), bench.process()];
  const left = items.map(({ refusals }) => refusals);
  let death: { at: number; effect: boolean; tell: () => void } | undefined;
  const grave = new Promise<never>(() => {});
  const die = async (): Promise<never> => {
    death?.tell();
    death = undefined;
    return grave;
  };
  const kind = defineJob({
    kind: `model-${newId()}`,
    roles: ["administrator"],
    params,
    items: async (context) => context.params.itemIds,
    async runItem(itemId, { ref }) {
      const index = Number(itemId);
      const isLast = death !== undefined && death.at-- === 0;
      if (isLast && death?.effect === false) return die();
      if ((left[index] ?? 0) > 0) {
        left[index] = (left[index] ?? 0) - 1;
        throw new ApiError(items[index]?.passing ? "store-unavailable" : "household-closed");
      }
      await bench.effect(ref);
      return isLast ? die() : { itemId };
    },
  });

  const wait = (ms: number) => {
    for (const { clock } of processes) clock.sleep(ms);
  };
  /** Works until the job is over or rests, or until the process dies; another is then started in its place. */
  async function work(index: 0 | 1, dies?: { at: number; effect: boolean }) {
    const died = new Promise<boolean>((resolve) => {
      death = dies && { ...dies, tell: () => resolve(true) };
    });
    const worked = runNextJob(processes[index].deps, [kind], rows).then(() => false);
    if (await Promise.race([worked, died])) {
      const { clock } = processes[index];
      processes[index] = bench.process();
      // The clock of the dead stands still from here: it renews nothing.
      processes[index].clock.advance(clock.now().getTime() - processes[index].clock.now().getTime());
    }
    death = undefined;
  }
  return {
    async start() {
      const itemIds = items.map((_, index) => String(index));
      return (await bench.start(processes[0], kind, { itemIds }))._id;
    },
    async happen(step: Step, jobId: string) {
      if (step.do === "work") await work(step.process);
      if (step.do === "die") await work(step.process, step);
      if (step.do === "cancel") await allow(cancelJob(processes[0].deps, jobId, rows));
      if (step.do === "resume") await allow(resumeJob(processes[1].deps, jobId, rows));
      if (step.do === "wait") wait(step.ms);
    },
    async finish(jobId: string) {
      for (let turn = 0; turn < 20; turn += 1) {
        const { state } = await bench.job(jobId);
        if (state === "done") return;
        if (JOB_STATES[state].isOver) await resumeJob(processes[0].deps, jobId, rows);
        wait(LEASE_MS);
        await work(1);
      }
    },
  };
}

async function check(bench: Bench, jobId: string, count: number): Promise<void> {
  const [job, items, effects] = await Promise.all([
    bench.job(jobId),
    bench.items(jobId),
    bench.effects(jobId),
  ]);
  const done = items.filter(({ state }) => state === "done");
  for (const item of done) expect(effects).toContain(`${jobId}:${item.itemId}`);
  for (const item of items) {
    expect(item.result !== null).toBe(item.state === "done");
    expect(item.endedAt !== null).toBe(item.state !== "waiting");
  }
  expect(items.map(({ itemId }) => itemId)).toEqual(
    Array.from({ length: items.length }, (_, index) => String(index)),
  );
  expect(job.endedAt !== null).toBe(JOB_STATES[job.state].isOver);
  if (!JOB_STATES[job.state].isOver) return;
  const failed = items.filter(({ state }) => state === "failed").length;
  expect(job).toMatchObject({ lease: null, done: done.length, failed });
  if (job.state === "done") expect(done).toHaveLength(count);
  if (job.state === "failed") expect(failed).toBeGreaterThan(0);
}

async function allow(move: Promise<unknown>): Promise<void> {
  try {
    await move;
  } catch (error) {
    if (!isApiError(error, "wrong-state")) throw error;
  }
}

const plan = fc.record({
  items: fc.array(itemArbitrary, { maxLength: 6 }),
  steps: fc.array(stepArbitrary, { maxLength: 10 }),
});

const property = (benchOfRun: () => Bench) =>
  fc.asyncProperty(plan, async ({ items, steps }) => {
    const bench = benchOfRun();
    const { start, happen, finish } = world(bench, items);
    const jobId = await start();
    for (const step of steps) {
      await happen(step, jobId);
      await check(bench, jobId, items.length);
    }
    await finish(jobId);
    const whole = { state: "done", total: items.length, done: items.length };
    expect(await bench.job(jobId)).toMatchObject(whole);
    expect(await bench.effects(jobId)).toHaveLength(items.length);
    await check(bench, jobId, items.length);
  });

describe("whatever happens to job and processes, each effect is there once and the job comes to its end", () => {
  it("on plain values", async () => {
    await fc.assert(property(inMemoryJobBench), { numRuns: RUNS });
  });

  describe("on the store", () => {
    let bench: JobBench;
    beforeAll(async () => {
      bench = await startJobBench();
    });
    afterAll(() => bench.stop());

    it(
      "as well",
      async () => {
        await fc.assert(
          property(() => bench),
          { numRuns: RUNS_ON_THE_STORE },
        );
      },
      STORE_TIMEOUT_MS,
    );
  });
});
