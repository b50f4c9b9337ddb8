import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { canonicalJson } from "../http/request-hash.ts";

/** Where each chain ended when a checkpoint was signed, by account. */
export type SignedEnds = ReadonlyMap<string, { readonly seq: number; readonly hash: string }>;

const chainEndSchema = z.tuple([z.string(), z.int().positive(), z.string().length(64)]);
const siteSchema = z.object({
  siteId: z.string(),
  accounts: z.int().nonnegative(),
  entries: z.int().nonnegative(),
  headHash: z.string().length(64),
});

/**
 * What the ledger held at one time, to be kept outside the store: whoever can change every document there can give all of them
 * new hashes, but cannot sign again what was signed.
 */
const contentSchema = z.object({
  format: z.literal(1),
  at: z.iso.datetime(),
  sites: z.array(siteSchema),
  /** Account, seq and hash of every chain's last entry. */
  ends: z.array(chainEndSchema),
  /** Likewise of each site's audit chain, by site. */
  auditEnds: z.array(chainEndSchema),
});
const checkpointSchema = z.object({
  content: contentSchema,
  /** Ed25519 (RFC 8032), raw, base64url: the key and the signature over the SHA-256 of the canonical content. */
  publicKey: z.string(),
  signature: z.string(),
});
export type CheckpointContent = z.output<typeof contentSchema>;
export type Checkpoint = z.output<typeof checkpointSchema>;

export function signCheckpoint(content: CheckpointContent, privateKey: KeyObject): Checkpoint {
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  return { content, publicKey, signature: sign(null, digestOf(content), privateKey).toString("base64url") };
}

/** 32 bytes in base64url, as RFC 8037 has them in `x`. */
export function rawPublicKey(key: KeyObject): string {
  return String(key.export({ format: "jwk" }).x);
}

/**
 * The content of a checkpoint that `trusted` has signed. Throws `checkpoint-untrusted` when it is none, was changed, or bears
 * another key: a key that comes along with what it signs proves nothing.
 */
export function openCheckpoint(text: string, trusted: string): CheckpointContent {
  const refuse = (detail: string, cause?: unknown) => new ApiError("checkpoint-untrusted", detail, { cause });
  let checkpoint: Checkpoint;
  try {
    checkpoint = checkpointSchema.parse(JSON.parse(text));
  } catch (error) {
    throw refuse("The file is no checkpoint", error);
  }
  const { content, publicKey, signature } = checkpoint;
  if (publicKey !== trusted) throw refuse(`It was signed with the key ${publicKey}, not with ${trusted}`);
  const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: publicKey } });
  if (!verify(null, digestOf(content), key, Buffer.from(signature, "base64url")))
    throw refuse("The signature is not that of its content");
  return content;
}

function digestOf(content: CheckpointContent): Buffer {
  return createHash("sha256").update(canonicalJson(content)).digest();
}

/** By account, or for the audit by site. */
export function endsOf(ends: CheckpointContent["ends"]): SignedEnds {
  return new Map(ends.map(([account, seq, hash]) => [account, { seq, hash }]));
}
