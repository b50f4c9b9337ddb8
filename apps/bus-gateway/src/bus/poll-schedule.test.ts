import { describe, expect, it } from "vitest";
import type { PollEntry } from "./bus.ts";
import {
  afterMissedPoll,
  afterPoll,
  earliestDeadline,
  latenessMs,
  movedOn,
  pollAge,
  replan,
} from "./poll-schedule.ts";

function entry(key: string, intervalMs = 5000): PollEntry {
  const block = { name: "sample", function: 3, address: 0x300, count: 18 } as const;
  const profile = { minimumGapMs: 0, longestLatencyMs: 500 };
  return { key, unitId: Number(key), blocks: [block], holes: [], profile, intervalMs, lane: "poll" };
}

describe("poll schedule", () => {
  it("starts with everything due, the shortest period first", () => {
    const polls = replan([], [entry("1", 9000), entry("2", 3000), entry("3", 5000)], 100);
    expect(earliestDeadline(polls, 100, () => true)?.entry.key).toBe("2");
    expect(earliestDeadline(polls, 99, () => true)).toBeUndefined();
    expect(earliestDeadline(polls, 100, ({ key }) => key !== "2")?.entry.key).toBe("3");
  });

  it("takes the earliest deadline, not the longest wait", () => {
    const polls = [
      { entry: entry("1", 60_000), dueMs: 0 },
      { entry: entry("2", 1000), dueMs: 5000 },
    ];
    expect(earliestDeadline(polls, 5000, () => true)?.entry.key).toBe("2");
  });

  it.for([
    { name: "on time: one interval after it was due", dueMs: 1000, startedMs: 1200, next: 6000 },
    {
      name: "periods missed: at the next one, not once for each",
      dueMs: 1000,
      startedMs: 17_000,
      next: 21_000,
    },
  ])("after a poll $name", ({ dueMs, startedMs, next }) => {
    expect(afterPoll({ entry: entry("1"), dueMs }, startedMs).dueMs).toBe(next);
  });

  it("repeats a missed poll a quarter of a period later", () => {
    expect(afterMissedPoll({ entry: entry("1"), dueMs: 1000 }, 1200).dueMs).toBe(2450);
  });

  it("ages a poll that is half a period late", () => {
    const poll = { entry: entry("1"), dueMs: 1000 };
    expect([500, 1000, 2250, 3500, 6000].map((nowMs) => pollAge(poll, nowMs))).toEqual([0, 0, 0.5, 1, 2]);
    expect(latenessMs(poll, 3500)).toBe(2500);
  });

  it("keeps the place in time of what stays the same in a new plan", () => {
    const polls = [
      { entry: entry("1"), dueMs: 4000 },
      { entry: entry("2"), dueMs: 4100 },
    ];
    const changed = { ...entry("2"), intervalMs: 1000 };
    expect(replan(polls, [entry("1"), changed, entry("3")], 500).map(({ dueMs }) => dueMs)).toEqual([
      4000, 500, 500,
    ]);
  });

  it("moves a poll on although the plan was replaced while it was on the wire, unless it is another one now", () => {
    const before = { entry: entry("1"), dueMs: 1000 };
    const after = afterPoll(before, 1200);
    const same = replan([before], [entry("1"), entry("2")], 1100);
    expect(movedOn(same, before, after).map(({ dueMs }) => dueMs)).toEqual([6000, 1100]);
    const changed = replan([before], [{ ...entry("1"), unitId: 9 }], 1100);
    expect(movedOn(changed, before, after)).toEqual(changed);
    expect(movedOn([], before, after)).toEqual([]);
  });
});
