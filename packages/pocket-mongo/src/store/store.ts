import { mkdirSync } from "node:fs";
import { open, type Transaction } from "lmdb";
import { PocketMongoError } from "../errors.ts";
import { Catalog, decodeCollection, decodeTally, type Tally } from "./catalog.ts";
import { lockDirectory } from "./directory-lock.ts";
import { catalogRange, parseRemovalKey, removalRange, settingsKey, tallyKey } from "./layout.ts";
import { type Database, type State, View } from "./view.ts";
import { WorkingState, WriteView } from "./write-view.ts";

/** A batch of the group commit takes no further write after this much time or data, so that readers get their turn. */
const batchMs = 25;
const batchBytes = 16 * 1024 * 1024;

type Job = {
  run(view: WriteView): unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
};

export type StoreFigures = { commits: number; writes: number; failedCommits: number };

/**
 * Documents and indexes in one LMDB environment. Readers see the last commit; writers run one after another inside the
 * write transaction and see each other. A write is answered after its transaction is on disk.
 */
export class Store {
  readonly directory: string;
  readonly figures: StoreFigures = { commits: 0, writes: 0, failedCommits: 0 };
  private readonly database: Database;
  private readonly lock: { release(): void };
  private readonly jobs: Job[] = [];
  private committed: { catalog: Catalog; tallies: Map<number, Tally>; lastCollection: number };
  private snapshot: Transaction;
  private draining: Promise<void> | undefined;
  private closed = false;

  private constructor(directory: string, database: Database, lock: { release(): void }) {
    this.directory = directory;
    this.database = database;
    this.lock = lock;
    this.committed = readCommitted(database);
    this.snapshot = this.takeSnapshot();
    if (this.waitingRemovals().length > 0) this.removeInBackground();
    this.dropUnfinishedIndexes();
  }

  /** Opens or makes the store of a directory and locks it for this process (DBPathInUse otherwise). */
  static open(directory: string): Store {
    mkdirSync(directory, { recursive: true });
    const lock = lockDirectory(directory);
    try {
      // Without `overlappingSync` a commit's promise means fdatasync and the meta page are done.
      const database = open<Buffer, Buffer>({
        path: directory,
        keyEncoding: "binary",
        encoding: "binary",
        overlappingSync: false,
        noMemInit: false,
      });
      return new Store(directory, database, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The last committed state. Use it before the next await; a later one may have newer data. */
  view(): View {
    const { catalog, tallies } = this.committed;
    const state: State = { catalog, tallyOf: (collection) => tallies.get(collection) };
    return new View(this.database, this.snapshot, state);
  }

  /**
   * Runs `change` inside the write transaction and resolves with its result once it is on disk. When it throws, what it
   * had put before stays: checks come before puts. A commit that fails undoes the whole batch and rejects all of it.
   */
  write<Result>(change: (view: WriteView) => Result): Promise<Result> {
    if (this.closed) throw new PocketMongoError("ShutdownInProgress", "the store is closing");
    return new Promise<Result>((resolve, reject) => {
      this.jobs.push({ run: change, resolve: resolve as (result: unknown) => void, reject });
      this.draining ??= this.drain();
    });
  }

  /** Copies the store into another directory while it is in use; the copy is of one moment. */
  async backup(directory: string): Promise<void> {
    mkdirSync(directory, { recursive: true });
    await this.database.backup(directory, true);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.draining;
    this.snapshot.done();
    await this.database.close();
    this.lock.release();
  }

  private async drain(): Promise<void> {
    while (this.jobs.length > 0) await this.commitBatch();
    this.draining = undefined;
  }

  private async commitBatch(): Promise<void> {
    const { catalog, tallies, lastCollection } = this.committed;
    const working = new WorkingState(catalog, tallies, lastCollection);
    const settled: (() => void)[] = [];
    const taken: Job[] = [];
    let leftRemovals = false;
    try {
      await this.database.childTransaction(() => {
        const view = new WriteView(this.database, working);
        const end = performance.now() + batchMs;
        for (let job = this.jobs.shift(); job !== undefined; job = this.jobs.shift()) {
          taken.push(job);
          settled.push(runJob(job, view));
          if (performance.now() > end || view.written > batchBytes) break;
        }
        view.finish();
        leftRemovals = view.leftRemovals;
      });
    } catch (error) {
      this.figures.failedCommits += 1;
      for (const job of taken) job.reject(commitFailure(error));
      return;
    }
    this.figures.commits += 1;
    this.figures.writes += taken.length;
    this.publish(working);
    for (const settle of settled) settle();
    if (leftRemovals) this.removeInBackground();
  }

  /** Readers go over to the new snapshot and the catalog that belongs to it in one step, after the commit. */
  private publish(working: WorkingState): void {
    for (const [collection, tally] of working.changed) this.committed.tallies.set(collection, tally);
    this.committed = {
      catalog: working.catalog,
      tallies: this.committed.tallies,
      lastCollection: working.lastCollection,
    };
    const before = this.snapshot;
    this.database.resetReadTxn();
    this.snapshot = this.takeSnapshot();
    before.done();
  }

  private takeSnapshot(): Transaction {
    const snapshot = this.database.useReadTransaction();
    // LMDB takes the snapshot at the first read, not when the transaction is made.
    this.database.get(settingsKey, { transaction: snapshot });
    return snapshot;
  }

  /** An index whose filling a crash has cut short is not there for its users; it goes before anyone can ask. */
  private dropUnfinishedIndexes(): void {
    const unfinished = [...this.committed.catalog.all()].filter((one) =>
      one.indexes.some((index) => !index.ready),
    );
    if (unfinished.length === 0) return;
    void this.write((view) => {
      for (const { database, name, indexes } of unfinished) {
        for (const index of indexes.filter((one) => !one.ready)) {
          const collection = view.catalog.get(database, name);
          if (collection) view.dropIndex(collection, index);
        }
      }
    });
  }

  private waitingRemovals(): { collection: number; index: number }[] {
    return [...this.database.getKeys(removalRange)].map((key) => parseRemovalKey(key));
  }

  private removeInBackground(): void {
    const next = this.waitingRemovals()[0];
    if (next === undefined || this.closed) return;
    this.write((view) => view.removeStretch(next.collection, next.index)).then(
      () => this.removeInBackground(),
      // What is left is found again when the store opens, or by the next removal.
      () => undefined,
    );
  }
}

function runJob(job: Job, view: WriteView): () => void {
  try {
    const result = job.run(view);
    return () => job.resolve(result);
  } catch (error) {
    // Anything but a refusal may have stopped between two puts, so it must undo the batch.
    if (!(error instanceof PocketMongoError)) throw error;
    return () => job.reject(error);
  }
}

function commitFailure(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (/No space left|ENOSPC|MDB_MAP_FULL|File too large|Disk quota/i.test(message)) {
    return new PocketMongoError("OutOfDiskSpace", `no space left for the data: ${message}`);
  }
  return error;
}

function readCommitted(database: Database): {
  catalog: Catalog;
  tallies: Map<number, Tally>;
  lastCollection: number;
} {
  const collections = [...database.getRange(catalogRange)].map(({ value }) =>
    decodeCollection(Buffer.from(value)),
  );
  const tallies = new Map<number, Tally>();
  for (const { id } of collections) {
    const bytes = database.get(tallyKey(id));
    if (bytes) tallies.set(id, decodeTally(Buffer.from(bytes)));
  }
  // A number whose remains still wait to be removed must not come back.
  const removed = [...database.getKeys(removalRange)].map((key) => parseRemovalKey(key).collection);
  const lastCollection = Math.max(0, ...collections.map((one) => one.id), ...removed);
  return { catalog: new Catalog(collections), tallies, lastCollection };
}
