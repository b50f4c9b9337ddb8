import type { CopyStep } from "./store/backup.ts";
import { type StagedRestore, stageRestore } from "./store/restore.ts";
import { askServer } from "./wire/ask.ts";

/** Prepares a restore: the backup is copied and checked, and nothing is replaced before `apply`. */
export function prepareRestore(
  backupPath: string,
  dbPath: string,
  onStep?: (step: CopyStep) => void,
): Promise<StagedRestore> {
  return stageRestore(backupPath, dbPath, askServer, onStep);
}
