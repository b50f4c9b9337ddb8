import type { Collection, MongoClient } from "mongodb";

/** One account for each writer. All fields but the tags say the same number, so that half an update shows. */
export interface Account {
  _id: number;
  count: number;
  twice: number;
  history: number[];
  /** Indexed, one entry for each element. */
  tags: string[];
}

/** One for each insert that was sent. */
export interface Entry {
  _id: string;
  account: number;
  number: number;
  /** Unique as a pair with the account, and unique alone. */
  reference: string;
}

export const mostHistory = 20;

export interface Ledger {
  readonly accounts: Collection<Account>;
  readonly entries: Collection<Entry>;
}

export async function openLedger(client: MongoClient): Promise<Ledger> {
  const database = client.db("crash", { writeConcern: { w: "majority", journal: true } });
  const accounts = database.collection<Account>("accounts");
  const entries = database.collection<Entry>("entries");
  await accounts.createIndex({ tags: 1 });
  await accounts.createIndex({ count: -1, twice: 1 });
  await entries.createIndex({ account: 1, number: -1 }, { unique: true });
  await entries.createIndex({ reference: 1 }, { unique: true });
  return { accounts, entries };
}
