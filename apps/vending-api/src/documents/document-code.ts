import { createHash } from "node:crypto";
import { canonicalJson } from "../http/request-hash.ts";
import type { DocumentKind } from "./kinds/document-kinds.ts";

/** What a document says and is called: whoever changes any of it changes its hash. */
export interface DocumentContent {
  siteId: string;
  kind: DocumentKind;
  number: number;
  subjectId: string;
  issuedAt: Date;
  facts: unknown;
}

/** sha256 over canonical JSON, hex. */
export function hashDocument({ siteId, kind, number, subjectId, issuedAt, facts }: DocumentContent): string {
  const content = { siteId, kind, number, subjectId, issuedAt: issuedAt.toISOString(), facts };
  return createHash("sha256").update(canonicalJson(content)).digest("hex");
}

/** Crockford's base 32: without I, L, O and U, which are misread (https://www.crockford.com/base32.html). */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH = 12;

/**
 * The first 60 bits of the hash, as printed: "7K2M-9QXA-04TZ". The paper thereby holds the books to what was issued, and nobody
 * comes upon a code by trying.
 */
export function codeOf(hash: string): string {
  let bits = BigInt(`0x${hash.slice(0, 15)}`);
  const letters: string[] = [];
  for (let place = 0; place < CODE_LENGTH; place += 1) {
    letters.unshift(ALPHABET.charAt(Number(bits % 32n)));
    bits /= 32n;
  }
  return letters.join("").replace(/(.{4})(?=.)/g, "$1-");
}

/** As somebody typed it: any case, any or no dashes, O for 0, I or L for 1. Undefined when it can be no code. */
export function readCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (letters.length !== CODE_LENGTH || [...letters].some((letter) => !ALPHABET.includes(letter)))
    return undefined;
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}
