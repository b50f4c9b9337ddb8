import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { newId } from "../db/model.ts";
import { ApiError, isApiError } from "../errors.ts";
import { type JobBench, startJobBench, type TestProcess } from "../testing/job-bench.ts";
import { defineJob } from "./define-job.ts";
import { JOB_STATES } from "./job.model.ts";
import { LEASE_MS } from "./job-lease.ts";
import { cancelJob, resumeJob } from "./job-moves.ts";
import { runNextJob } from "./run-job.ts";

/** The long version is `HALLMETER_TEST_RUNS=10000`. */
const RUNS = Number(process.env.HALLMETER_TEST_RUNS ?? 40);
/** Range 500–5000: each run is a hundred requests to the store. */
const RUN_TIMEOUT_MS = 4000;
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

let bench: JobBench;
let processes: [TestProcess, TestProcess];

beforeAll(async () => {
  bench = await startJobBench();
  processes = [bench.process(), bench.process()];
});
afterAll(() => bench.stop());

const wait = (ms: number) => {
  for (const { clock } of processes) clock.sleep(ms);
};

/** One job's world: what its items do, when the process under it dies, and a record of the effects. */
function world(items: readonly { refusals: number; passing: boolean }[]) {
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
  return {
    kind,
    /** Works until the job is over or rests, or until the process dies; another is then started in its place. */
    async work(index: 0 | 1, dies?: { at: number; effect: boolean }) {
      const died = new Promise<boolean>((resolve) => {
        death = dies && { ...dies, tell: () => resolve(true) };
      });
      const worked = runNextJob(processes[index].deps, [kind]).then(() => false);
      if (await Promise.race([worked, died])) {
        const { clock } = processes[index];
        processes[index] = bench.process();
        // The clock of the dead stands still from here: it renews nothing.
        processes[index].clock.advance(clock.now().getTime() - processes[index].clock.now().getTime());
      }
      death = undefined;
    },
  };
}

/** What must hold at any moment, whatever happened. */
async function check(jobId: string, count: number): Promise<void> {
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

async function finish(jobId: string, work: () => Promise<void>): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    const { state } = await bench.job(jobId);
    if (state === "done") return;
    if (JOB_STATES[state].isOver) await resumeJob(processes[0].deps, jobId);
    wait(LEASE_MS);
    await work();
  }
}

it(
  "whatever happens to job and processes, each effect is there once and the job comes to its end",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(itemArbitrary, { maxLength: 6 }),
        fc.array(stepArbitrary, { maxLength: 10 }),
        async (items, steps) => {
          const { kind, work } = world(items);
          const itemIds = items.map((_, index) => String(index));
          const { _id } = await bench.start(processes[0], kind, { itemIds });
          for (const step of steps) {
            if (step.do === "work") await work(step.process);
            if (step.do === "die") await work(step.process, step);
            if (step.do === "cancel") await allow(cancelJob(processes[0].deps, _id));
            if (step.do === "resume") await allow(resumeJob(processes[1].deps, _id));
            if (step.do === "wait") wait(step.ms);
            await check(_id, items.length);
          }
          await finish(_id, () => work(1));
          expect(await bench.job(_id)).toMatchObject({
            state: "done",
            total: items.length,
            done: items.length,
          });
          expect(await bench.effects(_id)).toHaveLength(items.length);
          await check(_id, items.length);
        },
      ),
      { numRuns: RUNS },
    );
  },
  RUNS * RUN_TIMEOUT_MS,
);
