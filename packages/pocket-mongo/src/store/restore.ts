import { constants, copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Doc, doc } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type Copied, type CopyStep, check } from "./backup.ts";
import { dataFile, replaceDataFile, settle } from "./data-file.ts";
import { holderOf, lockDirectory } from "./directory-lock.ts";
import { digestOf, readManifest } from "./manifest.ts";

/** A copy of a backup inside the store's directory, checked and ready to take the place of the data. */
export type StagedRestore = Copied & {
  /** Whether a running server holds the directory; `apply` then has it change over. */
  readonly running: boolean;
  /** Replaces the data. After a crash at any moment the directory holds the old data or the new, whole. */
  apply(): Promise<void>;
  /** Removes the copy; also after `apply`. */
  discard(): void;
};

/** Asks the server on a port of the loopback address to run a command; handed in, since the store knows no wire. */
export type AskServer = (port: number, command: Doc) => Promise<unknown>;

const stagingName = /^restoring-(\d+)$/;

/** The name of a staging directory, as a running server is told it; anything else is not looked at. */
export function isStagingName(name: string): boolean {
  return stagingName.test(name);
}

/**
 * Copies a backup into the directory of a store and compares every index with its documents, before anything is replaced.
 * Fails with CannotBackup when there is no sound backup. What is there is only read.
 */
export async function stageRestore(
  backupPath: string,
  dbPath: string,
  ask: AskServer,
  onStep: (step: CopyStep) => void = () => undefined,
): Promise<StagedRestore> {
  const manifest = readManifest(backupPath);
  mkdirSync(dbPath, { recursive: true });
  removeLeftovers(dbPath);
  const name = `restoring-${process.pid}`;
  const staging = join(dbPath, name);
  const discard = (): void => rmSync(staging, { recursive: true, force: true });
  discard();
  mkdirSync(staging);
  try {
    onStep("copying");
    const copy = join(staging, dataFile);
    copyFileSync(join(backupPath, dataFile), copy, constants.COPYFILE_FICLONE);
    settle(copy);
    onStep("checking");
    if ((await digestOf(copy)) !== manifest.sha256) throw unsound(backupPath, "its data file has changed");
    const copied = await check(staging);
    const running = holderOf(dbPath) !== undefined;
    return { ...copied, running, discard, apply: () => apply(dbPath, name, ask) };
  } catch (error) {
    discard();
    throw error;
  }
}

function unsound(backupPath: string, why: string): PocketMongoError {
  return new PocketMongoError("CannotBackup", `the backup in ${backupPath} is not sound: ${why}`);
}

async function apply(dbPath: string, name: string, ask: AskServer): Promise<void> {
  const holder = holderOf(dbPath);
  if (holder?.port !== undefined) {
    await ask(holder.port, doc({ pocketReplaceData: name, $db: "admin" }));
    return;
  }
  // Nobody holds it, or somebody who cannot be asked: then this is DBPathInUse.
  const lock = lockDirectory(dbPath);
  try {
    replaceDataFile(dbPath, join(dbPath, name, dataFile));
  } finally {
    lock.release();
  }
}

/** What restores that were killed have left. */
function removeLeftovers(dbPath: string): void {
  for (const name of readdirSync(dbPath)) {
    const pid = stagingName.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(dbPath, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
