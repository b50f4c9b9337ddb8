import type { Connection } from "mongoose";
import type { TillReportFacts } from "../documents/kinds/till-report.ts";
import { PAYMENT_METHOD_NAMES } from "../ledger/entry-kinds.ts";
import { tillReportOf } from "../tills/present-shift.ts";
import { totalsOf } from "../tills/shift-entries.ts";
import { type Till, tillModel } from "../tills/till.model.ts";
import type { TillShift } from "../tills/till-shift.model.ts";
import { siteFactsOf } from "./site-facts.ts";

/** A shift as its report tells it; of an open one as of now. */
export async function tillReportFacts(
  connection: Connection,
  shift: TillShift,
  now: Date,
): Promise<TillReportFacts> {
  const [place, till, totals] = await Promise.all([
    siteFactsOf(connection, shift.siteId),
    tillModel(connection).findById(shift.tillId).lean<Till | null>(),
    totalsOf(connection, shift),
  ]);
  const report = tillReportOf(shift, totals);
  return {
    ...place,
    tillName: till?.name ?? "",
    shiftNumber: report.number,
    person: report.person.name,
    openedAt: report.openedAt,
    closedAt: report.closedAt,
    closedBy: report.closedBy?.name ?? null,
    asOf: report.closedAt ?? now.toISOString(),
    floatMinor: report.floatMinor,
    methods: PAYMENT_METHOD_NAMES.map((method) => ({
      method,
      ...report.totals[method],
      expectedMinor: report.expected[method],
      countedMinor: report.counted?.[method] ?? null,
    })),
    movements: report.movements.map(({ at, kind, amountMinor, reason, by }) => ({
      at,
      amountMinor: kind === "cash-in" ? amountMinor : -amountMinor,
      reason,
      by: by.name,
    })),
    note: report.note,
  };
}
