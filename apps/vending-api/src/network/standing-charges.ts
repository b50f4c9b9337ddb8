import { localDay, localDayBounds } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { isApiError } from "../errors.ts";
import { storedJournal } from "../ledger/journal.ts";
import { type Ledger, ledgerOf } from "../ledger/ledger.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { postUse, RATING_SPACE, type UsageEntry } from "../rating/post-usage.ts";
import { type StandingPayer, standingEntry } from "../rating/standing-charge.ts";
import { findTariffs, type TariffRow } from "../tariffs/tariff.model.ts";
import { nanoPerMinor } from "./metering-contexts.ts";
import { standingMarkModel } from "./standing-mark.model.ts";

/** Entries that wait for the ledger together. Range 50–1000. */
const ENTRIES_PER_TURN = 200;

/**
 * Posts the standing charge of every local day that has ended and is not posted yet, of every open household: from the day on
 * which it was opened. Safe at any time and by several processes; days missed while no server ran are caught up. Returns the
 * households that got an entry.
 */
export async function postStandingCharges(connection: Connection, now: Date): Promise<Set<string>> {
  const charged = new Set<string>();
  for (const site of await siteModel(connection).find().lean<Site[]>())
    for (const householdId of await postOfSite(connection, site, now)) charged.add(householdId);
  return charged;
}

async function postOfSite(connection: Connection, site: Site, now: Date): Promise<string[]> {
  const yesterday = dayBefore(localDay(now.getTime(), site.timeZone), site.timeZone);
  const marks = standingMarkModel(connection);
  const mark = await marks.findById(site._id).lean();
  if (mark && mark.postedThrough >= yesterday) return [];
  const households = await householdModel(connection)
    .find({ siteId: site._id, status: "open", tariffId: { $ne: null } })
    .lean<Household[]>();
  const tariffIds = [...new Set(households.flatMap(({ tariffId }) => tariffId ?? []))];
  const tariffs = new Map((await findTariffs(connection, tariffIds)).map((row) => [row._id, row]));
  const entries = households.flatMap((household) => {
    const tariff = tariffs.get(household.tariffId ?? "");
    if (!tariff) return [];
    const payer = payerOf(site, household, tariff);
    return daysOf(household, mark?.postedThrough, yesterday, site.timeZone).flatMap(
      (day) => standingEntry(payer, day) ?? [],
    );
  });
  await postEntries(ledgerOf(connection), entries, now);
  await marks.updateOne({ _id: site._id }, { $max: { postedThrough: yesterday } }, { upsert: true });
  return entries.map(({ householdId }) => householdId);
}

/**
 * At a settlement: every day of the household up to and with the day of `now`, which it has begun. What the sweep has posted
 * already is not posted again.
 */
export async function settleStandingCharges(
  connection: Connection,
  of: { site: Site; household: Household; tariff: TariffRow },
  now: Date,
): Promise<void> {
  await postEntries(ledgerOf(connection), await dueStandingEntries(connection, of, now), now);
}

/**
 * Before the household gets another tariff: every day that has ended is charged under the one that it had. A day that has begun
 * is charged under the one that it has when it ends.
 */
export async function settleEndedDays(
  connection: Connection,
  of: { site: Site; household: Household; tariff: TariffRow },
  now: Date,
): Promise<void> {
  const yesterday = dayBefore(localDay(now.getTime(), of.site.timeZone), of.site.timeZone);
  await postEntries(ledgerOf(connection), await entriesThrough(connection, of, yesterday), now);
}

/** What `settleStandingCharges` would post now. */
export async function dueStandingEntries(
  connection: Connection,
  of: { site: Site; household: Household; tariff: TariffRow },
  now: Date,
): Promise<UsageEntry[]> {
  const today = localDay(now.getTime(), of.site.timeZone);
  const entries = await entriesThrough(connection, of, today);
  const asked = entries.map(({ ref }) => ({ refSpace: RATING_SPACE, ref }));
  const posted = new Set((await storedJournal(connection).find(asked)).map(({ ref }) => ref));
  return entries.filter(({ ref }) => !posted.has(ref));
}

async function entriesThrough(
  connection: Connection,
  { site, household, tariff }: { site: Site; household: Household; tariff: TariffRow },
  last: string,
): Promise<UsageEntry[]> {
  const mark = await standingMarkModel(connection).findById(site._id).lean();
  const payer = payerOf(site, household, tariff);
  const days = daysOf(household, mark?.postedThrough, last, site.timeZone);
  return days.flatMap((day) => standingEntry(payer, day) ?? []);
}

function payerOf(site: Site, household: Household, tariff: TariffRow): StandingPayer {
  return {
    siteId: site._id,
    householdId: household._id,
    tariffId: tariff._id,
    versions: tariff.versions,
    timeZone: site.timeZone,
    currency: site.currency,
    nanoPerMinor: nanoPerMinor(site),
  };
}

/** Local days of the household under its tariff and behind the mark, up to and with `last`. */
function daysOf(
  { openedAt, tariffSince }: Household,
  postedThrough: string | undefined,
  last: string,
  timeZone: string,
): string[] {
  const first = localDay((tariffSince ?? openedAt).getTime(), timeZone);
  const days: string[] = [];
  const isDue = (day: string) => day >= first && (postedThrough === undefined || day > postedThrough);
  for (let day = last; isDue(day); day = dayBefore(day, timeZone)) days.unshift(day);
  return days;
}

function dayBefore(day: string, timeZone: string): string {
  return localDay(localDayBounds(day, timeZone).startMs - 1, timeZone);
}

async function postEntries(ledger: Ledger, entries: readonly UsageEntry[], now: Date): Promise<void> {
  for (let from = 0; from < entries.length; from += ENTRIES_PER_TURN)
    await Promise.all(
      entries.slice(from, from + ENTRIES_PER_TURN).map((entry) => postOnce(ledger, entry, now)),
    );
}

/** A day that a settlement charged under the tariff of then stays as it is, and keeps no other from its charge. */
async function postOnce(ledger: Ledger, entry: UsageEntry, now: Date): Promise<void> {
  await postUse(ledger, entry, now).catch((error: unknown) => {
    if (!isApiError(error, "idempotency-key-reused")) throw error;
  });
}
