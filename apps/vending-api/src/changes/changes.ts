import mongoose, { type Connection } from "mongoose";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { DERIVED_WRITE } from "../db/connection.ts";
import { isDuplicateKey } from "../db/model.ts";
import { ApiError } from "../errors.ts";
import { type ChangeRow, changeModel, toRecordedChange } from "./change.model.ts";

/** What an open page needs to know to read again: which row changed, not how. */
export interface Change {
  /** The collection's name in the API, e.g. `circuits`, `households`, `alarms`. */
  readonly resource: string;
  readonly id: string;
  readonly siteId: string;
  /** With it, residents of that household hear it too. */
  readonly householdId?: string;
}

export interface RecordedChange extends Change {
  /** Grows by one with each change, over all API processes. */
  readonly sequence: number;
  readonly at: Date;
}

export interface Changes {
  /** Never fails: a lost hint costs a page its freshness for a moment, no data. Changes of one row within a flush merge. */
  publish(change: Change): void;
  /** Hears every change after `position()`, those of other API processes included, in order. Returns the way to stop. */
  subscribe(listener: (change: RecordedChange) => void): () => void;
  /** What came after `sequence`, oldest first; undefined when that is no longer kept, so everything must be read again. */
  since(sequence: number): Promise<RecordedChange[] | undefined>;
  /** The sequence up to which listeners here have heard; 0 before the first change. Rejects with `store-unavailable`. */
  position(): Promise<number>;
}

/** Range 50–500 ms: merges what belongs together, unseen by a person. The first change after a pause goes at once. */
const FLUSH_INTERVAL_MS = 100;
/** How long a page may wait for a change made by another API process. Range 250–5000 ms. */
const POLL_INTERVAL_MS = 1000;
/** About ten minutes of a busy site; a page away for longer reads everything again. */
const KEPT_CHANGES = 10_000;
/** Range 5–60 s: a minute's worth of a busy desk would hold up the store for a while. */
const PRUNE_INTERVAL_MS = 10_000;
const READ_LIMIT = 1000;

export interface ChangesDeps {
  connection: Connection;
  clock: Clock;
  log: Logger;
  stopping: AbortSignal;
}

/**
 * Hints about changes, kept in one collection that every API process appends to and reads from: works on any MongoDB, with any
 * number of processes, and lets a page resume where it was.
 */
export function createChanges({ connection, clock, log, stopping }: ChangesDeps): Changes {
  const model = changeModel(connection);
  const listeners = new Set<(change: RecordedChange) => void>();
  const pending = new Map<string, Change>();
  /** The last sequence that listeners here have heard; undefined until the first read. */
  let head: number | undefined;
  let turn: Promise<void> = Promise.resolve();
  let lastFlushMs = Number.NEGATIVE_INFINITY;
  let isFailing = false;

  /** One thing at a time: listeners hear sequences in order. */
  const inTurn = (work: () => Promise<void>) => {
    turn = turn.then(async () => {
      try {
        await work();
        isFailing = false;
      } catch (error) {
        if (!isFailing && !stopping.aborted)
          log.warn({ err: error }, "changes can't be kept; pages will lag");
        isFailing = true;
      }
    });
    return turn;
  };

  /** Whatever asks again while it waits for its turn: the one turn does for all. */
  const onceInTurn = (work: () => Promise<unknown>) => {
    let isWaiting = false;
    return () => {
      if (isWaiting || stopping.aborted) return;
      isWaiting = true;
      void inTurn(async () => {
        isWaiting = false;
        await work();
      });
    };
  };

  const tell = (rows: readonly ChangeRow[]) => {
    for (const row of rows) {
      head = row._id;
      const change = toRecordedChange(row);
      for (const listener of listeners) listener(change);
    }
  };

  const newestSequence = async (): Promise<number> => {
    const [newest] = await model.find().sort({ _id: -1 }).limit(1).lean<ChangeRow[]>();
    return newest?._id ?? 0;
  };

  const catchUp = async (): Promise<number> => {
    head ??= await newestSequence();
    for (;;) {
      const rows = await model
        .find({ _id: { $gt: head } })
        .sort({ _id: 1 })
        .limit(READ_LIMIT)
        .lean<ChangeRow[]>();
      tell(rows);
      if (rows.length < READ_LIMIT) return head;
    }
  };

  const flush = async () => {
    while (pending.size > 0) {
      const before = head ?? (await catchUp());
      const batch = [...pending].slice(0, READ_LIMIT);
      const at = clock.now();
      const rows = batch.map(([, change], index) => toRow(change, before + 1 + index, at));
      const written = await insertInOrder(rows);
      tell(rows.slice(0, written));
      for (const [key, change] of batch.slice(0, written))
        if (pending.get(key) === change) pending.delete(key);
      if (written < rows.length) await catchUp();
      // What came meanwhile waits for its interval: at a busy desk every flush would else be followed by the next.
      else if (rows.length < READ_LIMIT) return;
    }
  };

  /** How many were written before another process took the next sequence. */
  const insertInOrder = async (rows: readonly ChangeRow[]): Promise<number> => {
    try {
      await model.collection.insertMany([...rows] as never[], { ordered: true, writeConcern: DERIVED_WRITE });
      return rows.length;
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoBulkWriteError) || !isDuplicateKey(error)) throw error;
      return error.insertedCount;
    }
  };

  const flushInTurn = onceInTurn(flush);
  const flushSoon = () => {
    if (pending.size === 0) return;
    const nowMs = clock.now().getTime();
    if (nowMs - lastFlushMs < FLUSH_INTERVAL_MS) return;
    lastFlushMs = nowMs;
    flushInTurn();
  };

  const follow = onceInTurn(catchUp);
  const prune = onceInTurn(async () => {
    if (head === undefined || head <= KEPT_CHANGES) return;
    const oldest = head - KEPT_CHANGES;
    await model.deleteMany({ _id: { $lte: oldest } }, { writeConcern: DERIVED_WRITE });
  });
  const stops = [
    clock.every(FLUSH_INTERVAL_MS, flushSoon),
    clock.every(POLL_INTERVAL_MS, () => {
      if (listeners.size > 0) follow();
    }),
    clock.every(PRUNE_INTERVAL_MS, prune),
  ];
  stopping.addEventListener("abort", () => {
    for (const stop of stops) stop();
  });

  return {
    publish(change) {
      if (stopping.aborted || pending.size >= KEPT_CHANGES) return;
      pending.set(`${change.resource}/${change.id}`, change);
      flushSoon();
    },
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) follow();
      return () => listeners.delete(listener);
    },
    async position() {
      let heard: number | undefined;
      await inTurn(async () => {
        heard = await catchUp();
      });
      if (heard === undefined) throw new ApiError("store-unavailable");
      return heard;
    },
    async since(sequence) {
      const [oldest] = await model.find().sort({ _id: 1 }).limit(1).lean<ChangeRow[]>();
      const isKept = sequence >= (oldest?._id ?? 1) - 1 && sequence <= (await newestSequence());
      if (!isKept) return undefined;
      const rows = await model
        .find({ _id: { $gt: sequence } })
        .sort({ _id: 1 })
        .limit(READ_LIMIT)
        .lean<ChangeRow[]>();
      return rows.length < READ_LIMIT ? rows.map(toRecordedChange) : undefined;
    },
  };
}

function toRow({ id, householdId, ...change }: Change, sequence: number, at: Date): ChangeRow {
  return { _id: sequence, at, rowId: id, householdId: householdId ?? null, ...change };
}
