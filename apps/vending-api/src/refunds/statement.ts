import { localDay } from "@hallmeter/meter-model";
import { effectOn, type LedgerEntry } from "../ledger/entry.ts";
import { FREE_ENERGY } from "../ledger/entry-kinds.ts";
import type { Household } from "../places/household.model.ts";
import type { Site } from "../places/site.model.ts";
import { amountOf, receiptNumberOf } from "../vending/present-purchase.ts";
import type { Refund } from "./refund.model.ts";
import type { Withdrawal } from "./withdrawal.model.ts";

/** Everything that a statement says comes from here: the journal, and the documents of the withdrawal. */
export interface StatementSources {
  site: Pick<Site, "name" | "currency" | "currencyDigits" | "timeZone">;
  household: Pick<Household, "_id" | "name" | "openedAt" | "closedAt">;
  /** Where it lived, oldest first, with the building. */
  rooms: readonly { name: string; from: Date; until: Date | null }[];
  residents: readonly string[];
  /** The household's chain from its first entry. */
  entries: readonly LedgerEntry[];
  /** `tariff:version:rate` → name. */
  rateNames: ReadonlyMap<string, string>;
  refund: Refund;
  withdrawal: Withdrawal;
}

interface StatementLine {
  at: Date;
  amountMinor: number;
}

export interface RefundStatement {
  /** Day of closing and the beginning of the closing entry's hash, as receipts have it; null before it is closed. */
  number: string | null;
  siteName: string;
  currency: string;
  currencyDigits: number;
  timeZone: string;
  householdId: string;
  householdName: string;
  residents: string[];
  rooms: { name: string; from: Date; until: Date | null }[];
  openedAt: Date;
  closedAt: Date | null;
  reason: string;
  openingMinor: number;
  purchases: (StatementLine & { receiptNumber: string; method: string; isVoided: boolean })[];
  voids: StatementLine[];
  grants: { at: Date; kind: "grant" | "grant-expiry"; commodity: string; amount: number }[];
  /** Adjustments and transfers. */
  others: (StatementLine & { kind: string; note: string })[];
  use: {
    /** Local, YYYY-MM. */
    month: string;
    rates: { name: string; wh: number }[];
    wh: number;
    freeWh: number;
    amountMinor: number;
    /** Of it, charges of days without energy: the standing charge. */
    standingMinor: number;
  }[];
  readings: { circuitName: string; at: Date | null; registerWh: number | null; typedBy: string | null }[];
  refundMinor: number;
  keptInMeterMinor: number;
  remainderNano: number;
  forgivenNano: number;
  debtMinor: number;
  /** What went in, and what went out; they are equal once the account is closed. */
  totals: {
    purchasedMinor: number;
    voidedMinor: number;
    grantedMinor: number;
    expiredMinor: number;
    usedMinor: number;
    othersMinor: number;
    closingMinor: number;
  };
  /** Who answers for it; the household signs on paper. */
  signatures: { role: "proposed" | "approved" | "debt-accepted"; name: string; at: Date | null }[];
}

/** The account of a household that left, from its opening to nothing. Pure: the same journal gives the same statement. */
export function refundStatementOf(sources: StatementSources): RefundStatement {
  const { site, household, entries, refund, withdrawal } = sources;
  const ofKind = (...kinds: LedgerEntry["kind"][]) => entries.filter(({ kind }) => kinds.includes(kind));
  const moneyOf = (entry: LedgerEntry) => effectOn(entry.account, entry.postings)[site.currency] ?? 0;
  const sum = (rows: readonly LedgerEntry[]) => rows.reduce((total, entry) => total + moneyOf(entry), 0);
  const voided = new Set(ofKind("void").map(({ details }) => details.purchaseId));
  const [closing] = ofKind("closing");
  const { result } = withdrawal;
  return {
    number: closing ? receiptNumberOf(closing, site.timeZone) : null,
    siteName: site.name,
    currency: site.currency,
    currencyDigits: site.currencyDigits,
    timeZone: site.timeZone,
    householdId: household._id,
    householdName: household.name,
    residents: [...sources.residents],
    rooms: sources.rooms.map((room) => ({ ...room })),
    openedAt: household.openedAt,
    closedAt: household.closedAt,
    reason: refund.reason,
    openingMinor: sum(ofKind("opening")),
    purchases: ofKind("purchase").map((entry) => ({
      at: entry.at,
      amountMinor: amountOf(entry),
      receiptNumber: receiptNumberOf(entry, site.timeZone),
      method: String(entry.details.method),
      isVoided: voided.has(entry._id),
    })),
    voids: ofKind("void").map((entry) => ({ at: entry.at, amountMinor: moneyOf(entry) })),
    grants: ofKind("grant", "grant-expiry").flatMap(({ at, kind, account, postings }) =>
      Object.entries(effectOn(account, postings)).map(([commodity, amount]) => ({
        at,
        kind: kind === "grant" ? ("grant" as const) : ("grant-expiry" as const),
        commodity,
        amount,
      })),
    ),
    others: ofKind("adjustment", "transfer").map((entry) => ({
      at: entry.at,
      kind: entry.kind,
      note: entry.note,
      amountMinor: moneyOf(entry),
    })),
    use: useByMonth(ofKind("usage"), sources),
    readings: withdrawal.readings.map(({ circuitName, at, registerWh, typed }) => ({
      circuitName,
      at,
      registerWh,
      typedBy: typed?.by.name ?? null,
    })),
    refundMinor: result?.refundMinor ?? 0,
    keptInMeterMinor: result?.keptInMeterMinor ?? 0,
    remainderNano: result?.remainderNano ?? 0,
    forgivenNano: result?.forgivenNano ?? 0,
    debtMinor: result?.debtMinor ?? 0,
    totals: {
      purchasedMinor: sum(ofKind("purchase")),
      voidedMinor: sum(ofKind("void")),
      grantedMinor: sum(ofKind("grant")),
      expiredMinor: sum(ofKind("grant-expiry")),
      usedMinor: sum(ofKind("usage")),
      othersMinor: sum(ofKind("adjustment", "transfer")),
      closingMinor: sum(ofKind("closing")),
    },
    signatures: signaturesOf(refund),
  };
}

function signaturesOf(refund: Refund): RefundStatement["signatures"] {
  const { proposedBy, proposedAt, decidedBy, decidedAt, debtsAcceptedBy, debtsAcceptedAt } = refund;
  return [
    { role: "proposed", name: proposedBy.name, at: proposedAt },
    ...(decidedBy ? [{ role: "approved" as const, name: decidedBy.name, at: decidedAt }] : []),
    ...(debtsAcceptedBy
      ? [{ role: "debt-accepted" as const, name: debtsAcceptedBy.name, at: debtsAcceptedAt }]
      : []),
  ];
}

function useByMonth(
  entries: readonly LedgerEntry[],
  { site, rateNames }: StatementSources,
): RefundStatement["use"] {
  const months = new Map<string, RefundStatement["use"][number]>();
  for (const { details, account, postings, at } of entries) {
    const day = typeof details.day === "string" ? details.day : localDay(at.getTime(), site.timeZone);
    const month = day.slice(0, 7);
    const row = months.get(month) ?? { month, rates: [], wh: 0, freeWh: 0, amountMinor: 0, standingMinor: 0 };
    const effect = effectOn(account, postings);
    const amountMinor = spent(effect[site.currency]);
    months.set(month, {
      month,
      rates: ratesWith(row.rates, details, rateNames),
      wh: row.wh + Number(details.wh),
      freeWh: row.freeWh + spent(effect[FREE_ENERGY]),
      amountMinor: row.amountMinor + amountMinor,
      standingMinor: row.standingMinor + (details.charge === "standing" ? amountMinor : 0),
    });
  }
  return [...months.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
}

function spent(effect = 0): number {
  return effect === 0 ? 0 : -effect;
}

function ratesWith(
  rates: RefundStatement["use"][number]["rates"],
  { whByRate, tariffId, versionNumber }: LedgerEntry["details"],
  rateNames: StatementSources["rateNames"],
): RefundStatement["use"][number]["rates"] {
  const sums = new Map(rates.map(({ name, wh }) => [name, wh]));
  for (const [rateId, wh] of Object.entries(whByRate ?? {})) {
    const name = rateNames.get(`${tariffId}:${versionNumber}:${rateId}`) ?? rateId;
    sums.set(name, (sums.get(name) ?? 0) + Number(wh));
  }
  return [...sums].map(([name, wh]) => ({ name, wh })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
