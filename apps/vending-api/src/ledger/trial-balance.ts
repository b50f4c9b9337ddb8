import type { Connection } from "mongoose";
import { type BalanceRow, balanceModel, type SystemTotals } from "./balance.model.ts";
import { balanceFoldOf } from "./balance-fold.ts";
import type { Commodity } from "./entry.ts";
import { addTotals } from "./fold-balances.ts";

/** One account of a site's books; all of one commodity sum to zero. */
export interface AccountTotal {
  siteId: string;
  /** A system account, or `households:<site>` for all households together. */
  account: string;
  commodity: Commodity;
  /** Minor units, or Wh. What a system account received is negative: it owes that to somebody. */
  amount: number;
}

/** The books of the sites that meet the condition, as far as every chain is folded; ordered by site, account and commodity. */
export async function trialBalance(
  connection: Connection,
  condition: Record<string, unknown>,
): Promise<AccountTotal[]> {
  await balanceFoldOf(connection).caughtUp();
  const bySite = new Map<string, SystemTotals>();
  const rows = balanceModel(connection)
    .find(condition, { siteId: 1, balance: 1, totals: 1 })
    .lean<BalanceRow[]>()
    .cursor({ batchSize: 1000 });
  for await (const row of rows) {
    const { siteId, balance, totals } = row as BalanceRow;
    // Not folded yet: neither side is counted, and the books still sum to zero.
    if (totals === undefined) continue;
    const sum = addTotals(bySite.get(siteId) ?? {}, totals);
    bySite.set(siteId, addTotals(sum, { [`households:${siteId}`]: balance }));
  }
  return [...bySite]
    .flatMap(([siteId, totals]) =>
      Object.entries(totals).flatMap(([account, amounts]) =>
        Object.entries(amounts).map(([commodity, amount]) => ({ siteId, account, commodity, amount })),
      ),
    )
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ siteId, account, commodity }: AccountTotal) => `${siteId} ${account} ${commodity}`;

/** How many entries the journal has, without counting them. */
export async function countEntries(
  connection: Connection,
  condition: Record<string, unknown>,
): Promise<number> {
  await balanceFoldOf(connection).caughtUp();
  const [sum] = await balanceModel(connection).aggregate<{ entries: number }>([
    { $match: condition },
    { $group: { _id: null, entries: { $sum: "$seq" } } },
  ]);
  return sum?.entries ?? 0;
}
