import { type Connection, type Model, Schema } from "mongoose";
import { boundModel, isDuplicateKey } from "../db/model.ts";
import { type ChainHead, type Commodity, EMPTY_CHAIN, headAfter, householdAccount } from "./entry.ts";
import { isRefusal, type JournalRow, journalModel } from "./journal.model.ts";

/** The last known end of each chain, for pages that show many balances at once. Derived; decisions read the journal. */
export interface BalanceRow {
  /** The account. */
  _id: string;
  siteId: string;
  householdId: string;
  seq: number;
  balance: Record<Commodity, number>;
}

const balanceSchema = new Schema<BalanceRow>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    seq: { type: Number, required: true },
    balance: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "balances", versionKey: false, minimize: false, strict: "throw" },
);
balanceSchema.index({ siteId: 1 });

export function balanceModel(connection: Connection): Model<BalanceRow> {
  return boundModel(connection, "Balance", balanceSchema);
}

/** Writes `head` unless something newer is there already. */
export async function rememberBalance(
  connection: Connection,
  { siteId, householdId }: { siteId: string; householdId: string },
  head: ChainHead,
): Promise<void> {
  const account = householdAccount(householdId);
  try {
    await balanceModel(connection).updateOne(
      { _id: account, seq: { $lt: head.seq } },
      { $set: { siteId, householdId, seq: head.seq, balance: head.balance } },
      { upsert: true },
    );
  } catch (error) {
    // The row exists with a newer seq, so the upsert's insert met it: nothing to do.
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Writes again every balance that a crash between entry and cache left behind. Returns how many there were. */
export async function healBalances(connection: Connection): Promise<number> {
  const newest = await journalModel(connection).aggregate<{
    _id: { siteId: string; householdId: string };
    seq: number;
  }>([
    { $match: { seq: { $gt: 0 } } },
    { $group: { _id: { siteId: "$siteId", householdId: "$householdId" }, seq: { $max: "$seq" } } },
  ]);
  const cached = new Map(
    (await balanceModel(connection).find().lean<BalanceRow[]>()).map((row) => [row._id, row.seq]),
  );
  let healed = 0;
  for (const { _id, seq } of newest) {
    const account = householdAccount(_id.householdId);
    if ((cached.get(account) ?? 0) >= seq) continue;
    const head = await readHead(connection, _id);
    await rememberBalance(connection, _id, head);
    healed += 1;
  }
  return healed;
}

/** The end of a household's chain as the journal has it now. */
export async function readHead(
  connection: Connection,
  household: { siteId: string; householdId: string },
): Promise<ChainHead> {
  const row = await journalModel(connection)
    .findOne({ siteId: household.siteId, account: householdAccount(household.householdId) })
    .sort({ seq: -1 })
    .lean<JournalRow | null>();
  return row && !isRefusal(row) ? headAfter(row) : EMPTY_CHAIN;
}
