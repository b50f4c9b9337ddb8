import { MongoError, MongoServerError, type WriteConcernOptions } from "mongodb";
import { type Ledger, mostHistory } from "./accounts.ts";

/** What one writer knows: the last number the server said yes to, and the last it was asked for. */
export interface Knowledge {
  readonly account: number;
  acknowledged: number;
  asked: number;
  /** The deleted entries the server said yes to. */
  acknowledgedDeletion: number;
  askedDeletion: number;
}

export const entryId = (account: number, number: number): string => `${account}-${number}`;

/** Entries older than this are deleted again, so that deletions too are under way when the power goes. */
export const keptEntries = 30;

/** Every fourth writer's writes are patient: they share the commits of the others, and are on disk when answered all the same. */
const concernOf = (account: number): WriteConcernOptions =>
  account % 4 === 0 ? { writeConcern: { w: 1, j: false } } : {};

/** Counts its account up, one entry for each step, until the server is gone; calls `stepped` after each. */
export async function writeUntilGone(
  { accounts, entries }: Ledger,
  known: Knowledge,
  stepped: () => void,
): Promise<void> {
  const { account } = known;
  const concern = concernOf(account);
  try {
    for (;;) {
      const number = known.asked + 1;
      known.asked = number;
      await entries.insertOne(
        { _id: entryId(account, number), account, number, reference: `ref ${account} ${number}` },
        concern,
      );
      await accounts.findOneAndUpdate(
        { _id: account },
        {
          $inc: { count: 1, twice: 2 },
          $push: { history: { $each: [number], $slice: -mostHistory } },
          $set: { tags: [`a${account}`, `n${number}`, `m${number % 7}`] },
        },
        { upsert: true, ...concern },
      );
      known.acknowledged = number;
      stepped();
      const old = number - keptEntries;
      if (old <= 0) continue;
      // A step that a crash has cut off is done again, and its deletion with it.
      const isAgain = old <= known.askedDeletion;
      known.askedDeletion = old;
      const { deletedCount } = await entries.deleteOne({ _id: entryId(account, old) }, concern);
      if (deletedCount === 0 && !isAgain)
        throw new Error(`entry ${entryId(account, old)} was not there to be deleted`);
      known.acknowledgedDeletion = old;
    }
  } catch (error) {
    // Only the loss of the server or the closing of the client ends a writer; what the server refuses is a finding.
    // The driver lets a socket's own error through when it meets it while writing.
    const isLoss = error instanceof MongoError || (error as NodeJS.ErrnoException).syscall === "write";
    if (error instanceof MongoServerError || !isLoss) throw error;
  }
}
