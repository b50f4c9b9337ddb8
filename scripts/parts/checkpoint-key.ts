import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { rawPublicKey } from "@hallmeter/vending-api";

export interface CheckpointKey {
  privateKey: KeyObject;
  /** What an auditor keeps, apart from this machine. */
  publicKey: string;
}

function keyFile(env: NodeJS.ProcessEnv): string {
  return join(resolve(env.HALLMETER_DATA ?? "./data"), "checkpoint-key.pem");
}

/** The key in the data directory; undefined where none was made yet. */
export function readCheckpointKey(env: NodeJS.ProcessEnv): CheckpointKey | undefined {
  try {
    return keyFrom(readFileSync(keyFile(env), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** The key in the data directory, made at the first use and readable by its owner alone. */
export function ensureCheckpointKey(env: NodeJS.ProcessEnv): CheckpointKey {
  const known = readCheckpointKey(env);
  if (known) return known;
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  mkdirSync(dirname(keyFile(env)), { recursive: true });
  writeFileSync(keyFile(env), pem, { mode: 0o600, flag: "wx" });
  return keyFrom(pem);
}

function keyFrom(pem: string): CheckpointKey {
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
}
