import type { Clock } from "../clock/clock.ts";
import { type SiteState, type StateChange, StateJournal, writeStateFile } from "./state-file.ts";

/** A crash costs at most this much metered energy; range 1–10 s, default 2. */
const SAVE_INTERVAL_MS = 2000;

export interface StateSaver {
  /** What must not be lost once it is acknowledged: on the disk when this returns. */
  keep(change: StateChange): void;
  /** Saves once more; rejects when that fails. */
  close(): Promise<void>;
}

/** Saves again and again, never twice at once. A failed save is reported and tried again at the next turn. */
export function keepSaving(options: {
  path: string;
  snapshot: () => SiteState;
  clock: Clock;
  onFailed: (error: unknown) => void;
}): StateSaver {
  const { path, snapshot, clock, onFailed } = options;
  const journal = new StateJournal(path);
  let keptSequence = 0;
  let cancel = () => {};
  let running = Promise.resolve();
  let isClosed = false;
  const save = async () => {
    const state = snapshot();
    await writeStateFile(path, state);
    if (keptSequence <= state.sequence) journal.clear();
  };
  const turn = () => {
    running = save().catch(onFailed).then(plan);
  };
  const plan = () => {
    if (!isClosed) cancel = clock.setTimer(turn, SAVE_INTERVAL_MS);
  };
  plan();
  return {
    keep: (change) => {
      journal.append(change);
      keptSequence = change.sequence;
    },
    close: async () => {
      isClosed = true;
      cancel();
      await running;
      try {
        await save();
      } finally {
        journal.close();
      }
    },
  };
}
