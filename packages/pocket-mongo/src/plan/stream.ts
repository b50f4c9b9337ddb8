import { decode } from "../bson/decode.ts";
import type { Doc } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { matches } from "../match/evaluate.ts";
import type { Match } from "../match/parse.ts";
import type { Collection } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import { indexesOf, type Plan } from "./plan.ts";
import { compareSortKeys, type Sort, sortKey } from "./sort.ts";
import { Walk } from "./walk.ts";

/** Given between documents by a stream that has worked long enough; whoever pulls lets others have a turn. */
export const pause = Symbol("pause");
export type Stream<Item> = Generator<Item | typeof pause, void, undefined>;

/** Work without a pause: short enough that a waiting client does not notice. */
const sliceMs = 8;
/** Rows read with one snapshot; the first piece is small, since many queries want few documents. */
const firstPiece = 32;
const laterPiece = 512;

/** MongoDB's bound on a sort in memory (internalQueryMaxBlockingSortMemoryUsageBytes). */
export const mostSortBytes = 100 * 1024 * 1024;

export type Found = { readonly record: number; readonly bytes: Buffer; readonly document: Doc };

/** A turn of work: its end moves on when the puller has let others run. */
export class Turn {
  private end = performance.now() + sliceMs;
  get over(): boolean {
    return performance.now() > this.end;
  }
  renew(): void {
    this.end = performance.now() + sliceMs;
  }
}

export type Source = {
  readonly store: Store;
  readonly database: string;
  readonly collection: string;
  readonly turn: Turn;
};

/** Documents of a plan that match, in the plan's order. `wanted` names the top-level fields needed, if not all. */
export function* found(
  source: Source,
  plan: Plan,
  match: Match,
  walk: Walk = new Walk(plan),
  wanted?: ReadonlySet<string>,
): Stream<Found> {
  const started = source.store.view().catalog.get(source.database, source.collection);
  let size = firstPiece;
  for (;;) {
    const view = source.store.view();
    const collection = view.catalog.get(source.database, source.collection);
    if (started === undefined) return;
    refuseWhenGone(plan, started, collection);
    const piece: Found[] = [];
    let examined = 0;
    let ended = true;
    for (const row of walk.read(view, collection)) {
      const document = decode(row.bytes, 0, wanted);
      if (matches(match, document)) piece.push({ ...row, document });
      examined += 1;
      if (examined >= size || (examined % 32 === 0 && source.turn.over)) {
        ended = false;
        break;
      }
    }
    yield* piece;
    if (ended) return;
    if (source.turn.over) yield pause;
    size = laterPiece;
  }
}

/** A cursor whose collection or index is dropped under it ends with an error, since it can't tell what it would miss. */
export function refuseWhenGone(
  plan: Plan,
  started: Collection,
  now: Collection | undefined,
): asserts now is Collection {
  if (now?.id !== started.id) throw new PocketMongoError("QueryPlanKilled", "collection dropped or renamed");
  const names = new Set(now.indexes.map((index) => index.id));
  for (const index of indexesOf(plan)) {
    if (!names.has(index.id)) throw new PocketMongoError("QueryPlanKilled", `index '${index.name}' dropped`);
  }
}

/** Sorts in memory; with `most`, keeps only that many. Fails with MongoDB's code 292 beyond 100 MiB. */
export function* sorted<Item extends { readonly document: Doc }>(
  input: Stream<Item>,
  sort: Sort,
  most: number | undefined,
  sizeOf: (item: Item) => number,
): Stream<Item> {
  type Keyed = { item: Item; key: ReturnType<typeof sortKey>; place: number };
  let kept: Keyed[] = [];
  let bytes = 0;
  let place = 0;
  const order = (a: Keyed, b: Keyed): number => compareSortKeys(sort, a.key, b.key) || a.place - b.place;
  const cut = (): void => {
    kept.sort(order);
    kept = kept.slice(0, most);
    bytes = kept.reduce((sum, one) => sum + sizeOf(one.item), 0);
  };
  for (const item of input) {
    if (item === pause) {
      yield pause;
      continue;
    }
    kept.push({ item, key: sortKey(sort, item.document), place });
    place += 1;
    bytes += sizeOf(item);
    if (most !== undefined && kept.length >= Math.max(1000, most * 2)) cut();
    if (bytes > mostSortBytes) {
      throw new PocketMongoError(
        "QueryExceededMemoryLimitNoDiskUseAllowed",
        `Executor error during find command :: caused by :: Sort exceeded memory limit of ${mostSortBytes} bytes, but did not opt in to external sorting.`,
      );
    }
  }
  cut();
  for (const { item } of kept) yield item;
}

/** Leaves out the first `skip` and ends after `limit`; a limit of 0 is none. */
export function* window<Item>(input: Stream<Item>, skip: number, limit: number): Stream<Item> {
  let at = 0;
  if (limit !== 0 && limit <= 0) return;
  for (const item of input) {
    if (item === pause) {
      yield pause;
      continue;
    }
    at += 1;
    if (at > skip) yield item;
    if (limit > 0 && at >= skip + limit) return;
  }
}
