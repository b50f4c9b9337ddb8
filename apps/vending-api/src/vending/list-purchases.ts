import type { Connection } from "mongoose";
import { findCardLoads } from "../cards/card-load.model.ts";
import type { PageAnswer } from "../http/answer.ts";
import { type List, readPage } from "../http/list-query.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { findDeliveries } from "../network/deliveries.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { presentPurchase } from "./present-purchase.ts";
import { findVoids } from "./purchases.ts";

/** A page of purchases that meet the condition, which carries the caller's scope. */
export async function listPurchases(
  connection: Connection,
  list: Pick<List<string, unknown>, "sort" | "range">,
  condition: Record<string, unknown>,
): Promise<PageAnswer<ReturnType<typeof presentPurchase>>> {
  const rows = await readPage(
    journalModel(connection),
    list,
    { $and: [{ kind: "purchase" }, condition] },
    (row) => row as unknown as LedgerEntry,
  );
  return { ...rows, body: await presentPurchases(connection, rows.body) };
}

/** With what became of each: voids and deliveries are read once for all. */
export async function presentPurchases(
  connection: Connection,
  entries: readonly LedgerEntry[],
): Promise<ReturnType<typeof presentPurchase>[]> {
  const ids = entries.map((row) => row._id);
  const [voids, deliveries, loads, sites] = await Promise.all([
    findVoids(connection, entries),
    findDeliveries(connection, ids),
    findCardLoads(connection, ids),
    siteModel(connection)
      .find({ _id: { $in: [...new Set(entries.map((row) => row.siteId))] } })
      .lean<Site[]>(),
  ]);
  const siteById = new Map(sites.map((site) => [site._id, site]));
  return entries.flatMap((row) => {
    const site = siteById.get(row.siteId);
    return site
      ? [
          presentPurchase(row, site, {
            voided: voids.get(row._id),
            delivery: deliveries.get(row._id),
            load: loads.get(row._id),
          }),
        ]
      : [];
  });
}
