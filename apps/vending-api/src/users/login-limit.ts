import type { Connection } from "mongoose";
import { countAttempt, forgetAttempts, forgiveAttempt } from "../http/attempt-count.ts";

/**
 * Attempts per window. A login: range 5–20, a person mistypes a few times. An address: range 50–500, since a whole dormitory may
 * stand behind one.
 */
const LIMITS = { login: 10, address: 100 } as const satisfies Record<string, number>;

interface Attempt {
  login: string;
  address: string;
  now: Date;
}

const keysOf = ({ login, address }: Attempt) =>
  [
    { id: `login:${login.toLowerCase()}`, limit: LIMITS.login },
    { id: `address:${address}`, limit: LIMITS.address },
  ] as const;

/**
 * Counts an attempt before the password is looked at, in the store that all API processes share, so that a burst can't slip
 * through between reading and counting. Throws `too-many-attempts`.
 */
export async function countLoginAttempt(connection: Connection, attempt: Attempt): Promise<void> {
  for (const { id, limit } of keysOf(attempt)) await countAttempt(connection, id, limit, attempt.now);
}

/** A good password clears the login's count and takes its own attempt off the address'. */
export async function forgiveLoginAttempt(connection: Connection, attempt: Attempt): Promise<void> {
  const [login, address] = keysOf(attempt);
  await forgetAttempts(connection, login.id);
  await forgiveAttempt(connection, address.id);
}
