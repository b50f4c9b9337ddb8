import { localDay } from "@hallmeter/meter-model";
import { policyAndMonthOf } from "../grants/grant-entries.ts";
import { effectOn, type LedgerEntry } from "../ledger/entry.ts";
import { type EntryKind, PURCHASE_METHOD_NAMES } from "../ledger/entry-kinds.ts";
import type { DayFigures, SalesOfDay, SubsidyOfDay, UseOfDay } from "./day-totals.model.ts";

/** Use that is booked later than that is counted on the day of its booking. Range 3–60: more days are read for each report. */
export const MOST_DAYS_LATE = 31;
const DAY_MS = 86_400_000;

export type FoldedEntry = Pick<
  LedgerEntry,
  "kind" | "at" | "by" | "account" | "householdId" | "postings" | "details"
>;

interface SiteMoney {
  currency: string;
  timeZone: string;
}

/** What the entries of a day come to. Pure; the order of the entries does not matter. */
export function foldDay(entries: readonly FoldedEntry[], site: SiteMoney): DayFigures {
  const sales = new Map<string, SalesOfDay>();
  const uses = new Map<string, UseOfDay>();
  const subsidies = new Map<string, SubsidyOfDay>();
  for (const entry of entries) {
    if (entry.kind === "purchase" || entry.kind === "void") addSale(sales, entry, site.currency);
    if (entry.kind === "usage") addUse(uses, entry, site);
    for (const change of subsidyChangesOf(entry)) addSubsidy(subsidies, change);
  }
  return { sales: [...sales.values()], uses: [...uses.values()], subsidies: [...subsidies.values()] };
}

function addSale(sales: Map<string, SalesOfDay>, entry: FoldedEntry, currency: string): void {
  const method = PURCHASE_METHOD_NAMES.find((name) => name === entry.details.method);
  if (method === undefined) throw new RangeError(`a ${entry.kind} has no method of payment`);
  const { id: cashierId, name: cashier } = entry.by;
  const key = `${method}:${cashierId}`;
  const row = sales.get(key) ?? {
    method,
    cashierId,
    cashier,
    sales: 0,
    salesMinor: 0,
    voids: 0,
    voidsMinor: 0,
  };
  sales.set(key, row);
  const amountMinor = Math.abs(effectOn(entry.account, entry.postings)[currency] ?? 0);
  if (entry.kind === "purchase") {
    row.sales += 1;
    row.salesMinor += amountMinor;
  } else {
    row.voids += 1;
    row.voidsMinor += amountMinor;
  }
}

function addUse(uses: Map<string, UseOfDay>, entry: FoldedEntry, site: SiteMoney): void {
  const { householdId, details } = entry;
  const day = useDayOf(entry, site.timeZone);
  const circuitId = textOf(details.circuitId);
  const key = `${day}:${householdId}:${circuitId}`;
  const row = uses.get(key) ?? { day, householdId, circuitId, wh: 0, freeWh: 0, costMinor: 0 };
  uses.set(key, row);
  row.wh += amountOf(details.wh);
  row.freeWh += amountOf(details.freeWh);
  row.costMinor += amountOf(details.amountMinor);
}

/** The local day of the use, or of its booking where that came too late. */
export function useDayOf({ at, details }: Pick<FoldedEntry, "at" | "details">, timeZone: string): string {
  const booked = localDay(at.getTime(), timeZone);
  const used = textOf(details.day);
  const isLate = used === "" || Date.parse(booked) - Date.parse(used) > MOST_DAYS_LATE * DAY_MS;
  return isLate ? booked : used;
}

interface SubsidyChange {
  grantId: string;
  commodity: string;
  field: "given" | "used" | "expired" | "reversed";
  amount: number;
}

/** By which field a kind of entry counts the lots that it takes. */
const TAKEN_AS: Partial<Record<EntryKind, SubsidyChange["field"]>> = {
  usage: "used",
  "grant-expiry": "expired",
  "grant-reversal": "reversed",
};

function subsidyChangesOf({ kind, details }: FoldedEntry): SubsidyChange[] {
  if (kind === "grant")
    return lotsOf(details.lots).map(({ grantId, commodity, remaining }) => ({
      grantId,
      commodity,
      field: "given",
      amount: remaining,
    }));
  const field = TAKEN_AS[kind];
  if (field === undefined) return [];
  return lotsOf(details.taken).map(({ grantId, commodity, amount }) => ({
    grantId,
    commodity,
    field,
    amount,
  }));
}

function addSubsidy(
  subsidies: Map<string, SubsidyOfDay>,
  { grantId, commodity, field, amount }: SubsidyChange,
): void {
  const { policyId, month } = policyAndMonthOf(grantId) ?? { policyId: "", month: "" };
  const key = `${policyId}:${month}:${commodity}`;
  const row = subsidies.get(key) ?? {
    policyId,
    month,
    commodity,
    given: 0,
    used: 0,
    expired: 0,
    reversed: 0,
  };
  subsidies.set(key, row);
  row[field] += amount;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const amountOf = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Lots and takes as they stand in an entry's details. */
function lotsOf(value: unknown) {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  return rows.map((row) => {
    const lot = row as Record<string, unknown>;
    return {
      grantId: textOf(lot.grantId),
      commodity: textOf(lot.commodity),
      remaining: amountOf(lot.remaining),
      amount: amountOf(lot.amount),
    };
  });
}
