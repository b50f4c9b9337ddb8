import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const VERSION = "v1";
/** GCM's own: NIST SP 800-38D, 8.2 recommends 96 bits for the IV; the tag has its full 128. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what must not be read from the store or a backup: AES-256-GCM under a key from the sealing secret. `place` says
 * where it belongs, so that a sealed value moved elsewhere does not open.
 */
export function seal(sealingSecret: string, place: string, value: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(sealingSecret), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place, "utf8"));
  const sealed = Buffer.concat([cipher.update(value), cipher.final()]);
  return [VERSION, ...[iv, cipher.getAuthTag(), sealed].map((part) => part.toString("base64url"))].join(".");
}

/** Undefined when it was sealed under another secret, for another place, or changed. */
export function unseal(sealingSecret: string, place: string, text: string): Buffer | undefined {
  const [version, iv = "", tag = "", sealed = ""] = text.split(".");
  if (version !== VERSION) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(sealingSecret), Buffer.from(iv, "base64url"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(place, "utf8")).setAuthTag(Buffer.from(tag, "base64url"));
    return Buffer.concat([decipher.update(Buffer.from(sealed, "base64url")), decipher.final()]);
  } catch {
    // Node says why in a sentence only, and whichever it was: the value cannot be used.
    return undefined;
  }
}

function keyOf(sealingSecret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", sealingSecret, "", "hallmeter sealed values", 32));
}
