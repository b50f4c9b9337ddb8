import type { Connection } from "mongoose";
import type { HouseholdKey } from "./balance.model.ts";
import { addTotals, catchUpBalance, type FoldedRun, writeRuns } from "./fold-balances.ts";

/**
 * So long a balance row may be behind what was acknowledged, and the entries of that time share a write. Range 0–500 ms: a page
 * is not drawn sooner, and nothing that is decided about money rests on a row.
 */
const FOLD_WITHIN_MS = 50;
/** After the store has failed; range 0.5–10 s. */
const RETRY_AFTER_MS = 1000;
/** Runs that are written together; range 16–1000. */
const RUNS_AT_ONCE = 256;

/** Folds appended entries into the balance rows, behind the answer to whoever appended them. */
export interface BalanceFold {
  /** Takes a run that stands in the journal. */
  add(run: FoldedRun): void;
  /** The household may have entries that no run tells of. */
  addUnknown(household: HouseholdKey): void;
  /** Resolves once the rows show all that was added before. Rejects with the store's error; what is missing is folded later. */
  caughtUp(): Promise<void>;
}

const folds = new WeakMap<Connection, BalanceFold>();

/** The one fold of this process on this connection. */
export function balanceFoldOf(connection: Connection): BalanceFold {
  const known = folds.get(connection);
  if (known) return known;
  const fold = createBalanceFold(connection);
  folds.set(connection, fold);
  return fold;
}

/** Without a run, this process does not know all of the chain's entries, and the journal is asked. */
type Pending = Map<string, { household: HouseholdKey; run: FoldedRun | undefined }>;

function createBalanceFold(connection: Connection): BalanceFold {
  let pending: Pending = new Map();
  let writing: Promise<void> | undefined;
  let isDue = false;
  let isClosed = false;
  connection.once("close", () => {
    isClosed = true;
  });

  const write = async (): Promise<void> => {
    const taken = pending;
    pending = new Map();
    try {
      await writePending(connection, taken);
    } catch (error) {
      // Who knows what was written: the journal does.
      for (const [id, { household }] of taken) pending.set(id, { household, run: undefined });
      if (!isClosed) writeSoon(RETRY_AFTER_MS);
      throw error;
    }
  };
  const writeNow = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const caughtUp = async (): Promise<void> => {
    // What is under way may have begun before the newest came; the next one takes all that waits.
    await writing;
    await writeNow();
  };
  const writeSoon = (afterMs: number): void => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      // It comes again by itself, and whoever posts or reads is told that the store is gone.
      caughtUp().catch(() => undefined);
    }, afterMs).unref();
  };

  return {
    add(run) {
      const { householdId } = run.household;
      pending.set(householdId, { household: run.household, run: joined(pending.get(householdId), run) });
      writeSoon(FOLD_WITHIN_MS);
    },
    addUnknown(household) {
      pending.set(household.householdId, { household, run: undefined });
      writeSoon(FOLD_WITHIN_MS);
    },
    caughtUp,
  };
}

/** Undefined when another process has appended in between. */
function joined(before: { run: FoldedRun | undefined } | undefined, run: FoldedRun): FoldedRun | undefined {
  if (before === undefined) return run;
  if (before.run?.head.hash !== run.after) return undefined;
  return { ...run, after: before.run.after, totals: addTotals(before.run.totals, run.totals) };
}

async function writePending(connection: Connection, pending: Pending): Promise<void> {
  const runs = [...pending.values()].flatMap(({ run }) => run ?? []);
  for (let from = 0; from < runs.length; from += RUNS_AT_ONCE)
    await writeRuns(connection, runs.slice(from, from + RUNS_AT_ONCE));
  for (const { household, run } of pending.values())
    if (run === undefined) await catchUpBalance(connection, household);
}
