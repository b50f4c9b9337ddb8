import { createHash } from "node:crypto";
import { createReadStream, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { PocketMongoError } from "../errors.ts";
import { dataFile, settle } from "./data-file.ts";

const manifestFile = "backup.json";

/** What a backup says of itself. It is written last, so that a copy that was cut short is none. */
export type Manifest = {
  readonly collections: number;
  readonly documents: number;
  /** SHA-256 of the data file. LMDB reads pages as they lie, and a short file would end the process. */
  readonly sha256: string;
};

export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

export async function writeManifest(
  folder: string,
  copied: { collections: number; documents: number },
): Promise<void> {
  const manifest: Manifest = { ...copied, sha256: await digestOf(join(folder, dataFile)) };
  const path = join(folder, manifestFile);
  writeFileSync(`${path}.next`, `${JSON.stringify(manifest, null, 2)}\n`);
  settle(`${path}.next`);
  renameSync(`${path}.next`, path);
  settle(folder);
}

/** Fails with CannotBackup when the folder holds no whole backup. */
export function readManifest(folder: string): Manifest {
  let read: Partial<Manifest>;
  try {
    read = JSON.parse(readFileSync(join(folder, manifestFile), "utf8"));
  } catch {
    throw new PocketMongoError("CannotBackup", `there is no whole backup in ${folder}`);
  }
  const { collections, documents, sha256 } = read;
  if (typeof collections !== "number" || typeof documents !== "number" || typeof sha256 !== "string") {
    throw new PocketMongoError("CannotBackup", `${manifestFile} in ${folder} is not a backup's`);
  }
  return { collections, documents, sha256 };
}
