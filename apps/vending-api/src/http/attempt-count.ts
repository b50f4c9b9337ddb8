import { type Connection, Schema } from "mongoose";
import { boundModel, isDuplicateKey } from "../db/model.ts";
import { ApiError } from "../errors.ts";

/** Range 5–60 min. */
const WINDOW_MS = 15 * 60_000;

interface Attempts {
  /** What is counted, and of whom: `login:<login>`, `address:<ip>`. */
  _id: string;
  attempts: number;
  windowEndsAt: Date;
}

const attemptsSchema = new Schema<Attempts>(
  {
    _id: { type: String, required: true },
    attempts: { type: Number, required: true },
    windowEndsAt: { type: Date, required: true },
  },
  { collection: "login_attempts", versionKey: false },
);
attemptsSchema.index({ windowEndsAt: 1 }, { expireAfterSeconds: 0 });

export const attemptsModel = (connection: Connection) =>
  boundModel<Attempts>(connection, "LoginAttempts", attemptsSchema);

/** Counts in the store that all API processes share. Throws `too-many-attempts` above the limit of a window. */
export async function countAttempt(
  connection: Connection,
  id: string,
  limit: number,
  now: Date,
): Promise<void> {
  const { attempts, windowEndsAt } = await increment(connection, id, now);
  if (attempts <= limit) return;
  const retryAfterS = Math.ceil((windowEndsAt.getTime() - now.getTime()) / 1000);
  throw new ApiError("too-many-attempts", `Try again in ${Math.ceil(retryAfterS / 60)} minutes`, {
    retryAfterS,
  });
}

export async function forgetAttempts(connection: Connection, id: string): Promise<void> {
  await attemptsModel(connection).deleteOne({ _id: id });
}

/** Takes one off. */
export async function forgiveAttempt(connection: Connection, id: string): Promise<void> {
  await attemptsModel(connection).updateOne({ _id: id, attempts: { $gt: 0 } }, { $inc: { attempts: -1 } });
}

async function increment(connection: Connection, id: string, now: Date): Promise<Attempts> {
  const model = attemptsModel(connection);
  for (;;) {
    const running = await model
      .findOneAndUpdate(
        { _id: id, windowEndsAt: { $gt: now } },
        { $inc: { attempts: 1 } },
        { returnDocument: "after" },
      )
      .lean<Attempts | null>();
    if (running) return running;
    const windowEndsAt = new Date(now.getTime() + WINDOW_MS);
    try {
      const started = await model
        .findOneAndUpdate(
          { _id: id, windowEndsAt: { $lte: now } },
          { $set: { attempts: 1, windowEndsAt } },
          { upsert: true, returnDocument: "after" },
        )
        .lean<Attempts | null>();
      if (started) return started;
    } catch (error) {
      // Another request started the window between the two steps: count in that one.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
