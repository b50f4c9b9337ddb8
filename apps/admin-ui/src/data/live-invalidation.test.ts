import { describe, expect, it } from "vitest";
import { concerns, createLiveInvalidation, GATHER_MS, REST_MS } from "./live-invalidation.ts";

describe("concerns", () => {
  it.each([
    [["circuits", "getOne", { id: "c1" }], { resource: "circuits", id: "c1" }, true],
    [["circuits", "getOne", { id: "c2" }], { resource: "circuits", id: "c1" }, false],
    [["circuits", "getList", { filter: {} }], { resource: "circuits", id: "c1" }, true],
    [["board", "getOne", { id: "s1" }], { resource: "board" }, true],
    [["users", "getList", {}], { resource: "circuits", id: "c1" }, false],
    [["auth", "getIdentity"], { resource: "circuits", id: "c1" }, false],
  ])("%j after %j: %s", (key, stale, expected) => {
    expect(concerns(key, stale)).toBe(expected);
  });
});

function invalidationOver(keys: (readonly unknown[])[]) {
  const rounds: string[] = [];
  const fetching = new Set<string>();
  let timer: { task: () => void; delayMs: number } | null = null;
  const matching = (isStale: (key: readonly unknown[]) => boolean) =>
    keys.filter(isStale).map((key) => JSON.stringify(key));
  const invalidation = createLiveInvalidation({
    invalidate: (isStale) => rounds.push(...matching(isStale)),
    isFetching: (isStale) => matching(isStale).some((key) => fetching.has(key)),
    setTimer: (task, delayMs) => {
      timer = { task, delayMs };
      return () => {
        timer = null;
      };
    },
  });
  const tick = (): number | null => {
    const due = timer;
    timer = null;
    due?.task();
    return due?.delayMs ?? null;
  };
  return { invalidation, rounds, fetching, tick };
}

const board = ["board", "getOne", { id: "s1" }] as const;
const why = ["why", "getOne", { id: "c1" }] as const;
const otherWhy = ["why", "getOne", { id: "c2" }] as const;

describe("createLiveInvalidation", () => {
  it("gathers many changes into one round, then rests", () => {
    const { invalidation, rounds, tick } = invalidationOver([board, why, otherWhy]);
    for (let at = 0; at < 50; at += 1) invalidation.take({ resource: "circuits", id: "c1" });
    expect(rounds).toEqual([]);
    expect(tick()).toBe(GATHER_MS);
    expect(rounds).toEqual([JSON.stringify(why)]);
    invalidation.take({ resource: "commands", id: "x1" });
    expect(tick()).toBe(REST_MS);
    expect(rounds.slice(1)).toEqual([JSON.stringify(why), JSON.stringify(otherWhy)]);
  });

  it("keeps a change that came while its query was being read", () => {
    const { invalidation, rounds, fetching, tick } = invalidationOver([board]);
    fetching.add(JSON.stringify(board));
    invalidation.take({ resource: "alarms", id: "a1" });
    tick();
    expect(rounds).toEqual([]);
    fetching.clear();
    tick();
    expect(rounds).toEqual([JSON.stringify(board)]);
  });

  it("goes quiet when nothing changes", () => {
    const { invalidation, tick } = invalidationOver([board]);
    invalidation.take({ resource: "alarms", id: "a1" });
    expect(tick()).toBe(GATHER_MS);
    expect(tick()).toBe(REST_MS);
    expect(tick()).toBeNull();
  });
});
