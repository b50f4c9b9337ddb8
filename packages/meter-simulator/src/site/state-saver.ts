import type { Clock } from "../clock/clock.ts";
import { type SiteState, writeStateFile } from "./state-file.ts";

/** A crash costs at most this much metered energy; range 1–10 s, default 2. */
const SAVE_INTERVAL_MS = 2000;

export interface StateSaver {
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
  let cancel = () => {};
  let running = Promise.resolve();
  let isClosed = false;
  const turn = () => {
    running = writeStateFile(path, snapshot()).catch(onFailed).then(plan);
  };
  const plan = () => {
    if (!isClosed) cancel = clock.setTimer(turn, SAVE_INTERVAL_MS);
  };
  plan();
  return {
    close: async () => {
      isClosed = true;
      cancel();
      await running;
      await writeStateFile(path, snapshot());
    },
  };
}
