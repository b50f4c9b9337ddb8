import { type Connection, Schema } from "mongoose";
import { boundModel, isDuplicateKey } from "../db/model.ts";
import { ApiError } from "../errors.ts";

/** Range 5–60 min. */
const WINDOW_MS = 15 * 60_000;
/**
 * Attempts per window. A login: range 5–20, a person mistypes a few times. An address: range 50–500, since a whole dormitory may
 * stand behind one.
 */
const LIMITS = { login: 10, address: 100 } as const satisfies Record<string, number>;

interface LoginAttempts {
  /** `login:<login>` or `address:<ip>`. */
  _id: string;
  attempts: number;
  windowEndsAt: Date;
}

const loginAttemptsSchema = new Schema<LoginAttempts>(
  {
    _id: { type: String, required: true },
    attempts: { type: Number, required: true },
    windowEndsAt: { type: Date, required: true },
  },
  { collection: "login_attempts", versionKey: false },
);
loginAttemptsSchema.index({ windowEndsAt: 1 }, { expireAfterSeconds: 0 });

export const loginAttemptsModel = (connection: Connection) =>
  boundModel<LoginAttempts>(connection, "LoginAttempts", loginAttemptsSchema);

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
  for (const { id, limit } of keysOf(attempt)) {
    const counted = await increment(connection, id, attempt.now);
    if (counted.attempts > limit) {
      const retryAfterS = Math.ceil((counted.windowEndsAt.getTime() - attempt.now.getTime()) / 1000);
      throw new ApiError("too-many-attempts", `Try again in ${Math.ceil(retryAfterS / 60)} minutes`, {
        retryAfterS,
      });
    }
  }
}

/** A good password clears the login's count and takes its own attempt off the address'. */
export async function forgiveLoginAttempt(connection: Connection, attempt: Attempt): Promise<void> {
  const [login, address] = keysOf(attempt);
  const model = loginAttemptsModel(connection);
  await model.deleteOne({ _id: login.id });
  await model.updateOne({ _id: address.id, attempts: { $gt: 0 } }, { $inc: { attempts: -1 } });
}

async function increment(connection: Connection, id: string, now: Date): Promise<LoginAttempts> {
  const model = loginAttemptsModel(connection);
  for (;;) {
    const running = await model
      .findOneAndUpdate(
        { _id: id, windowEndsAt: { $gt: now } },
        { $inc: { attempts: 1 } },
        { returnDocument: "after" },
      )
      .lean<LoginAttempts | null>();
    if (running) return running;
    const windowEndsAt = new Date(now.getTime() + WINDOW_MS);
    try {
      const started = await model
        .findOneAndUpdate(
          { _id: id, windowEndsAt: { $lte: now } },
          { $set: { attempts: 1, windowEndsAt } },
          { upsert: true, returnDocument: "after" },
        )
        .lean<LoginAttempts | null>();
      if (started) return started;
    } catch (error) {
      // Another request started the window between the two steps: count in that one.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
