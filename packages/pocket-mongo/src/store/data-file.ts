import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
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

/** LMDB's mark in the first meta page, behind that page's header (MDB_MAGIC in mdb.c), as lmdb-js lays it out. */
const magic = { at: 24, value: 0xbeefc0de } as const;

/** Whether a file begins as LMDB's data files do. lmdb-js ends the process on one that does not. */
export function isDataFile(path: string): boolean {
  if (!existsSync(path)) return false;
  const head = Buffer.alloc(magic.at + 4);
  const file = openSync(path, "r");
  const read = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return read === head.length && head.readUInt32LE(magic.at) === magic.value;
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
  const undo = (): void => {
    if (existsSync(kept)) renameSync(kept, data);
    else rmSync(data, { force: true });
    forgetReaders(directory);
  };
  renameSync(fresh, data);
  try {
    forgetReaders(directory);
  } catch (error) {
    undo();
    throw error;
  }
  return { undo };
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
