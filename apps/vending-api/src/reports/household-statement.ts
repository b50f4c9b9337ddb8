import type { Connection } from "mongoose";
import type { MonthlyStatementFacts } from "../documents/kinds/monthly-statement.ts";
import { householdAccount, type LedgerEntry } from "../ledger/entry.ts";
import { FREE_ENERGY } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import type { Household } from "../places/household.model.ts";
import { type Unit, unitModel } from "../places/unit.model.ts";
import { movementsOf } from "./movements-of-entries.ts";
import { siteFactsOf } from "./site-facts.ts";
import { monthBounds, statementMonthOf } from "./statement-month.ts";
import { chargesOf, effectOf, readUsage, useByPeriod } from "./use-of-entries.ts";

/** Clocks of API processes differ, so an entry may be dated before the one that it follows. Range 1 min–1 day. */
const CLOCK_MARGIN_MS = 3_600_000;

/** The household's month from the first balance to the last. Final once the month is closed. */
export async function householdStatementFacts(
  connection: Connection,
  household: Household,
  month: string,
  now: Date,
): Promise<MonthlyStatementFacts> {
  const place = await siteFactsOf(connection, household.siteId);
  const { currency, timeZone } = place;
  const { from, closesAt } = monthBounds(month, timeZone);
  const [unit, entries] = await Promise.all([
    unitModel(connection).findById(household.unitId).lean<Unit | null>(),
    readEntries(connection, household, from, closesAt),
  ]);
  const monthOf = (entry: LedgerEntry) => statementMonthOf(entry, timeZone);
  const ofMonth = entries.filter((entry) => monthOf(entry) === month);
  const before = entries.filter((entry) => monthOf(entry) < month);
  const known = entries[0] ?? (await lastEntryBefore(connection, household, from));
  const balanceOf = (commodity: string) => {
    const base = known === undefined ? 0 : (known.balanceAfter[commodity] ?? 0);
    const first = entries[0] === undefined ? base : base - effectOf(entries[0], commodity);
    const sum = (rows: readonly LedgerEntry[]) =>
      rows.reduce((total, entry) => total + effectOf(entry, commodity), 0);
    const opening = first + sum(before);
    return { opening, closing: opening + sum(ofMonth) };
  };
  const money = balanceOf(currency);
  const free = balanceOf(FREE_ENERGY);
  const usages = await readUsage(connection, ofMonth);
  const { rateNames, periods: days } = useByPeriod(usages, (day) => day);
  const isFinal = now >= closesAt;
  return {
    ...place,
    month,
    householdName: household.name,
    unitName: unit?.name ?? "",
    isFinal,
    asOf: (isFinal ? closesAt : now).toISOString(),
    opening: { amountMinor: money.opening, freeWh: free.opening },
    closing: { amountMinor: money.closing, freeWh: free.closing },
    movements: movementsOf(ofMonth, place),
    charges: chargesOf(usages),
    rateNames,
    days,
  };
}

/** In the ledger's order: every entry that may stand on the month's statement, and none missing between two of them. */
async function readEntries(
  connection: Connection,
  { _id, siteId }: Household,
  from: Date,
  until: Date,
): Promise<LedgerEntry[]> {
  const margin = (at: Date, sign: 1 | -1) => new Date(at.getTime() + sign * CLOCK_MARGIN_MS);
  const rows = await journalModel(connection)
    .find({
      siteId,
      account: householdAccount(_id),
      at: { $gte: margin(from, -1), $lt: margin(until, 1) },
    })
    .sort({ seq: 1 })
    .lean<LedgerEntry[]>();
  return rows;
}

async function lastEntryBefore(
  connection: Connection,
  { _id, siteId }: Household,
  from: Date,
): Promise<LedgerEntry | undefined> {
  const last = await journalModel(connection)
    .findOne({ siteId, account: householdAccount(_id), at: { $lt: from } })
    .sort({ seq: -1 })
    .lean<LedgerEntry | null>();
  return last ?? undefined;
}
