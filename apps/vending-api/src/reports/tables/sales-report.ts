import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { PURCHASE_METHOD_NAMES } from "../../ledger/entry-kinds.ts";
import { AUDITORS } from "../../ledger/ledger.routes.ts";
import { readDayTotals } from "../read-day-totals.ts";
import { assertRange, daysOf, rangeFields } from "../report-query.ts";
import { reportRoutesOf } from "../report-table.ts";
import { sumRows, totalsOf } from "../sum-rows.ts";

const FIGURES = ["sales", "salesMinor", "voids", "voidsMinor", "netMinor"] as const;
const GROUPS = ["day", "method", "cashier"] as const;
type Group = (typeof GROUPS)[number];
const figures = {
  sales: z.int(),
  salesMinor: z.int(),
  voids: z.int(),
  voidsMinor: z.int(),
  netMinor: z.int().meta({ description: "salesMinor − voidsMinor." }),
};

/** "day,method" */
const groupsField = z
  .string()
  .default(GROUPS.join(","))
  .refine(
    (text) => text.split(",").every(isGroup),
    `Must be some of ${GROUPS.join(", ")}, with commas between`,
  )
  .transform((text) => text.split(",").filter(isGroup))
  .meta({ description: `What rows are kept apart by: ${GROUPS.join(", ")}.` });

function isGroup(name: string): name is Group {
  return GROUPS.some((group) => group === name);
}

export const salesReport = (deps: Deps) =>
  reportRoutesOf(deps, {
    what: "sales",
    summary: "Sales and voids by day, method and cashier",
    description: "A void counts on the day on which it was made.",
    roles: AUDITORS.roles,
    asked: {
      ...rangeFields,
      by: groupsField,
      method: z.enum(PURCHASE_METHOD_NAMES).optional(),
      cashierId: idSchema.optional(),
    },
    row: {
      day: z.iso.date().optional(),
      method: z.enum(PURCHASE_METHOD_NAMES).optional(),
      cashierId: z.string().optional(),
      cashier: z.string().optional(),
      ...figures,
    },
    totals: figures,
    columns: {
      day: "day",
      method: "method",
      cashier_id: "cashierId",
      cashier: "cashier",
      sales: "sales",
      sales_minor: "salesMinor",
      voids: "voids",
      voids_minor: "voidsMinor",
      net_minor: "netMinor",
    },
    async read(site, { from, to, by, method, cashierId }, now) {
      assertRange({ from, to });
      const days = await readDayTotals(deps.connection, site, daysOf({ from, to }, now, site.timeZone));
      const sold = days.flatMap(({ day, sales }) =>
        sales
          .filter((row) => method === undefined || row.method === method)
          .filter((row) => cashierId === undefined || row.cashierId === cashierId)
          .map((row) => ({ ...row, day, netMinor: row.salesMinor - row.voidsMinor })),
      );
      const kept = new Set<Group>(by);
      const keyOf = (row: (typeof sold)[number]) =>
        [
          kept.has("day") && row.day,
          kept.has("method") && row.method,
          kept.has("cashier") && row.cashierId,
        ].join();
      const rows = sumRows(sold, keyOf, FIGURES).map(({ day, method, cashierId, cashier, ...sums }) => ({
        ...(kept.has("day") ? { day } : {}),
        ...(kept.has("method") ? { method } : {}),
        ...(kept.has("cashier") ? { cashierId, cashier } : {}),
        ...sums,
      }));
      return { rows, totals: totalsOf(rows, FIGURES) };
    },
  });
