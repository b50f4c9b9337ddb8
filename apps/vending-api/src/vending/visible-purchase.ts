import type { Connection } from "mongoose";
import { ApiError } from "../errors.ts";
import { canSee, type PersonCaller } from "../http/access.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { isOnlyResident } from "../network/visible-circuit.ts";
import { type Site, siteModel } from "../places/site.model.ts";

/** The purchase, if it is of the caller's sites; for a resident only those of the own household exist. Throws `not-found`. */
export async function visiblePurchase(
  connection: Connection,
  id: string,
  caller: PersonCaller,
): Promise<LedgerEntry> {
  const entry = await journalModel(connection)
    .findOne({ _id: id, kind: "purchase" })
    .lean<LedgerEntry | null>();
  const isForeign = isOnlyResident(caller) && entry?.householdId !== caller.householdId;
  if (!entry || isForeign || !canSee(caller, entry.siteId)) throw new ApiError("not-found");
  return entry;
}

export async function siteOf(connection: Connection, siteId: string): Promise<Site> {
  const site = await siteModel(connection).findById(siteId).lean<Site | null>();
  if (!site) throw new ApiError("internal", `site ${siteId} is missing`);
  return site;
}
