import mongoose, { type Connection } from "mongoose";
import type { LimitName } from "./lmdb.ts";
import { concurrently, perSecond } from "./rate.ts";

export interface Measurement {
  readonly work: string;
  readonly perSecond: number;
  readonly limit: LimitName;
}

const accountSchema = new mongoose.Schema({
  number: { type: Number, unique: true },
  name: { type: String, unique: true },
  place: { type: String, index: true },
  balance: Number,
  note: String,
});

/** About 300 bytes as BSON, like the values LMDB is measured with. */
const account = (number: number) => ({
  number,
  name: `account ${number}`,
  place: `place ${number % 100}`,
  balance: number % 1000,
  note: "x".repeat(180),
});

const grouped = 100_000;

/** The work of the table, one row after the other; each finds what those before have left. */
export async function* measureMongoose(connection: Connection): AsyncGenerator<Measurement> {
  const Account = connection.model("Account", accountSchema);
  await Account.init();
  // Code is compiled and pools are open before the first figure.
  await concurrently(500, 64, (i) => Account.create(account(1_000_000 + i)));

  yield {
    work: "create, one after another",
    perSecond: await perSecond(1000, async () => {
      for (let i = 0; i < 1000; i += 1) await Account.create(account(i));
    }),
    limit: "sequentialPut",
  };
  yield {
    work: "create, 64 at once, two unique indexes",
    perSecond: await perSecond(10_000, () =>
      concurrently(10_000, 64, (i) => Account.create(account(10_000 + i))),
    ),
    limit: "concurrentPut",
  };
  yield {
    work: "find by unique key, 64 at once",
    perSecond: await perSecond(10_000, () =>
      concurrently(10_000, 64, (i) =>
        Account.findOne({ name: `account ${10_000 + i}` })
          .lean()
          .orFail(),
      ),
    ),
    limit: "get",
  };
  yield {
    work: "findOneAndUpdate by unique key, 64 at once",
    perSecond: await perSecond(10_000, () =>
      concurrently(10_000, 64, (i) =>
        Account.findOneAndUpdate(
          { number: 10_000 + i },
          { $inc: { balance: 1 } },
          { returnDocument: "after" },
        )
          .lean()
          .orFail(),
      ),
    ),
    limit: "concurrentPut",
  };
  yield {
    work: "insertMany, batches of 1,000",
    perSecond: await perSecond(grouped, async () => {
      for (let begin = 0; begin < grouped; begin += 1000)
        await Account.insertMany(Array.from({ length: 1000 }, (_, i) => account(100_000 + begin + i)));
    }),
    limit: "batchPut",
  };
  yield {
    work: "rows of an indexed range",
    perSecond: await perSecond(50_000, async () => {
      const rows = await Account.find({ number: { $gte: 100_000, $lt: 150_000 } }).lean();
      if (rows.length !== 50_000) throw new Error(`the range gave ${rows.length} rows`);
    }),
    limit: "range",
  };
  yield {
    work: "documents into $group (100,000 by 100 keys)",
    perSecond: await perSecond(grouped, async () => {
      const groups = await Account.aggregate([
        { $match: { number: { $gte: 100_000, $lt: 100_000 + grouped } } },
        { $group: { _id: "$place", accounts: { $sum: 1 }, balance: { $sum: "$balance" } } },
      ]);
      if (groups.length !== 100) throw new Error(`$group gave ${groups.length} groups`);
    }),
    limit: "range",
  };
}
