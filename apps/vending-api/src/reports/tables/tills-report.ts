import { idSchema, instantSchema, localDayBounds } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { PAYMENT_METHOD_NAMES } from "../../ledger/entry-kinds.ts";
import { AUDITORS } from "../../ledger/ledger.routes.ts";
import { tillReportOf } from "../../tills/present-shift.ts";
import { totalsOf as totalsOfShift } from "../../tills/shift-entries.ts";
import { type Till, tillModel } from "../../tills/till.model.ts";
import { SHIFT_STATES, type TillShift, tillShiftModel } from "../../tills/till-shift.model.ts";
import { assertRange, rangeFields } from "../report-query.ts";
import { reportRoutesOf } from "../report-table.ts";
import { totalsOf } from "../sum-rows.ts";

const SUMMED = ["sales", "salesMinor", "voids", "voidsMinor"] as const;
const figures = { sales: z.int(), salesMinor: z.int(), voids: z.int(), voidsMinor: z.int() };
const difference = z.int().nullable().meta({ description: "Counted − expected; null until it is counted." });

export const tillsReport = (deps: Deps) =>
  reportRoutesOf(deps, {
    what: "tills",
    summary: "Till shifts with what was sold and what their counts lacked",
    description: "Shifts that were opened on these days; one shift's paper is its report.pdf.",
    roles: AUDITORS.roles,
    asked: { ...rangeFields, tillId: idSchema.optional(), personId: idSchema.optional() },
    row: {
      shiftId: idSchema,
      tillId: idSchema,
      till: z.string(),
      number: z.int(),
      personId: idSchema,
      person: z.string(),
      state: z.enum(SHIFT_STATES),
      openedAt: instantSchema,
      closedAt: instantSchema.nullable(),
      floatMinor: z.int(),
      ...figures,
      expectedCashMinor: z.int(),
      countedCashMinor: z.int().nullable(),
      differenceCashMinor: difference,
      differenceCardMinor: difference,
      differenceTransferMinor: difference,
    },
    totals: { shifts: z.int(), ...figures, differenceMinor: z.int() },
    columns: {
      shift_id: "shiftId",
      till_id: "tillId",
      till: "till",
      number: "number",
      person_id: "personId",
      person: "person",
      state: "state",
      opened_at: "openedAt",
      closed_at: "closedAt",
      float_minor: "floatMinor",
      sales: "sales",
      sales_minor: "salesMinor",
      voids: "voids",
      voids_minor: "voidsMinor",
      expected_cash_minor: "expectedCashMinor",
      counted_cash_minor: "countedCashMinor",
      difference_cash_minor: "differenceCashMinor",
      difference_card_minor: "differenceCardMinor",
      difference_transfer_minor: "differenceTransferMinor",
    },
    async read(site, { from, to, tillId, personId }) {
      assertRange({ from, to });
      const { connection } = deps;
      const openedAt = {
        $gte: new Date(localDayBounds(from, site.timeZone).startMs),
        $lt: new Date(localDayBounds(to, site.timeZone).endMs),
      };
      const [shifts, tills] = await Promise.all([
        tillShiftModel(connection)
          .find({
            siteId: site._id,
            openedAt,
            ...(tillId === undefined ? {} : { tillId }),
            ...(personId === undefined ? {} : { "person.id": personId }),
          })
          .sort({ openedAt: -1 })
          .lean<TillShift[]>(),
        tillModel(connection).find({ siteId: site._id }).lean<Till[]>(),
      ]);
      const tillNames = new Map(tills.map(({ _id, name }) => [_id, name]));
      const rows = await Promise.all(
        shifts.map(async (shift) => ({
          ...rowOf(tillReportOf(shift, await totalsOfShift(connection, shift))),
          till: tillNames.get(shift.tillId) ?? "",
        })),
      );
      const differenceMinor = rows.reduce(
        (sum, row) =>
          sum +
          (row.differenceCashMinor ?? 0) +
          (row.differenceCardMinor ?? 0) +
          (row.differenceTransferMinor ?? 0),
        0,
      );
      return { rows, totals: { shifts: rows.length, ...totalsOf(rows, SUMMED), differenceMinor } };
    },
  });

function rowOf(report: ReturnType<typeof tillReportOf>) {
  const { id: shiftId, tillId, number, person, state, openedAt, closedAt, floatMinor } = report;
  const { totals, expected, counted, difference } = report;
  const methods = PAYMENT_METHOD_NAMES.map((method) => totals[method]);
  return {
    ...{ shiftId, tillId, number, state, openedAt, closedAt, floatMinor },
    personId: person.id,
    person: person.name,
    ...totalsOf(methods, SUMMED),
    expectedCashMinor: expected.cash,
    countedCashMinor: counted?.cash ?? null,
    differenceCashMinor: difference?.cash ?? null,
    differenceCardMinor: difference?.card ?? null,
    differenceTransferMinor: difference?.transfer ?? null,
  };
}
