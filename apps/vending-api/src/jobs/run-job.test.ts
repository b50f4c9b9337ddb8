import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { type JobBench, startJobBench, type TestProcess } from "../testing/job-bench.ts";
import { defineJob, type ItemContext } from "./define-job.ts";
import { LEASE_MS } from "./job-lease.ts";
import { cancelJob, resumeJob } from "./job-moves.ts";
import { runNextJob } from "./run-job.ts";

const params = z.strictObject({ itemIds: z.array(z.string()) });
type Work = (itemId: string, context: ItemContext<z.output<typeof params>>) => Promise<object>;

let bench: JobBench;
let first: TestProcess;
let second: TestProcess;
let kinds = 0;

beforeAll(async () => {
  bench = await startJobBench();
  first = bench.process();
  second = bench.process();
});
afterAll(() => bench.stop());

/** A kind of its own for each test: none takes up another's jobs. */
function kindOf(runItem: Work, concurrency = 1) {
  kinds += 1;
  return defineJob({
    kind: `test-${kinds}`,
    roles: ["administrator"],
    params,
    concurrency,
    items: async (context) => context.params.itemIds,
    runItem,
  });
}
const withEffect: Work = async (itemId, { ref }) => {
  await bench.effect(ref);
  return { itemId };
};
const states = async (jobId: string) =>
  Object.fromEntries((await bench.items(jobId)).map(({ itemId, state }) => [itemId, state]));
const later = (ms: number) => {
  for (const { clock } of [first, second]) clock.advance(ms);
};

describe("a job", () => {
  it("runs each item once, in order, and says what became of it", async () => {
    const order: string[] = [];
    const kind = kindOf(async (itemId, { job }) => {
      order.push(itemId);
      return { itemId, by: job.by.name };
    });
    const { _id } = await bench.start(first, kind, { itemIds: ["b", "a", "c", "a"] });
    expect(await runNextJob(first.deps, [kind])).toBe(true);
    expect(order).toEqual(["b", "a", "c"]);
    expect(await bench.job(_id)).toMatchObject({
      state: "done",
      total: 3,
      done: 3,
      failed: 0,
      lease: null,
      itemIds: null,
    });
    expect(await bench.items(_id)).toMatchObject([
      { itemId: "b", position: 0, state: "done", result: { itemId: "b", by: "Zhang Min" } },
      { itemId: "a", position: 1, state: "done" },
      { itemId: "c", position: 2, state: "done" },
    ]);
    expect(await runNextJob(first.deps, [kind])).toBe(false);
  });

  it("without items is done", async () => {
    const kind = kindOf(withEffect);
    const { _id } = await bench.start(first, kind, { itemIds: [] });
    await runNextJob(first.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "done", total: 0 });
  });

  it("is one job under one key, and refuses the key for another", async () => {
    const kind = kindOf(withEffect);
    const started = await Promise.all(
      Array.from({ length: 10 }, () => bench.start(first, kind, { itemIds: ["a"] }, "one-key")),
    );
    expect(new Set(started.map(({ _id }) => _id)).size).toBe(1);
    await expect(bench.start(second, kind, { itemIds: ["b"] }, "one-key")).rejects.toMatchObject({
      code: "idempotency-key-reused",
    });
  });

  it("that cannot list its items fails with the reason, and can be resumed", async () => {
    let isBroken = true;
    const kind = defineJob({
      kind: "test-listing",
      roles: ["administrator"],
      params,
      items: async (context) => {
        if (isBroken) throw new ApiError("reference-unknown", "no such class");
        return context.params.itemIds;
      },
      runItem: withEffect,
    });
    const { _id } = await bench.start(first, kind, { itemIds: ["a"] });
    await runNextJob(first.deps, [kind]);
    const problem = { code: "reference-unknown", detail: "no such class" };
    expect(await bench.job(_id)).toMatchObject({ state: "failed", total: null, problem });
    isBroken = false;
    await resumeJob(first.deps, _id);
    await runNextJob(first.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "done", total: 1, problem: null });
  });
});

describe("an item that fails", () => {
  it("stops nobody else, and is tried again when the job is resumed", async () => {
    let isOffline = true;
    const ran: string[] = [];
    const kind = kindOf(async (itemId) => {
      ran.push(itemId);
      if (itemId === "b" && isOffline) throw new ApiError("household-closed", "moved out");
      if (itemId === "c" && isOffline) throw new TypeError("a mistake of ours");
      return {};
    });
    const { _id } = await bench.start(first, kind, { itemIds: ["a", "b", "c", "d"] });
    await runNextJob(first.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "failed", done: 2, failed: 2 });
    expect(await bench.items(_id)).toMatchObject([
      { state: "done" },
      { state: "failed", problem: { code: "household-closed", detail: "moved out" } },
      { state: "failed", problem: { code: "internal" } },
      { state: "done" },
    ]);
    isOffline = false;
    await resumeJob(second.deps, _id);
    await runNextJob(second.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "done", done: 4, failed: 0 });
    expect(ran).toEqual(["a", "b", "c", "d", "b", "c"]);
  });

  it("for a passing reason waits for its turn, and has failed after thirty", async () => {
    const kind = kindOf(async (itemId) => {
      if (itemId === "a") throw new ApiError("store-unavailable");
      return {};
    });
    const { _id } = await bench.start(first, kind, { itemIds: ["a", "b"] });
    await runNextJob(first.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "running", done: 1, failed: 0, lease: null });
    expect(await runNextJob(first.deps, [kind])).toBe(false);
    for (let turn = 2; turn <= 30; turn += 1) {
      later(10_000);
      await runNextJob(first.deps, [kind]);
    }
    expect(await bench.job(_id)).toMatchObject({ state: "failed", done: 1, failed: 1 });
    expect((await bench.items(_id))[0]).toMatchObject({ problem: { code: "store-unavailable" } });
  });
});

describe("cancelling", () => {
  it("stops between two items; resumed, the job does the rest", async () => {
    const kind = kindOf(async (itemId, { job, ref }) => {
      await bench.effect(ref);
      if (itemId === "b") await cancelJob(second.deps, job.id);
      return {};
    });
    const { _id } = await bench.start(first, kind, { itemIds: ["a", "b", "c"] });
    await runNextJob(first.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "cancelled", done: 2, failed: 0, lease: null });
    expect(await states(_id)).toEqual({ a: "done", b: "done", c: "waiting" });
    expect(await runNextJob(second.deps, [kind])).toBe(false);
    expect(await cancelJob(first.deps, _id)).toMatchObject({ state: "cancelled" });
    expect(await resumeJob(first.deps, _id)).toMatchObject({ state: "queued" });
    await runNextJob(second.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "done", done: 3 });
    expect(await bench.effects(_id)).toHaveLength(3);
    await expect(cancelJob(first.deps, _id)).rejects.toMatchObject({ code: "wrong-state" });
    await expect(resumeJob(first.deps, _id)).rejects.toMatchObject({ code: "wrong-state" });
  });

  it("ends a job at once that nobody has taken up", async () => {
    const kind = kindOf(withEffect);
    const { _id } = await bench.start(first, kind, { itemIds: ["a"] });
    expect(await cancelJob(first.deps, _id)).toMatchObject({ state: "cancelled" });
    expect(await runNextJob(first.deps, [kind])).toBe(false);
    expect(await bench.effects(_id)).toEqual([]);
  });
});

describe("a process that dies", () => {
  it("keeps its lease until it runs out; then another goes on, and each effect is there once", async () => {
    let isDead = true;
    let wake: () => void = () => {};
    let reached: () => void = () => {};
    const asleep = new Promise<void>((resolve) => (reached = resolve));
    const ran: string[] = [];
    const kind = kindOf(async (itemId, { ref }) => {
      ran.push(itemId);
      await bench.effect(ref);
      if (itemId === "b" && isDead) {
        isDead = false;
        reached();
        // As after kill -9: the effect is made, and nothing more is heard.
        await new Promise<void>((resolve) => (wake = resolve));
        return { by: "the dead" };
      }
      return { by: "the living" };
    });
    const { _id } = await bench.start(first, kind, { itemIds: ["a", "b", "c"] });
    const dead = runNextJob(first.deps, [kind]);
    await asleep;
    second.clock.advance(LEASE_MS - 1);
    expect(await runNextJob(second.deps, [kind])).toBe(false);
    second.clock.advance(1);
    expect(await runNextJob(second.deps, [kind])).toBe(true);
    expect(await bench.job(_id)).toMatchObject({ state: "done", total: 3, done: 3 });
    expect(ran).toEqual(["a", "b", "b", "c"]);
    expect(await bench.effects(_id)).toHaveLength(3);

    // It was only slow: what it brings back changes nothing.
    const over = await bench.job(_id);
    wake();
    await dead;
    expect(await bench.job(_id)).toEqual(over);
    expect((await bench.items(_id)).map(({ result }) => result)).toEqual([
      { by: "the living" },
      { by: "the living" },
      { by: "the living" },
    ]);
    expect(ran).toHaveLength(4);
    first.clock.advance(LEASE_MS);
  });

  it("while its items were being laid out leaves them to the next, the same ones", async () => {
    let lists = 0;
    const kind = defineJob({
      kind: "test-laying",
      roles: ["administrator"],
      params,
      items: async () => {
        lists += 1;
        return lists === 1 ? ["a", "b"] : ["c"];
      },
      runItem: withEffect,
    });
    const { _id } = await bench.start(first, kind, { itemIds: [] });
    const lost = bench.connection.collection("jobitems");
    await runNextJob(first.deps, [kind]);
    expect(await states(_id)).toEqual({ a: "done", b: "done" });
    // As it stood between the frozen list and the second of its documents.
    await lost.deleteOne({ jobId: _id, itemId: "b" } as never);
    const cut = { state: "running", itemIds: ["a", "b"], endedAt: null };
    await bench.connection.collection("jobs").updateOne({ _id } as never, { $set: cut });
    await runNextJob(second.deps, [kind]);
    expect(await bench.job(_id)).toMatchObject({ state: "done", total: 2, done: 2 });
    expect(lists).toBe(1);
    expect(await bench.effects(_id)).toHaveLength(2);
  });

  it("that holds a long item renews its lease", async () => {
    let wake: () => void = () => {};
    let reached: () => void = () => {};
    const asleep = new Promise<void>((resolve) => (reached = resolve));
    const kind = kindOf(async () => {
      reached();
      await new Promise<void>((resolve) => (wake = resolve));
      return {};
    });
    const { _id } = await bench.start(first, kind, { itemIds: ["a"] });
    const running = runNextJob(first.deps, [kind]);
    await asleep;
    const until = async () => (await bench.job(_id)).lease?.until.getTime() ?? 0;
    const before = await until();
    first.clock.advance(LEASE_MS / 3);
    await expect.poll(until).toBeGreaterThan(before);
    wake();
    await running;
    expect((await bench.job(_id)).state).toBe("done");
  });
});

it("a process that stops gives its job back at once", async () => {
  const third = bench.process();
  let reached: () => void = () => {};
  const asleep = new Promise<void>((resolve) => (reached = resolve));
  let isFirst = true;
  const kind = kindOf(async () => {
    if (!isFirst) return {};
    isFirst = false;
    reached();
    return new Promise<object>(() => {});
  });
  const { _id } = await bench.start(third, kind, { itemIds: ["a", "b"] });
  const running = runNextJob(third.deps, [kind]);
  await asleep;
  third.stop();
  await running;
  expect(await bench.job(_id)).toMatchObject({ state: "running", lease: null });
  expect(await runNextJob(second.deps, [kind])).toBe(true);
  expect(await bench.job(_id)).toMatchObject({ state: "done", done: 2 });
});

it("several items are under way at a time where the kind allows it", async () => {
  let underWay = 0;
  let most = 0;
  const kind = kindOf(async (_itemId, { ref }) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await bench.effect(ref);
    underWay -= 1;
    return {};
  }, 5);
  const itemIds = Array.from({ length: 40 }, (_, index) => `i${index}`);
  const { _id } = await bench.start(first, kind, { itemIds });
  await runNextJob(first.deps, [kind]);
  expect(await bench.job(_id)).toMatchObject({ state: "done", done: 40 });
  expect(most).toBe(5);
});
