import { type Connection, type Model, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import {
  type ChainHead,
  type Commodity,
  EMPTY_CHAIN,
  headAfter,
  householdAccount,
  type LedgerEntry,
} from "./entry.ts";
import { isRefusal, type JournalRow, journalModel } from "./journal.model.ts";

/** Whose chain it is. */
export interface HouseholdKey {
  siteId: string;
  householdId: string;
}

/** Per system account and commodity, what a chain's entries moved there. */
export type SystemTotals = Record<string, Record<Commodity, number>>;

/**
 * One chain folded up to `seq`: its balance for pages that show many at once, and its share of the system accounts, whose
 * totals are the sums of these rows. Derived; decisions about money read the journal.
 */
export interface BalanceRow extends HouseholdKey {
  /** The account. */
  _id: string;
  seq: number;
  /** The entry with that seq; the next one is folded only behind its hash. Missing in rows from before there were totals. */
  headId?: string;
  headHash?: string;
  balance: Record<Commodity, number>;
  totals?: SystemTotals;
}

const balanceSchema = new Schema<BalanceRow>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    seq: { type: Number, required: true },
    headId: { type: String },
    headHash: { type: String },
    balance: { type: Schema.Types.Mixed, required: true },
    totals: { type: Schema.Types.Mixed },
  },
  { collection: "balances", versionKey: false, minimize: false, strict: "throw" },
);
balanceSchema.index({ siteId: 1 });

export function balanceModel(connection: Connection): Model<BalanceRow> {
  return boundModel(connection, "Balance", balanceSchema);
}

/** Chains of one site by account, as far as their rows say where they end: the entries themselves come from the journal. */
export async function readHeads(
  connection: Connection,
  accounts: readonly string[],
): Promise<Map<string, ChainHead>> {
  const rows = await balanceModel(connection)
    .find({ _id: { $in: [...accounts] }, headId: { $exists: true } }, { headId: 1 })
    .lean<Pick<BalanceRow, "headId">[]>();
  const entries = await journalModel(connection)
    .find({ _id: { $in: rows.flatMap(({ headId }) => headId ?? []) } })
    .lean<LedgerEntry[]>();
  return new Map(entries.map((entry) => [entry.account, headAfter(entry)]));
}

/** The end of a household's chain as the journal has it now. */
export async function readHead(connection: Connection, household: HouseholdKey): Promise<ChainHead> {
  const row = await journalModel(connection)
    .findOne({ siteId: household.siteId, account: householdAccount(household.householdId) })
    .sort({ seq: -1 })
    .lean<JournalRow | null>();
  return row && !isRefusal(row) ? headAfter(row) : EMPTY_CHAIN;
}
