import { localDayBounds } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { journalModel } from "../ledger/journal.model.ts";
import type { Site } from "../places/site.model.ts";
import { type DayTotals, dayTotalsModel } from "./day-totals.model.ts";
import { type FoldedEntry, foldDay } from "./fold-day.ts";

/** Days that are looked at together; range 1–31. */
const DAYS_AT_ONCE = 8;

/** What the fold needs of an entry: neither hashes nor states. */
const FOLDED_FIELDS = {
  kind: 1,
  at: 1,
  by: 1,
  account: 1,
  householdId: 1,
  postings: 1,
  "details.method": 1,
  "details.day": 1,
  "details.circuitId": 1,
  "details.wh": 1,
  "details.freeWh": 1,
  "details.amountMinor": 1,
  "details.lots": 1,
  "details.taken": 1,
} as const;

type SiteOfDays = Pick<Site, "_id" | "timeZone" | "currency">;

/** Totals of local days, YYYY-MM-DD, in their order. A day that the journal has added to since is folded again. */
export async function readDayTotals(
  connection: Connection,
  site: SiteOfDays,
  days: readonly string[],
): Promise<DayTotals[]> {
  const totals: DayTotals[] = [];
  for (let first = 0; first < days.length; first += DAYS_AT_ONCE) {
    const together = days.slice(first, first + DAYS_AT_ONCE);
    const stored = await dayTotalsModel(connection)
      .find({ _id: { $in: together.map((day) => idOf(site, day)) } })
      .lean<DayTotals[]>();
    const known = new Map(stored.map((row) => [row.day, row]));
    totals.push(
      ...(await Promise.all(together.map((day) => upToDate(connection, site, day, known.get(day))))),
    );
  }
  return totals;
}

const idOf = (site: SiteOfDays, day: string) => `${site._id}:${day}`;

async function upToDate(
  connection: Connection,
  site: SiteOfDays,
  day: string,
  known: DayTotals | undefined,
): Promise<DayTotals> {
  const { startMs, endMs } = localDayBounds(day, site.timeZone);
  const condition = { siteId: site._id, at: { $gte: new Date(startMs), $lt: new Date(endMs) } };
  // Entries are only ever added: as many rows are the same rows.
  const rows = await journalModel(connection).countDocuments(condition);
  if (known?.rows === rows) return known;
  const empty = { _id: idOf(site, day), siteId: site._id, day, rows: 0 };
  if (rows === 0) return { ...empty, ...foldDay([], site) };
  const entries = await journalModel(connection).find(condition, FOLDED_FIELDS).lean<FoldedEntry[]>();
  const folded: DayTotals = { ...empty, rows: entries.length, ...foldDay(entries, site) };
  await dayTotalsModel(connection).replaceOne({ _id: folded._id }, folded, { upsert: true });
  return folded;
}
