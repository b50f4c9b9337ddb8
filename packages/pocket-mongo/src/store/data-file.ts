import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";

/** LMDB's own names for its files. */
export const dataFile = "data.mdb";
const readersFile = "lock.mdb";
const keptFile = `${dataFile}.before-restore`;

/** Has what was written to a file or directory reach the disk. */
export function settle(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}

/**
 * Puts a data file in the place of a directory's own, which no environment may have open. The change is one rename: whatever
 * happens, the directory holds the old file or the new one, whole. The old one is kept beside it; `undo` brings it back.
 */
export function replaceDataFile(directory: string, fresh: string): { undo(): void } {
  const data = join(directory, dataFile);
  const kept = join(directory, keptFile);
  rmSync(kept, { force: true });
  if (existsSync(data)) keep(data, kept);
  settle(directory);
  renameSync(fresh, data);
  forgetReaders(directory);
  return {
    undo: () => {
      if (existsSync(kept)) renameSync(kept, data);
      else rmSync(data, { force: true });
      forgetReaders(directory);
    },
  };
}

/** A second name for the file; where the file system knows only one name per file, a copy. */
function keep(data: string, kept: string): void {
  try {
    linkSync(data, kept);
  } catch {
    copyFileSync(data, kept);
    settle(kept);
  }
}

/** LMDB's table of readers belongs to the file that was open with it; LMDB makes a new one. */
function forgetReaders(directory: string): void {
  rmSync(join(directory, readersFile), { force: true });
  settle(directory);
}
