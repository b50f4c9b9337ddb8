import type { Deps } from "../deps.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { announceCredit } from "../network/announce.ts";

/** Tells gateways and pages. Told again it does no harm: a repetition may follow one that was cut off before it could. */
export async function tellMoneyMoved(
  deps: Pick<Deps, "connection" | "clock" | "changes" | "profiles">,
  { siteId, householdId }: LedgerEntry,
): Promise<void> {
  await announceCredit(deps, [householdId]);
  deps.changes.publish({ resource: "households", id: householdId, siteId, householdId });
  deps.changes.publish({ resource: "board", id: siteId, siteId });
}
