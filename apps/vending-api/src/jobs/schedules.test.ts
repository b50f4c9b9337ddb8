import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JobBench, startJobBench, type TestProcess } from "../testing/job-bench.ts";
import { dueTimesOf } from "./due-times.ts";
import { SCHEDULE_LEASE_MS, type Schedule, scheduleRunner } from "./schedules.ts";

const at = (text: string) => Date.parse(text);
const shown = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

describe("the latest due time", () => {
  it.each([
    { pattern: "5,35 * * * *", after: "2040-03-02T07:35:00Z", until: "2040-03-02T08:04:59Z", due: undefined },
    {
      pattern: "5,35 * * * *",
      after: "2040-03-02T07:35:00Z",
      until: "2040-03-02T08:05:00Z",
      due: "2040-03-02T08:05:00.000Z",
    },
    // Only the last of many that were missed.
    {
      pattern: "5,35 * * * *",
      after: "2040-01-01T00:00:00Z",
      until: "2040-03-02T00:00:00Z",
      due: "2040-03-01T23:35:00.000Z",
    },
    {
      pattern: "0 3 1 * *",
      after: "2040-01-20T00:00:00Z",
      until: "2040-03-01T02:59:00Z",
      due: "2040-02-01T03:00:00.000Z",
    },
    // 2040 is a leap year, 2042 is not.
    {
      pattern: "0 0 29 2 *",
      after: "2038-01-01T00:00:00Z",
      until: "2042-12-31T00:00:00Z",
      due: "2040-02-29T00:00:00.000Z",
    },
    {
      pattern: "0 12 * * 1",
      after: "2040-02-27T12:00:00Z",
      until: "2040-03-05T12:00:00Z",
      due: "2040-03-05T12:00:00.000Z",
    },
  ])("of $pattern after $after until $until is $due", ({ pattern, after, until, due }) => {
    expect(shown(dueTimesOf(pattern).latest(at(after), at(until)))).toBe(due);
  });
});

describe("a schedule", () => {
  let bench: JobBench;
  let first: TestProcess;
  let second: TestProcess;
  let names = 0;

  beforeAll(async () => {
    bench = await startJobBench();
    first = bench.process();
    second = bench.process();
  });
  afterAll(() => bench.stop());

  const HALF_HOUR = 1_800_000;
  const later = (ms: number) => {
    for (const { clock } of [first, second]) clock.advance(ms);
  };
  function scheduleOf(work: Schedule["run"]) {
    names += 1;
    const schedule: Schedule = { name: `test-${names}`, pattern: "5,35 * * * *", run: work };
    return [scheduleRunner(first.deps, schedule), scheduleRunner(second.deps, schedule)] as const;
  }

  it("runs once each time it falls due, in one of several processes", async () => {
    const due: string[] = [];
    const [one, two] = scheduleOf(async (_deps, { dueAt }) => {
      due.push(dueAt.toISOString());
    });
    expect(await one()).toBe(false);
    later(HALF_HOUR);
    expect((await Promise.all([one(), two(), one(), two()])).filter(Boolean)).toHaveLength(1);
    expect(await two()).toBe(false);
    later(HALF_HOUR);
    expect(await two()).toBe(true);
    expect(due).toEqual(["2040-03-02T08:05:00.000Z", "2040-03-02T08:35:00.000Z"]);
  });

  it("missed while nothing ran, runs once for all that was missed and says since when", async () => {
    const runs: { dueAt: Date; lastRunFor: Date }[] = [];
    const [one] = scheduleOf(async (_deps, due) => {
      runs.push(due);
    });
    const known = first.clock.now();
    await one();
    later(50 * HALF_HOUR);
    expect(await one()).toBe(true);
    expect(await one()).toBe(false);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.lastRunFor).toEqual(known);
    expect(first.clock.now().getTime() - (runs[0]?.dueAt.getTime() ?? 0)).toBeLessThan(HALF_HOUR);
  });

  it("that failed runs again; one whose process died runs elsewhere when its lease is over", async () => {
    let tries = 0;
    let reached: () => void = () => {};
    const asleep = new Promise<void>((resolve) => (reached = resolve));
    const [one, two] = scheduleOf(async () => {
      tries += 1;
      if (tries === 1) throw new Error("no luck");
      if (tries > 2) return;
      reached();
      await new Promise(() => {});
    });
    await one();
    later(HALF_HOUR);
    await expect(one()).rejects.toThrow("no luck");
    void one();
    await asleep;
    expect(await two()).toBe(false);
    second.clock.advance(SCHEDULE_LEASE_MS);
    expect(await two()).toBe(true);
    expect(tries).toBe(3);
    first.clock.advance(SCHEDULE_LEASE_MS);
  });
});
