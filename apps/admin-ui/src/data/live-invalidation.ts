import type { Change } from "../api/live-stream.ts";
import { CONSEQUENCES } from "./resources.ts";

/** Changes that come within this are read again together; short enough to feel immediate. */
export const GATHER_MS = 250;
/** A query is not read again sooner than this, however often its row changes: a bus of 36 circuits reports 7 times a second. */
export const REST_MS = 1000;

/** Says which cached queries are old. `id` undefined: every one of the resource. */
export interface Stale {
  resource: string;
  id?: string;
}

/** The queries that a change makes old: its own, and those in the table of consequences. */
export function staleAfter({ resource, id }: Change): Stale[] {
  const { same = [], all = [] } = CONSEQUENCES[resource] ?? {};
  return [
    { resource, id },
    ...same.map((view) => ({ resource: view, id })),
    ...all.map((view) => ({ resource: view })),
  ];
}

/** Does this react-query key (react-admin's form: resource, method, params) show what is stale? */
export function concerns(key: readonly unknown[], stale: Stale): boolean {
  if (key[0] !== stale.resource) return false;
  if (stale.id === undefined || key[1] !== "getOne") return true;
  const params = key[2] as { id?: unknown } | undefined;
  return String(params?.id) === stale.id;
}

export interface InvalidationDeps {
  invalidate: (isStale: (key: readonly unknown[]) => boolean) => void;
  /** True while such a query is being read: an answer under way may be older than the change. */
  isFetching: (isStale: (key: readonly unknown[]) => boolean) => boolean;
  setTimer: (task: () => void, delayMs: number) => () => void;
}

/** Gathers changes and makes queries old at a bearable rate; a resource that is being read waits for the next round. */
export function createLiveInvalidation(deps: InvalidationDeps): {
  take(change: Change): void;
  close(): void;
} {
  const pending = new Map<string, Stale>();
  let cancelTimer: (() => void) | null = null;

  const keyOf = ({ resource, id }: Stale) => `${resource}/${id ?? ""}`;

  function flush(): void {
    cancelTimer = null;
    const round = [...pending.values()];
    pending.clear();
    for (const stale of round) {
      const isStale = (key: readonly unknown[]) => concerns(key, stale);
      if (deps.isFetching(isStale)) pending.set(keyOf(stale), stale);
      else deps.invalidate(isStale);
    }
    // The rest runs even when nothing waits, so that a change right after a round waits its turn.
    if (round.length > 0) cancelTimer = deps.setTimer(flush, REST_MS);
  }

  return {
    take: (change) => {
      for (const stale of staleAfter(change)) pending.set(keyOf(stale), stale);
      cancelTimer ??= deps.setTimer(flush, GATHER_MS);
    },
    close: () => {
      cancelTimer?.();
      pending.clear();
    },
  };
}
