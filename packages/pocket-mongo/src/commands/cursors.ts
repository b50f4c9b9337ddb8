import { encode } from "../bson/encode.ts";
import { type Doc, doc, isDoc, RawDocument } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { pause, type Stream, type Turn } from "../plan/stream.ts";

/** Documents of a first batch when the client does not say (MongoDB, "Cursor Batches"). */
export const defaultBatch = 101;
/** A batch closes before its reply would pass the largest document. */
const mostBatchBytes = 16 * 1024 * 1024;
/** A batch whose size the client leaves to the server closes here: four more round trips for a quarter of the memory. */
const freeBatchBytes = 4 * 1024 * 1024;

export type CursorLimits = {
  /** Cursors open at once; the next one is refused. Range 1..100000, default 1000. */
  readonly mostCursors: number;
  /** A cursor nobody asks is closed after this long. Range 1000..3600000, default 600000, MongoDB's cursorTimeoutMillis. */
  readonly cursorIdleMs: number;
};

type Open = {
  readonly id: bigint;
  readonly namespace: string;
  readonly stream: Stream<Doc | RawDocument>;
  readonly turn: Turn;
  readonly session: string | undefined;
  held: RawDocument | undefined;
  busy: boolean;
  usedAtMs: number;
  readonly keepsForever: boolean;
};

export type Batch = { readonly documents: readonly RawDocument[]; readonly done: boolean };

/** Lets everything else that waits have its turn. */
export function othersFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The open cursors of the server. Each is a stream that goes on where it stopped. */
export class Cursors {
  private readonly open = new Map<bigint, Open>();
  private readonly limits: CursorLimits;
  private lastId = 0n;

  constructor(limits: CursorLimits, firstId: bigint) {
    this.limits = limits;
    this.lastId = firstId;
  }

  get count(): number {
    return this.open.size;
  }

  /** Pulls a first batch and keeps the rest under a cursor number, which is 0 when nothing is left. */
  async first(
    namespace: string,
    stream: Stream<Doc | RawDocument>,
    turn: Turn,
    options: {
      batchSize: number | undefined;
      single: boolean;
      deadlineMs: number | undefined;
      session: string | undefined;
      keepsForever: boolean;
    },
  ): Promise<Doc> {
    const cursor: Open = {
      id: 0n,
      namespace,
      stream,
      turn,
      session: options.session,
      held: undefined,
      busy: false,
      usedAtMs: performance.now(),
      keepsForever: options.keepsForever,
    };
    const batch = await pull(cursor, options.batchSize ?? defaultBatch, options.deadlineMs);
    let id = 0n;
    if (!batch.done && !options.single) {
      if (this.open.size >= this.limits.mostCursors) {
        throw new PocketMongoError(
          "ExceededMemoryLimit",
          `more than ${this.limits.mostCursors} cursors are open`,
        );
      }
      this.lastId += 1n;
      id = this.lastId;
      this.open.set(id, { ...cursor, id });
    } else stream.return();
    return doc({ cursor: doc({ firstBatch: [...batch.documents], id, ns: namespace }), ok: 1 });
  }

  async next(
    id: bigint,
    namespace: string,
    batchSize: number | undefined,
    deadlineMs: number | undefined,
  ): Promise<Doc> {
    const cursor = this.open.get(id);
    if (cursor === undefined) throw new PocketMongoError("CursorNotFound", `cursor id ${id} not found`);
    if (cursor.namespace !== namespace) {
      throw new PocketMongoError(
        "Unauthorized",
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    if (cursor.busy) throw new PocketMongoError(12051, `cursor id ${id} is already in use`);
    cursor.busy = true;
    try {
      const batch = await pull(cursor, batchSize || Number.POSITIVE_INFINITY, deadlineMs);
      if (batch.done) this.open.delete(id);
      return doc({
        cursor: doc({ nextBatch: [...batch.documents], id: batch.done ? 0n : id, ns: namespace }),
        ok: 1,
      });
    } catch (error) {
      this.open.delete(id);
      throw error;
    } finally {
      cursor.busy = false;
      cursor.usedAtMs = performance.now();
    }
  }

  kill(id: bigint, namespace: string): boolean {
    const cursor = this.open.get(id);
    if (cursor === undefined || cursor.namespace !== namespace) return false;
    this.open.delete(id);
    if (!cursor.busy) cursor.stream.return();
    return true;
  }

  /** Closes the cursors of sessions that have ended. */
  endSessions(sessions: ReadonlySet<string>): void {
    for (const cursor of [...this.open.values()]) {
      if (cursor.session !== undefined && sessions.has(cursor.session))
        this.kill(cursor.id, cursor.namespace);
    }
  }

  closeIdle(nowMs: number): void {
    for (const cursor of [...this.open.values()]) {
      const idle = !cursor.busy && !cursor.keepsForever && nowMs - cursor.usedAtMs > this.limits.cursorIdleMs;
      if (idle) this.kill(cursor.id, cursor.namespace);
    }
  }

  closeAll(): void {
    for (const cursor of [...this.open.values()]) this.kill(cursor.id, cursor.namespace);
  }
}

async function pull(cursor: Open, most: number, deadlineMs: number | undefined): Promise<Batch> {
  const documents: RawDocument[] = [];
  let bytes = 0;
  cursor.turn.renew();
  if (most <= 0) return { documents, done: false };
  const mostBytes = most === Number.POSITIVE_INFINITY ? freeBatchBytes : mostBatchBytes;
  const add = (document: RawDocument): boolean => {
    if (documents.length > 0 && bytes + document.bytes.length > mostBytes) {
      cursor.held = document;
      return false;
    }
    documents.push(document);
    bytes += document.bytes.length;
    return true;
  };
  if (cursor.held) {
    add(cursor.held);
    cursor.held = undefined;
  }
  while (documents.length < most) {
    const { value, done } = cursor.stream.next();
    if (done) return { documents, done: true };
    if (value === pause) await rest(cursor.turn, deadlineMs);
    else if (!add(isDoc(value) ? new RawDocument(encode(value)) : value)) return { documents, done: false };
  }
  return { documents, done: false };
}

/** Gives way to others, then goes on unless the command's time is over. */
export async function rest(turn: Turn, deadlineMs: number | undefined): Promise<void> {
  await othersFirst();
  if (deadlineMs !== undefined && performance.now() > deadlineMs) {
    throw new PocketMongoError("MaxTimeMSExpired", "operation exceeded time limit");
  }
  turn.renew();
}

/** Pulls a whole stream. */
export async function drain<Item>(
  stream: Stream<Item>,
  turn: Turn,
  deadlineMs: number | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for (const one of stream) {
    if (one === pause) await rest(turn, deadlineMs);
    else items.push(one);
  }
  return items;
}
