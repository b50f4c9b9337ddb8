import type { Connection } from "mongoose";
import { householdAccount, type LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import type { AccountBooks, ClosingOrder } from "./close-account.ts";

/** The household's account in the ledger. `post` rejects as `Ledger.post` does. */
export function accountBooks(
  connection: Connection,
  { siteId, householdId, refundId }: Pick<ClosingOrder, "siteId" | "householdId" | "refundId">,
): AccountBooks {
  const ledger = ledgerOf(connection);
  return {
    head: () => ledger.head({ siteId, householdId }),
    entries: () =>
      journalModel(connection)
        .find({ siteId, account: householdAccount(householdId), "details.refundId": refundId })
        .sort({ seq: 1 })
        .lean<LedgerEntry[]>(),
    async post(ref, write) {
      await ledger.post({
        siteId,
        householdId,
        refSpace: "refund",
        ref,
        requestHash: ref,
        decide: (head) => ({ accept: write(head) }),
      });
    },
  };
}
