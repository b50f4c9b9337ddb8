import { describe, expect, it } from "vitest";
import type { PollEntry } from "./bus.ts";
import {
  completed,
  deadlineMs,
  dropStaleReplies,
  latenessMs,
  mayShare,
  missed,
  missingBlocks,
  PollSchedule,
  pollAge,
  type ScheduledPoll,
  takeReply,
} from "./poll-schedule.ts";

const BLOCK = { name: "sample", function: 3, address: 0x300, count: 18 } as const;
const ENERGIES = { ...BLOCK, name: "energies", address: 0x400, count: 8 };

function entry(key: string, more: Partial<PollEntry> = {}): PollEntry {
  return {
    key,
    unitId: Number(key),
    blocks: [BLOCK],
    holes: [],
    profile: { minimumGapMs: 0, longestLatencyMs: 500 },
    intervalMs: 5000,
    lane: "poll",
    ...more,
  };
}

function poll(dueMs: number, more: Partial<PollEntry> = {}): ScheduledPoll {
  return { entry: entry("1", more), dueMs, replies: [], begunMs: null };
}

describe("time of a poll", () => {
  it.for([
    { name: "on time: one interval after it was due", dueMs: 1000, startedMs: 1200, next: 6000 },
    {
      name: "periods missed: at the next one, not once for each",
      dueMs: 1000,
      startedMs: 17_000,
      next: 21_000,
    },
    { name: "early: one interval after it was read", dueMs: 3000, startedMs: 1200, next: 6200 },
  ])("after a poll $name", ({ dueMs, startedMs, next }) => {
    const done = poll(dueMs);
    expect(takeReply(done, BLOCK, { words: Array(18).fill(7), at: 9 }, startedMs)).toBe(true);
    expect(completed(done)).toEqual([{ words: Array(18).fill(7), at: 9 }]);
    expect(done).toMatchObject({ dueMs: next, replies: [], begunMs: null });
  });

  it("repeats a missed poll a quarter of a period later, and one that was refused a whole one later", () => {
    const silent = poll(1000);
    missed(silent, 1200, false);
    expect(silent.dueMs).toBe(2450);
    missed(silent, 1200, true);
    expect(silent.dueMs).toBe(6200);
  });

  it("ages a poll that is half a period late", () => {
    expect([500, 1000, 2250, 3500, 6000].map((nowMs) => pollAge(poll(1000), nowMs))).toEqual([
      0, 0, 0.5, 1, 2,
    ]);
    expect(latenessMs(poll(1000), 3500)).toBe(2500);
  });

  it.for([
    { name: "one that is due", dueMs: 1000, againMs: 6000, shares: true },
    { name: "one due before the other comes again", dueMs: 3400, againMs: 6000, shares: true },
    { name: "not one the other can take along next time", dueMs: 2100, againMs: 2000, shares: false },
    { name: "not one read less than half a period ago", dueMs: 3600, againMs: 6000, shares: false },
  ])("takes along $name", ({ dueMs, againMs, shares }) => {
    expect(mayShare(poll(dueMs), 1000, againMs)).toBe(shares);
  });
});

describe("a sample of several blocks", () => {
  const blocks = [BLOCK, ENERGIES];

  it("is whole when the last one is in, in the order of the blocks, and goes first meanwhile", () => {
    const sample = poll(0, { blocks });
    expect(takeReply(sample, ENERGIES, { words: Array(8).fill(2), at: 20 }, 100)).toBe(false);
    expect(missingBlocks(sample)).toEqual([BLOCK]);
    expect(deadlineMs(sample)).toBeLessThan(deadlineMs(poll(-9e9)));
    expect(takeReply(sample, BLOCK, { words: Array(18).fill(1), at: 30 }, 200)).toBe(true);
    expect(completed(sample).map(({ at }) => at)).toEqual([30, 20]);
    expect(sample.dueMs).toBe(5000);
  });

  it("takes its part of a longer read", () => {
    const sample = poll(0, { blocks: [ENERGIES] });
    const words = Array.from({ length: 40 }, (_, n) => n);
    takeReply(sample, { ...BLOCK, address: 0x3f0, count: 40 }, { words, at: 1 }, 0);
    expect(completed(sample)[0]?.words).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it("is not put together from replies of two periods", () => {
    const sample = poll(0, { blocks });
    takeReply(sample, BLOCK, { words: Array(18).fill(1), at: 1 }, 100);
    dropStaleReplies(sample, 5100);
    expect(missingBlocks(sample)).toEqual([ENERGIES]);
    dropStaleReplies(sample, 5101);
    expect(missingBlocks(sample)).toEqual(blocks);
  });
});

it("keeps the place in time of what stays the same in a new plan", () => {
  const schedule = new PollSchedule();
  schedule.replan([entry("1"), entry("2")], 4000);
  schedule.replan([entry("1"), entry("2", { intervalMs: 1000 }), entry("3")], 500);
  expect(schedule.all.map(({ dueMs }) => dueMs)).toEqual([4000, 500, 500]);
  expect(schedule.ofUnit(2).map(({ entry: { intervalMs } }) => intervalMs)).toEqual([1000]);
  schedule.replan([entry("1", { blocks: [ENERGIES] })], 600);
  expect(schedule.all.map(({ dueMs }) => dueMs)).toEqual([600]);
  expect(schedule.ofUnit(2)).toEqual([]);
});
