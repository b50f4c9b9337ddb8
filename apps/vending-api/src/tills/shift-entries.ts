import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { PAYMENT_METHOD_NAMES } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerTakings, type ShiftTotals, shiftTotals } from "./shift-totals.ts";
import type { TillShift } from "./till-shift.model.ts";

/** Clocks of API processes differ, and a sale is dated by its request. Range 1 min–1 day: far beyond either. */
const CLOCK_MARGIN_MS = 3_600_000;

/** Throws `ledger-broken`. */
export async function totalsOf(connection: Connection, shift: TillShift): Promise<ShiftTotals> {
  return shift.totals ?? checkedTotals(shift, await readEntriesOf(connection, shift));
}

/** Throws `ledger-broken` when its sales and voids are not what the ledger's accounts of the till say. Pure. */
export function checkedTotals(shift: TillShift, entries: readonly LedgerEntry[]): ShiftTotals {
  const totals = shiftTotals(entries);
  const inLedger = ledgerTakings(shift.siteId, entries);
  for (const method of PAYMENT_METHOD_NAMES) {
    const { salesMinor, voidsMinor } = totals[method];
    if (salesMinor - voidsMinor !== inLedger[method])
      throw new ApiError(
        "ledger-broken",
        `shift ${shift._id}: ${method} is ${inLedger[method]} in the ledger`,
      );
  }
  return totals;
}

/** Sales and voids of the shift, oldest first. */
export async function readEntriesOf(connection: Connection, shift: TillShift): Promise<LedgerEntry[]> {
  const from = new Date(shift.openedAt.getTime() - CLOCK_MARGIN_MS);
  const until = shift.count && new Date(shift.count.at.getTime() + CLOCK_MARGIN_MS);
  return journalModel(connection)
    .find({
      siteId: shift.siteId,
      kind: { $in: ["purchase", "void"] },
      at: { $gte: from, ...(until && { $lte: until }) },
      "details.shiftId": shift._id,
    })
    .sort({ at: 1, _id: 1 })
    .lean<LedgerEntry[]>();
}
