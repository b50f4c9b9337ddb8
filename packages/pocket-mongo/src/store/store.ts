import { mkdirSync } from "node:fs";
import { open, type Transaction } from "lmdb";
import { PocketMongoError } from "../errors.ts";
import { Catalog, decodeCollection, decodeTally, type Tally } from "./catalog.ts";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
import { catalogRange, parseRemovalKey, removalRange, settingsKey, tallyKey } from "./layout.ts";
import { type Database, type State, View } from "./view.ts";
import { WorkingState, WriteView } from "./write-view.ts";

/** A batch of the group commit takes no further write after this much time or data, so that readers get their turn. */
const batchMs = 25;
const batchBytes = 16 * 1024 * 1024;
/**
 * A patient write is committed with the next one that somebody waits for, at the latest after this time. Range 5–100 ms: MongoDB
 * flushes the journal of such writes every 100 ms ("storage.journal.commitIntervalMs").
 */
const patienceMs = 20;
/** So long patient writes may hold up the commit they share; the others wait for the next. Range 1–25 ms. */
const patientShareMs = 5;
/** For so many commits after a failed one, space is freed as soon as LMDB can. */
const commitsAfterFullDisk = 1000;

/** How every part of this package opens LMDB. Without `overlappingSync` a commit has reached the disk when it returns. */
export const environment = { keyEncoding: "binary", encoding: "binary", overlappingSync: false } as const;

/** Whether somebody waits for a write. Either is answered after its transaction is on disk. */
export type Pace = "at-once" | "patient";

type Job = {
  run(view: WriteView): unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
};

export type StoreFigures = {
  commits: number;
  writes: number;
  failedCommits: number;
  /** Time in commits, during which nobody is served: all together, and the longest. */
  commitMs: number;
  longestCommitMs: number;
};

/** LMDB's file in pages: as far as it reaches, the depth of its tree, and how many snapshots are open. */
export type Pages = {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly treeDepth: number;
  readonly numReaders: number;
};

export type Held = {
  readonly view: View;
  /** Fails with ShutdownInProgress when the store is about to close; the view must then be released. */
  refuseWhenClosed(): void;
  release(): void;
};

/**
 * Documents and indexes in one LMDB environment. Readers see the last commit; writers run one after another inside the
 * write transaction and see each other. A write is answered after its transaction is on disk.
 */
export class Store {
  readonly directory: string;
  readonly figures: StoreFigures = {
    commits: 0,
    writes: 0,
    failedCommits: 0,
    commitMs: 0,
    longestCommitMs: 0,
  };
  private readonly database: Database;
  private readonly lock: DirectoryLock;
  private readonly jobs: Job[] = [];
  private readonly patientJobs: Job[] = [];
  private committed: { catalog: Catalog; tallies: Map<number, Tally>; lastCollection: number };
  private snapshot: Transaction;
  private readonly held = new Set<Promise<void>>();
  private scheduled: NodeJS.Immediate | undefined;
  private patience: NodeJS.Timeout | undefined;
  private closed = false;
  /** Commits left that are followed by a second, small one. */
  private scarceCommits = 0;

  private constructor(directory: string, database: Database, lock: DirectoryLock) {
    this.directory = directory;
    this.database = database;
    this.lock = lock;
    this.committed = readCommitted(database);
    this.snapshot = this.takeSnapshot();
    if (this.waitingRemovals().length > 0) this.removeInBackground();
    this.dropUnfinishedIndexes();
    this.dropTemporaries();
  }

  /** Opens or makes the store of a directory and locks it for this process (DBPathInUse otherwise). */
  static open(directory: string): Store {
    mkdirSync(directory, { recursive: true });
    const lock = lockDirectory(directory);
    try {
      return Store.openLocked(directory, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  private static openLocked(directory: string, lock: DirectoryLock): Store {
    return new Store(directory, open<Buffer, Buffer>({ path: directory, ...environment }), lock);
  }

  pages(): Pages {
    this.refuseWhenClosed();
    return this.database.getStats() as Pages;
  }

  /** Writes into the lock file on which port of the loopback address this process can be asked. */
  announce(port: number): void {
    this.lock.announce(port);
  }

  /** The last committed state. Use it before the next await; a later one may have newer data. */
  view(): View {
    this.refuseWhenClosed();
    const { catalog, tallies } = this.committed;
    const state: State = { catalog, tallyOf: (collection) => tallies.get(collection) };
    return new View(this.database, this.snapshot, state);
  }

  /**
   * The last committed state, for reading it across many turns. Until it is released LMDB keeps every page it shows, so the
   * file grows with what is written meanwhile; and a store that closes waits for it. So ask after each turn whether it closes.
   */
  hold(): Held {
    this.refuseWhenClosed();
    const snapshot = this.takeSnapshot();
    const { catalog } = this.committed;
    const tallies = new Map(this.committed.tallies);
    const view = new View(this.database, snapshot, {
      catalog,
      tallyOf: (collection) => tallies.get(collection),
    });
    let settle: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.held.add(released);
    return {
      view,
      refuseWhenClosed: () => this.refuseWhenClosed(),
      release: () => {
        snapshot.done();
        this.held.delete(released);
        settle();
      },
    };
  }

  /**
   * Runs `change` inside the write transaction and resolves with its result once it is on disk. When it throws, what it
   * had put before stays: checks come before puts. A commit that fails undoes the whole batch and rejects all of it. A patient
   * one waits for others to share their commit.
   */
  write<Result>(change: (view: WriteView) => Result, pace: Pace = "at-once"): Promise<Result> {
    this.refuseWhenClosed();
    return new Promise<Result>((resolve, reject) => {
      const queue = pace === "patient" ? this.patientJobs : this.jobs;
      queue.push({ run: change, resolve: resolve as (result: unknown) => void, reject });
      this.scheduleCommit();
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.closeToReopen();
    this.lock.release();
  }

  /**
   * Closes the environment and keeps the lock, so that the files can be replaced; `reopen` gives a store on what is there then.
   * This one answers ShutdownInProgress from now on.
   */
  async closeToReopen(): Promise<{ reopen(): Store }> {
    this.closed = true;
    while (this.waitingJobs > 0) this.commitBatch();
    await Promise.all(this.held);
    this.snapshot.done();
    await this.database.close();
    return { reopen: () => Store.openLocked(this.directory, this.lock) };
  }

  private refuseWhenClosed(): void {
    if (this.closed) throw new PocketMongoError("ShutdownInProgress", "the store is closing");
  }

  private get waitingJobs(): number {
    return this.jobs.length + this.patientJobs.length;
  }

  private scheduleCommit(): void {
    if (this.jobs.length > 0) this.scheduled ??= setImmediate(() => this.commitBatch());
    else if (this.patientJobs.length > 0) this.patience ??= setTimeout(() => this.commitBatch(), patienceMs);
  }

  /**
   * Commits what one turn of the event loop has brought, and some of what is in no hurry. The commit blocks this process until
   * the data is on disk: lmdb-js can also commit in a thread, but hands a failed commit (a full disk) to promises nobody can
   * catch, and was slower.
   */
  private commitBatch(): void {
    this.scheduled = undefined;
    clearTimeout(this.patience);
    this.patience = undefined;
    // Closing has committed what a turn was scheduled for.
    if (this.waitingJobs === 0) return;
    const { catalog, tallies, lastCollection } = this.committed;
    const working = new WorkingState(catalog, tallies, lastCollection);
    const settled: (() => void)[] = [];
    const taken: Job[] = [];
    let leftRemovals = false;
    const began = performance.now();
    try {
      this.database.transactionSync(() => {
        const view = new WriteView(this.database, working);
        const take = (jobs: Job[], mostMs: number): void => {
          const end = performance.now() + mostMs;
          for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
            taken.push(job);
            settled.push(runJob(job, view));
            if (performance.now() > end || view.written > batchBytes) break;
          }
        };
        take(this.jobs, batchMs);
        take(this.patientJobs, patientShareMs);
        view.finish();
        leftRemovals = view.leftRemovals;
      });
      this.countCommit(taken.length, performance.now() - began);
      this.publish(working);
      this.freePagesWhenScarce();
      for (const settle of settled) settle();
    } catch (error) {
      this.figures.failedCommits += 1;
      this.scarceCommits = commitsAfterFullDisk;
      const failure = commitFailure(error);
      for (const job of taken) job.reject(failure);
    }
    this.scheduleCommit();
    if (leftRemovals) this.removeInBackground();
  }

  private countCommit(writes: number, tookMs: number): void {
    this.figures.commits += 1;
    this.figures.writes += writes;
    this.figures.commitMs += tookMs;
    this.figures.longestCommitMs = Math.max(this.figures.longestCommitMs, tookMs);
  }

  /**
   * LMDB uses the pages a transaction has freed only after one more has been committed. On a full disk that one may never
   * come, so for a while every commit is followed by a small one, and what a delete frees can be written at once.
   */
  private freePagesWhenScarce(): void {
    if (this.scarceCommits === 0) return;
    this.scarceCommits -= 1;
    const { catalog, tallies, lastCollection } = this.committed;
    try {
      this.database.transactionSync(() => {
        this.database.put(settingsKey, Buffer.from(String(this.figures.commits)));
      });
      this.publish(new WorkingState(catalog, tallies, lastCollection));
    } catch {
      // Not even that has room: the next commit tries again.
      this.figures.failedCommits += 1;
    }
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
    const drop = (view: WriteView): void => {
      for (const { database, name, indexes } of unfinished) {
        for (const index of indexes.filter((one) => !one.ready)) {
          const collection = view.catalog.get(database, name);
          if (collection) view.dropIndex(collection, index);
        }
      }
    };
    // Where that fails (a full disk) readers still pass the index over, and the next start tries again.
    this.write(drop).catch(() => undefined);
  }

  /** Collections that a crash has kept from getting their name. */
  private dropTemporaries(): void {
    const left = [...this.committed.catalog.all()].filter((one) => one.options.get("temp") === true);
    if (left.length === 0) return;
    const drop = (view: WriteView): void => {
      for (const collection of left) view.dropCollection(collection);
    };
    // On a full disk they stay until the next start.
    this.write(drop).catch(() => undefined);
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

/**
 * ENOSPC, EFBIG, EDQUOT, LMDB's own MDB_MAP_FULL, and EIO: LMDB answers EIO when the disk took only a part of a page, which
 * is how a disk that has just become full looks.
 */
const noSpaceCodes = new Set<unknown>([28, 27, 122, -30792, 5]);

function commitFailure(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (!noSpaceCodes.has(code)) return error;
  return new PocketMongoError(
    "OutOfDiskSpace",
    `nothing was written, the disk is full or failing: ${message}`,
  );
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
