import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { page, pageOf } from "../http/answer.ts";
import { listQuery } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { readHeads } from "../ledger/balance.model.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { siteOf } from "../vending/visible-purchase.ts";
import { dueDay } from "./grant-dates.ts";
import { runIdOf } from "./grant-entries.ts";
import { accountsGranted, monthsToShow, sumMonths } from "./grant-months.ts";
import { grantPolicyModel } from "./grant-policy.model.ts";
import { GRANT_READERS } from "./grant-policy.routes.ts";
import type { GrantPolicy } from "./grant-policy.ts";
import { type GrantRun, grantRunModel } from "./grant-run.model.ts";
import { monthField } from "./present-grant-run.ts";

const amount = z.int();
const monthAnswer = z
  .object({
    id: z.string().meta({ description: "Of its run, whether it has run or not." }),
    policyId: idSchema,
    month: monthField,
    dueOn: z.iso.date().nullable().meta({ description: "Local day; null in a month without a grant." }),
    runAt: instantSchema.nullable().meta({ description: "Null where the month has not been granted." }),
    isReversed: z.boolean(),
    households: z.int(),
    given: amount.meta({
      description: "Minor units or Wh. It was used, expired, was taken back, or is left.",
    }),
    used: amount,
    expired: amount,
    takenBack: amount,
    left: amount,
  })
  .meta({ id: "GrantMonth" });

export function grantMonthRoutes({ connection }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/grant-policies/:id/months",
      tag: "Grants",
      summary: "A policy month by month, newest first: due, granted or missed, and what became of it",
      description: "A year back, and the next month that is due.",
      access: { roles: GRANT_READERS },
      query: listQuery({ sort: ["month"], filter: {} }),
      answers: { 200: pageOf(monthAnswer) },
      async handle({ caller, params, query, now }) {
        const policy = await findVisible(grantPolicyModel(connection), params.id, caller);
        const { timeZone } = await siteOf(connection, policy.siteId);
        const months = monthsToShow(policy, timeZone, now.getTime());
        const [runs, sums] = await Promise.all([
          grantRunModel(connection)
            .find({ policyId: policy._id, month: { $in: months } })
            .lean<GrantRun[]>(),
          readSums(policy, months),
        ]);
        const runByMonth = new Map(runs.map((run) => [run.month, run]));
        const rows = months.flatMap((month) => {
          const run = runByMonth.get(month);
          const sum = sums.get(month);
          return sum === undefined
            ? []
            : {
                id: runIdOf(policy._id, month),
                policyId: policy._id,
                month,
                dueOn: dueDay(policy, month) ?? null,
                runAt: run?.createdAt.toISOString() ?? null,
                isReversed: run?.reversal != null,
                ...sum,
              };
        });
        const { from, to } = query.range;
        return page(rows.slice(from, to + 1), { from, total: rows.length });
      },
    }),
  ];

  async function readSums(policy: GrantPolicy, months: readonly string[]) {
    const { _id: policyId, siteId } = policy;
    const oldest = months.at(-1) ?? "";
    const grants = await journalModel(connection)
      .find({
        siteId,
        refSpace: "grant",
        ref: { $gte: `${runIdOf(policyId, oldest)}.`, $lt: `${policyId}/` },
        kind: "grant",
      })
      .lean<LedgerEntry[]>();
    const since = grants.reduce<Date | null>((first, { at }) => (first && first < at ? first : at), null);
    if (since === null) return sumMonths(policy, months, { entries: [], heads: new Map() });
    const [takings, heads] = await Promise.all([
      journalModel(connection)
        .find({ siteId, kind: { $in: ["grant-expiry", "grant-reversal"] }, at: { $gte: since } })
        .lean<LedgerEntry[]>(),
      readHeads(connection, accountsGranted(grants)),
    ]);
    return sumMonths(policy, months, { entries: [...grants, ...takings], heads });
  }
}
