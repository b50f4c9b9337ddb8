import mongoose, { type Connection } from "mongoose";
import { account, grouped, ranged } from "./accounts.ts";
import type { LimitName } from "./lmdb.ts";
import { concurrently } from "./rate.ts";

const accountSchema = new mongoose.Schema({
  number: { type: Number, unique: true },
  name: { type: String, unique: true },
  place: { type: String, index: true },
  balance: Number,
  note: String,
});

const accountsOf = (connection: Connection) => connection.model("Account", accountSchema);
type Accounts = ReturnType<typeof accountsOf>;

/** A server runs for years: code is compiled and pools are open before the first figure. */
export async function prepareAccounts(connection: Connection): Promise<Accounts> {
  const Account = accountsOf(connection);
  await Account.init();
  await concurrently(3000, 64, (i) => Account.create(account(1_000_000 + i)));
  await concurrently(500, 1, (i) => Account.create(account(1_010_000 + i)));
  return Account;
}

export type Work = {
  readonly work: string;
  /** How many things `run` does. */
  readonly count: number;
  run(Account: Accounts): Promise<unknown>;
  readonly limit: LimitName;
};

const inBatches = 1000;

/** The rows of the table, one after the other; each finds what those before have left. */
export const works: readonly Work[] = [
  {
    work: "create, one after another",
    count: 1000,
    run: async (Account) => {
      for (let i = 0; i < 1000; i += 1) await Account.create(account(i));
    },
    limit: "sequentialPut",
  },
  {
    work: "create, 64 at once, two unique indexes",
    count: 10_000,
    run: (Account) => concurrently(10_000, 64, (i) => Account.create(account(10_000 + i))),
    limit: "concurrentPut",
  },
  {
    work: "find by unique key, 64 at once",
    count: 10_000,
    run: (Account) =>
      concurrently(10_000, 64, (i) =>
        Account.findOne({ name: `account ${10_000 + i}` })
          .lean()
          .orFail(),
      ),
    limit: "get",
  },
  {
    work: "findOneAndUpdate by unique key, 64 at once",
    count: 10_000,
    run: (Account) =>
      concurrently(10_000, 64, (i) =>
        Account.findOneAndUpdate(
          { number: 10_000 + i },
          { $inc: { balance: 1 } },
          { returnDocument: "after" },
        )
          .lean()
          .orFail(),
      ),
    limit: "concurrentPut",
  },
  {
    work: "insertMany, batches of 1,000",
    count: grouped,
    run: async (Account) => {
      for (let begin = 0; begin < grouped; begin += inBatches)
        await Account.insertMany(Array.from({ length: inBatches }, (_, i) => account(100_000 + begin + i)));
    },
    limit: "batchPut",
  },
  {
    work: "rows of an indexed range",
    count: ranged,
    run: async (Account) => {
      const rows = await Account.find({ number: { $gte: 100_000, $lt: 100_000 + ranged } }).lean();
      if (rows.length !== ranged) throw new Error(`the range gave ${rows.length} rows`);
    },
    limit: "range",
  },
  {
    work: "documents into $group (100,000 by 100 keys)",
    count: grouped,
    run: async (Account) => {
      const groups = await Account.aggregate([
        { $match: { number: { $gte: 100_000, $lt: 100_000 + grouped } } },
        { $group: { _id: "$place", accounts: { $sum: 1 }, balance: { $sum: "$balance" } } },
      ]);
      if (groups.length !== 100) throw new Error(`$group gave ${groups.length} groups`);
    },
    limit: "range",
  },
];
