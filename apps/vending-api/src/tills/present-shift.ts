import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { expectedTakings, perMethod, type ShiftTotals, type Takings } from "./shift-totals.ts";
import { SHIFT_STATES, type TillShift } from "./till-shift.model.ts";

const person = z.object({ id: idSchema, name: z.string() });
const takings = z.object(perMethod(() => z.int()));

export const shiftAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    tillId: idSchema,
    number: z.int().meta({ description: "Counts the shifts of its till." }),
    person,
    state: z
      .enum(SHIFT_STATES)
      .meta({ description: "closing: counted; what was under way is being settled." }),
    openedAt: instantSchema,
    floatMinor: z.int(),
    movements: z.array(
      z.object({
        id: idSchema,
        kind: z.enum(["cash-in", "cash-out"]),
        amountMinor: z.int(),
        reason: z.string(),
        at: instantSchema,
        by: person,
      }),
    ),
    totals: z.object(
      perMethod(() => z.object({ sales: z.int(), salesMinor: z.int(), voids: z.int(), voidsMinor: z.int() })),
    ),
    expected: takings.meta({
      description: "cash: float + sales − voids + cash in − cash out; card and transfer: sales − voids.",
    }),
    counted: takings.nullable(),
    difference: takings
      .nullable()
      .meta({ description: "Counted − expected: below zero something is missing." }),
    note: z.string(),
    closedAt: instantSchema.nullable(),
    closedBy: person.nullable(),
  })
  .meta({ id: "TillShift" });

/** What a shift comes to, for page and paper. Pure: the same shift and totals give the same report. */
export function tillReportOf(shift: TillShift, totals: ShiftTotals): z.input<typeof shiftAnswer> {
  const { _id: id, siteId, tillId, number, person: by, state, floatMinor, count } = shift;
  const expected = expectedTakings(shift, totals);
  return {
    id,
    siteId,
    tillId,
    number,
    person: by,
    state,
    openedAt: shift.openedAt.toISOString(),
    floatMinor,
    movements: shift.movements.map(({ key: _key, requestHash: _hash, at, ...movement }) => ({
      ...movement,
      at: at.toISOString(),
    })),
    totals,
    expected,
    counted: count?.counted ?? null,
    difference: count && differenceOf(count.counted, expected),
    note: count?.note ?? "",
    closedAt: count?.at.toISOString() ?? null,
    closedBy: count?.by ?? null,
  };
}

function differenceOf(counted: Takings, expected: Takings): Takings {
  return perMethod((method) => counted[method] - expected[method]);
}
