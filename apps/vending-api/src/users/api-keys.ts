import { createHash, randomBytes } from "node:crypto";
import type { Deps } from "../deps.ts";
import type { PersonCaller } from "../http/access.ts";
import { type ApiKey, apiKeyModel } from "./api-key.model.ts";

/** Every key starts so: found in a log or a repository, it says what it is. */
export const API_KEY_PREFIX = "hmk_";
/** 32 random bytes: nothing to guess, so a fast hash is enough to keep it from readers of the store. */
const KEY_BYTES = 32;
/** Shown with the key's name; the rest has 26 bytes left to guess. */
const SHOWN_CHARACTERS = API_KEY_PREFIX.length + 8;
/** Range 10 s–1 h: exact enough to find a forgotten key, and no write for every request. */
const USE_NOTED_EVERY_MS = 60_000;

export function newApiKey(): { key: string; prefix: string; keyHash: string } {
  const key = `${API_KEY_PREFIX}${randomBytes(KEY_BYTES).toString("base64url")}`;
  return { key, prefix: key.slice(0, SHOWN_CHARACTERS), keyHash: hashOf(key) };
}

export type ApiKeyState = "active" | "expired" | "revoked";

export function stateOf({ expiresAt, revokedAt }: ApiKey, now: Date): ApiKeyState {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : "active";
}

/** The program that holds the key, with an integrator's rights at the key's site; undefined for a key that opens nothing. */
export async function authenticateApiKey(
  key: string,
  { connection, clock }: Pick<Deps, "connection" | "clock">,
): Promise<PersonCaller | undefined> {
  const keys = apiKeyModel(connection);
  const now = clock.now();
  const row = await keys.findOne({ keyHash: hashOf(key) }).lean<ApiKey | null>();
  if (!row || stateOf(row, now) !== "active") return undefined;
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() >= USE_NOTED_EVERY_MS)
    await keys.updateOne({ _id: row._id }, { $set: { lastUsedAt: now } });
  return {
    kind: "person",
    id: row._id,
    login: row.prefix,
    name: row.name,
    roles: ["integrator"],
    siteIds: [row.siteId],
  };
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
