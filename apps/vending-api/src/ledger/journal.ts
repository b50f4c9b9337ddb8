import mongoose, { type Connection } from "mongoose";
import { isDuplicateKey } from "../db/model.ts";
import { type HouseholdKey, readHead, readHeads } from "./balance.model.ts";
import { type ChainHead, EMPTY_CHAIN, type EntryIdentity, householdAccount } from "./entry.ts";
import { type JournalRow, journalModel } from "./journal.model.ts";

/** What posting needs of the store. */
export interface Journal {
  /** What the references have had, at whatever site. */
  find(asked: readonly Pick<EntryIdentity, "refSpace" | "ref">[]): Promise<JournalRow[]>;
  /** The end of the household's chain as it is now. */
  head(household: HouseholdKey): Promise<ChainHead>;
  /** The ends of many chains by account, perhaps behind what was just appended: a collision shows that. */
  heads(households: readonly HouseholdKey[]): Promise<Map<string, ChainHead>>;
  /** In order, so that nothing stands behind what was stopped. Returns how many were written before a unique index stopped one. */
  insert(rows: readonly JournalRow[]): Promise<number>;
}

export function storedJournal(connection: Connection): Journal {
  return {
    find(asked) {
      const refSpaces = [...new Set(asked.map(({ refSpace }) => refSpace))];
      return journalModel(connection)
        .find({ refSpace: { $in: refSpaces }, ref: { $in: asked.map(({ ref }) => ref) } })
        .lean<JournalRow[]>();
    },
    head: (household) => readHead(connection, household),
    heads: (households) => headsOf(connection, households),
    async insert(rows) {
      try {
        await journalModel(connection).insertMany([...rows], { ordered: true, lean: true });
        return rows.length;
      } catch (error) {
        if (error instanceof mongoose.mongo.MongoBulkWriteError && isDuplicateKey(error))
          return error.insertedCount;
        throw error;
      }
    },
  };
}

/** By their balance rows where they have one; those without are new, or were never folded. */
async function headsOf(
  connection: Connection,
  households: readonly HouseholdKey[],
): Promise<Map<string, ChainHead>> {
  const byAccount = new Map(households.map((key) => [householdAccount(key.householdId), key]));
  const heads = await readHeads(connection, [...byAccount.keys()]);
  const rowless = [...byAccount].filter(([account]) => !heads.has(account));
  if (rowless.length === 0) return heads;
  const siteIds = [...new Set(rowless.map(([, { siteId }]) => siteId))];
  const begun: string[] = await journalModel(connection)
    .find({ siteId: { $in: siteIds }, account: { $in: rowless.map(([account]) => account) }, seq: 1 })
    .select({ account: 1 })
    .lean<Pick<JournalRow, "account">[]>()
    .then((rows) => rows.map(({ account }) => account));
  for (const [account, household] of rowless)
    heads.set(account, begun.includes(account) ? await readHead(connection, household) : EMPTY_CHAIN);
  return heads;
}
