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

type QueryKey = readonly unknown[];

/** Is a query one of those that any of these make old? */
function concernedByAny(stales: readonly Stale[]): (key: QueryKey) => boolean {
  const byResource = new Map<unknown, Stale[]>();
  for (const stale of stales) {
    const known = byResource.get(stale.resource);
    if (known === undefined) byResource.set(stale.resource, [stale]);
    else known.push(stale);
  }
  return (key) => byResource.get(key[0])?.some((stale) => concerns(key, stale)) ?? false;
}

/** Does this react-query key (react-admin's form: resource, method, params) show what is stale? */
export function concerns(key: QueryKey, stale: Stale): boolean {
  if (key[0] !== stale.resource) return false;
  if (stale.id === undefined || key[1] !== "getOne") return true;
  const params = key[2] as { id?: unknown } | undefined;
  return String(params?.id) === stale.id;
}

export interface InvalidationDeps {
  invalidate: (isStale: (key: QueryKey) => boolean) => void;
  /** Queries that are being read: an answer under way may be older than the change. */
  fetching: () => readonly QueryKey[];
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
    const underWay = deps.fetching();
    const ready: Stale[] = [];
    for (const stale of round)
      if (underWay.some((key) => concerns(key, stale))) pending.set(keyOf(stale), stale);
      else ready.push(stale);
    // All at once: a list that four hundred changed rows make old is read once, not once for each.
    if (ready.length > 0) deps.invalidate(concernedByAny(ready));
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
