import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { grantPolicyModel } from "../../grants/grant-policy.model.ts";
import type { GrantPolicy } from "../../grants/grant-policy.ts";
import { AUDITORS } from "../../ledger/ledger.routes.ts";
import { readDayTotals } from "../read-day-totals.ts";
import { assertRange, daysOf, rangeFields } from "../report-query.ts";
import { reportRoutesOf } from "../report-table.ts";
import { sumRows, totalsOf } from "../sum-rows.ts";

const FIGURES = ["given", "used", "expired", "reversed"] as const;
const figures = { given: z.int(), used: z.int(), expired: z.int(), reversed: z.int() };

export const subsidyReport = (deps: Deps) =>
  reportRoutesOf(deps, {
    what: "subsidy",
    summary: "Grants that were given, used, expired and reversed, by policy and month",
    description:
      "By the day of booking; a month's grant may have been used in another. Minor units, or Wh of free energy.",
    roles: AUDITORS.roles,
    asked: { ...rangeFields, policyId: idSchema.optional() },
    row: {
      policyId: z.string().meta({ description: "Empty for grants that no policy gave." }),
      policy: z.string(),
      month: z.string(),
      commodity: z.string(),
      ...figures,
    },
    totals: { byCommodity: z.array(z.object({ commodity: z.string(), ...figures })) },
    columns: {
      policy_id: "policyId",
      policy: "policy",
      month: "month",
      commodity: "commodity",
      given: "given",
      used: "used",
      expired: "expired",
      reversed: "reversed",
    },
    async read(site, { policyId, ...range }, now) {
      assertRange(range);
      const { connection } = deps;
      const days = await readDayTotals(connection, site, daysOf(range, now, site.timeZone));
      const policies = await grantPolicyModel(connection)
        .find({ siteId: site._id }, { name: 1 })
        .lean<Pick<GrantPolicy, "_id" | "name">[]>();
      const names = new Map(policies.map(({ _id, name }) => [_id, name]));
      const changes = days
        .flatMap(({ subsidies }) => subsidies)
        .filter((row) => policyId === undefined || row.policyId === policyId);
      const rows = sumRows(changes, (row) => `${row.policyId}:${row.month}:${row.commodity}`, FIGURES)
        .map((row) => ({ ...row, policy: names.get(row.policyId) ?? "" }))
        .sort((a, b) => b.month.localeCompare(a.month) || a.policy.localeCompare(b.policy));
      const commodities = [...new Set(rows.map(({ commodity }) => commodity))];
      const byCommodity = commodities.map((commodity) => ({
        commodity,
        ...totalsOf(
          rows.filter((row) => row.commodity === commodity),
          FIGURES,
        ),
      }));
      return { rows, totals: { byCommodity } };
    },
  });
