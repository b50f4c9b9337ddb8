import { createSecretKey, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";
import { z } from "zod";

/** Range 5–60 min: long enough not to matter to the store, short enough that a stolen one is soon worthless. */
export const ACCESS_TOKEN_LIFETIME_S = 15 * 60;
const ISSUER = "hallmeter";
const AUDIENCE = "hallmeter-api";
const ALGORITHM = "HS256";

const claimsSchema = z.object({
  sub: z.string(),
  /** The session that it came from. */
  sid: z.string(),
  /** `sessionEpoch` of the user at the time. */
  epoch: z.int(),
});
export interface AccessClaims {
  userId: string;
  sessionId: string;
  sessionEpoch: number;
}

const keys = new Map<string, KeyObject>();

/** Given a string, jsonwebtoken first tries to read a public key from it, at every token: a millisecond of the processor. */
function keyOf(jwtSecret: string): KeyObject {
  const known = keys.get(jwtSecret);
  if (known) return known;
  const key = createSecretKey(jwtSecret, "utf8");
  keys.set(jwtSecret, key);
  return key;
}

/** Says who; what that person may do is read from the store with each request. */
export function issueAccessToken(claims: AccessClaims, jwtSecret: string, now: Date): string {
  const issuedAtS = Math.floor(now.getTime() / 1000);
  return jwt.sign(
    {
      sub: claims.userId,
      sid: claims.sessionId,
      epoch: claims.sessionEpoch,
      iat: issuedAtS,
      exp: issuedAtS + ACCESS_TOKEN_LIFETIME_S,
      iss: ISSUER,
      aud: AUDIENCE,
    },
    keyOf(jwtSecret),
    { algorithm: ALGORITHM },
  );
}

/** Undefined for a token that is forged, foreign, expired or malformed. */
export function readAccessToken(token: string, jwtSecret: string, now: Date): AccessClaims | undefined {
  try {
    const payload = jwt.verify(token, keyOf(jwtSecret), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      clockTimestamp: Math.floor(now.getTime() / 1000),
    });
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return undefined;
    return { userId: claims.data.sub, sessionId: claims.data.sid, sessionEpoch: claims.data.epoch };
  } catch (error) {
    if (error instanceof jwt.JsonWebTokenError) return undefined;
    throw error;
  }
}
