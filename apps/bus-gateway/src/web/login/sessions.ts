import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;
/** Unused for so long a session ends; range 5 min–12 h. A technician walks to the meter and back. */
const IDLE_MS = 3_600_000;
/** One working day at most, used or not. */
const LONGEST_MS = 12 * 3_600_000;
const MOST_SESSIONS = 32;

interface Session {
  name: string;
  sinceMs: number;
  usedMs: number;
}

/** Who is signed in. Kept in memory: a restart signs everybody out. */
export class Sessions {
  /** By the token's digest: what is in memory opens nothing. */
  readonly #sessions = new Map<string, Session>();

  /** The token for the cookie. */
  open(name: string, nowMs: number): string {
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    this.#sessions.set(digest(token), { name, sinceMs: nowMs, usedMs: nowMs });
    return token;
  }

  /** Who holds the token; using it keeps the session open. */
  use(token: string, nowMs: number): string | undefined {
    const key = digest(token);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (nowMs - session.usedMs > IDLE_MS || nowMs - session.sinceMs > LONGEST_MS) {
      this.#sessions.delete(key);
      return undefined;
    }
    session.usedMs = nowMs;
    return session.name;
  }

  close(token: string): void {
    this.#sessions.delete(digest(token));
  }
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
