import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { PocketMongoError } from "../errors.ts";
import { dataFile, settle } from "./data-file.ts";
import { writeManifest } from "./manifest.ts";
import { environment, Store } from "./store.ts";
import { verifyCollection } from "./verify.ts";

export type Copied = { readonly collections: number; readonly documents: number };

/** What a backup or a restore is about to do, for whoever watches. */
export type CopyStep = "copying" | "checking";

/**
 * Copies the store of a directory into another, new or empty one, also while a server is using it: the copy shows one
 * moment, and the server is not held up. The copy is compact, on disk, and checked when this resolves. Fails with
 * CannotBackup when there is nothing to copy or the target is not empty.
 */
export async function backup(
  dbPath: string,
  target: string,
  onStep: (step: CopyStep) => void = () => undefined,
): Promise<Copied> {
  if (!existsSync(join(dbPath, dataFile)))
    throw new PocketMongoError("CannotBackup", `there is no store in ${dbPath}`);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new PocketMongoError("CannotBackup", `${target} is not empty`);
  }
  mkdirSync(target, { recursive: true });
  onStep("copying");
  const source = open<Buffer, Buffer>({ path: dbPath, ...environment, readOnly: true });
  try {
    await source.backup(target, true);
  } finally {
    await source.close();
  }
  settle(join(target, dataFile));
  settle(target);
  onStep("checking");
  const copied = await check(target);
  await writeManifest(target, copied);
  return copied;
}

/** Rows checked before others in this process have their turn. */
const stretch = 1000;

async function inPieces<Result>(work: Generator<undefined, Result, undefined>): Promise<Result> {
  for (let done = 1; ; done += 1) {
    const step = work.next();
    if (step.done) return step.value;
    if (done % stretch === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Opens a store and compares every index with its documents. */
export async function check(directory: string): Promise<Copied> {
  const store = Store.open(directory);
  try {
    const view = store.view();
    let collections = 0;
    let documents = 0;
    for (const collection of view.catalog.all()) {
      const wrong = await inPieces(verifyCollection(view, collection));
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
