import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { PocketMongoError } from "../errors.ts";
import { lockDirectory } from "./directory-lock.ts";
import { environment, Store } from "./store.ts";
import { verifyCollection } from "./verify.ts";

/** LMDB's own names for its files. */
const dataFile = "data.mdb";
const readersFile = "lock.mdb";

export type Copied = { readonly collections: number; readonly documents: number };

/**
 * Copies the store of a directory into another, new or empty one, also while a server is using it: the copy shows one
 * moment, and the server is not held up. The copy is compact, on disk, and checked when this resolves. Fails with
 * CannotBackup when there is nothing to copy or the target is not empty.
 */
export async function backup(dbPath: string, target: string): Promise<Copied> {
  if (!existsSync(join(dbPath, dataFile)))
    throw new PocketMongoError("CannotBackup", `there is no store in ${dbPath}`);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new PocketMongoError("CannotBackup", `${target} is not empty`);
  }
  mkdirSync(target, { recursive: true });
  const source = open<Buffer, Buffer>({ path: dbPath, ...environment, readOnly: true });
  try {
    await source.backup(target, true);
  } finally {
    await source.close();
  }
  settle(join(target, dataFile));
  settle(target);
  return check(target);
}

/**
 * Puts a backup in the place of a store, or into a new directory. No server may be using the directory (DBPathInUse). What
 * was there is kept beside it as `data.mdb.before-restore`, and comes back when the backup turns out not to be sound.
 */
export async function restore(backupPath: string, dbPath: string): Promise<Copied> {
  const from = join(backupPath, dataFile);
  if (!existsSync(from)) throw new PocketMongoError("CannotBackup", `there is no backup in ${backupPath}`);
  mkdirSync(dbPath, { recursive: true });
  const lock = lockDirectory(dbPath);
  const data = join(dbPath, dataFile);
  const kept = `${data}.before-restore`;
  const fresh = `${data}.restoring`;
  try {
    copyFileSync(from, fresh);
    settle(fresh);
    if (existsSync(data)) renameSync(data, kept);
    renameSync(fresh, data);
    rmSync(join(dbPath, readersFile), { force: true });
    settle(dbPath);
  } finally {
    lock.release();
  }
  try {
    return await check(dbPath);
  } catch (error) {
    if (existsSync(kept)) renameSync(kept, data);
    rmSync(join(dbPath, readersFile), { force: true });
    throw error;
  }
}

/** Has what was written to a file or directory reach the disk. */
function settle(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}

/** Opens a store and compares every index with its documents. */
async function check(directory: string): Promise<Copied> {
  const store = Store.open(directory);
  try {
    const view = store.view();
    let collections = 0;
    let documents = 0;
    for (const collection of view.catalog.all()) {
      const wrong = verifyCollection(view, collection);
      if (wrong.length > 0)
        throw new PocketMongoError("CannotBackup", `the copy is not sound: ${wrong.join("; ")}`);
      collections += 1;
      documents += view.tally(collection).documents;
    }
    return { collections, documents };
  } finally {
    await store.close();
  }
}
