import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/**
 * A refresh token is `<session>.<generation>.<mac>`. Being computed, not stored, the current one can be handed out again to a
 * second tab that asks with the one just replaced, and the store holds nothing that would let a reader of it sign in.
 */
export interface RefreshToken {
  sessionId: string;
  generation: number;
}

const SHAPE = /^([0-9a-f]{24})\.(\d{1,9})\.([A-Za-z0-9_-]{43})$/;

function macOf({ sessionId, generation }: RefreshToken, jwtSecret: string): Buffer {
  // A key of its own, so that no access token's signature can ever serve as a refresh token's.
  const key = Buffer.from(hkdfSync("sha256", jwtSecret, "", "hallmeter refresh token", 32));
  return createHmac("sha256", key).update(`${sessionId}.${generation}`).digest();
}

export function formatRefreshToken(token: RefreshToken, jwtSecret: string): string {
  return `${token.sessionId}.${token.generation}.${macOf(token, jwtSecret).toString("base64url")}`;
}

/** Undefined unless we made it. */
export function readRefreshToken(text: string, jwtSecret: string): RefreshToken | undefined {
  const [, sessionId, digits, mac] = SHAPE.exec(text) ?? [];
  if (sessionId === undefined || digits === undefined || mac === undefined) return undefined;
  const token = { sessionId, generation: Number(digits) };
  return timingSafeEqual(macOf(token, jwtSecret), Buffer.from(mac, "base64url")) ? token : undefined;
}
