import { QueryClient, type QueryKey, QueryObserver } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
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
    fetching: () => keys.filter((key) => fetching.has(JSON.stringify(key))),
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

describe("what a burst of changes costs", () => {
  /** Real queries over a counted API, which answers when it is told to. */
  function readers(...keys: QueryKey[]) {
    const client = new QueryClient();
    const reads = new Map<string, number>();
    let due: (() => void) | null = null;
    const stops = keys.map((queryKey) => {
      const name = String(queryKey[0]);
      const queryFn = async () => {
        reads.set(name, (reads.get(name) ?? 0) + 1);
        return reads.get(name);
      };
      return new QueryObserver(client, { queryKey, queryFn }).subscribe(() => undefined);
    });
    const { take } = createLiveInvalidation({
      invalidate: (isStale) =>
        void client.invalidateQueries({ predicate: ({ queryKey }) => isStale(queryKey) }),
      fetching: () =>
        client
          .getQueryCache()
          .findAll({ fetchStatus: "fetching" })
          .map(({ queryKey }) => queryKey),
      setTimer: (task) => {
        due = task;
        return () => {
          due = null;
        };
      },
    });
    const settled = () => vi.waitFor(() => expect(client.isFetching()).toBe(0));
    return {
      reads,
      take,
      settled,
      /** Runs rounds until nothing waits. */
      async untilQuiet(): Promise<void> {
        for (let task = due; task !== null; task = due) {
          due = null;
          task();
          await settled();
        }
      },
      close() {
        for (const stop of stops) stop();
        client.clear();
      },
    };
  }

  it("is one reading of the Board and one of the list, however many circuits moved", async () => {
    const list = ["circuits", "getList", { filter: {} }];
    const { reads, take, settled, untilQuiet, close } = readers(["board", "getOne", { id: "s1" }], list);
    await settled();
    reads.clear();
    for (let index = 0; index < 400; index += 1) {
      take({ resource: "circuits", id: `c${index}` });
      take({ resource: "households", id: `h${index}` });
      take({ resource: "board", id: "s1" });
    }
    await untilQuiet();
    expect(Object.fromEntries(reads)).toEqual({ board: 1, circuits: 1 });
    close();
  });
});
