import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { type Connection, Schema } from "mongoose";
import { boundModel, isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { seal, unseal } from "../sealing/seal.ts";
import type { Signer, Verifier } from "./card-memory.ts";

/** The key that a site's cards are signed with. */
interface CardKey {
  /** Of the site. */
  _id: string;
  /** PKCS #8, sealed. */
  sealedPrivateKey: string;
  createdAt: Date;
}

const cardKeySchema = new Schema<CardKey>(
  {
    _id: { type: String, required: true },
    sealedPrivateKey: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: "card-keys", versionKey: false },
);
export const cardKeyModel = (connection: Connection) =>
  boundModel<CardKey>(connection, "CardKey", cardKeySchema);

export interface CardKeys {
  signer: Signer;
  verify: Verifier;
  /** What takers check cards with: it signs nothing. */
  publicKeyPem: string;
  /** What one circuit's taker signs its receipts with. */
  receiptKey(circuitId: string): Buffer;
}

export function cardKeysFrom(privateKey: KeyObject): CardKeys {
  const publicKey = createPublicKey(privateKey);
  const publicDer = publicKey.export({ type: "spki", format: "der" });
  const keyId = createHash("sha256").update(publicDer).digest().subarray(0, 4);
  const secret = privateKey.export({ type: "pkcs8", format: "der" });
  return {
    signer: { keyId, sign: (bytes) => sign(null, bytes, privateKey) },
    verify: (id, bytes, signature) => id.equals(keyId) && verify(null, bytes, publicKey, signature),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    receiptKey: (circuitId) =>
      Buffer.from(hkdfSync("sha256", secret, circuitId, "hallmeter card receipts", 32)),
  };
}

/** Made when the site's first card is; sealed in the store ever after. */
export async function cardKeysOf(
  deps: Pick<Deps, "connection" | "secrets" | "clock">,
  siteId: string,
): Promise<CardKeys> {
  const { connection, secrets, clock } = deps;
  const keys = cardKeyModel(connection);
  const place = `card-keys/${siteId}`;
  if (!(await keys.exists({ _id: siteId }))) {
    const made = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });
    const sealedPrivateKey = seal(secrets.sealingSecret, place, made);
    await keys.create({ _id: siteId, sealedPrivateKey, createdAt: clock.now() }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  }
  const row = await keys.findById(siteId).lean<CardKey | null>();
  const opened = row && unseal(secrets.sealingSecret, place, row.sealedPrivateKey);
  if (!opened) throw new ApiError("internal", "The key of the site's cards cannot be opened");
  return cardKeysFrom(createPrivateKey({ key: opened, type: "pkcs8", format: "der" }));
}
