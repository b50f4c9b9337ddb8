import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import { ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { householdAccount, type LedgerEntry } from "../ledger/entry.ts";
import { ENTRY_KIND_NAMES } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { isOnlyResident } from "../network/visible-circuit.ts";
import { type Household, householdModel } from "../places/household.model.ts";
import { balanceAnswer, householdBalance } from "./household-balance.ts";
import { amountOf } from "./present-purchase.ts";

const TAG = "Vending";

const ledgerRowAnswer = z
  .object({
    id: idSchema,
    seq: z.int(),
    kind: z.enum(ENTRY_KIND_NAMES),
    at: instantSchema,
    amountMinor: z.int(),
    balanceAfterMinor: z.int(),
    ref: z.string(),
    hash: z.string(),
    previousHash: z.string(),
    note: z.string(),
    by: z.string(),
    details: z.record(z.string(), z.unknown()).meta({
      description: "What the kind adds, e.g. circuit, day and Wh per rate of a usage entry.",
    }),
  })
  .meta({ id: "LedgerEntry" });

const ledgerList = listQuery({
  sort: ["seq", "at"],
  defaultSort: ["seq", "DESC"],
  filter: { kind: oneOrMany(z.enum(ENTRY_KIND_NAMES)).optional() },
});

function presentEntry(entry: LedgerEntry): z.input<typeof ledgerRowAnswer> {
  const { _id: id, seq, kind, at, ref, hash, previousHash, note, by, details, postings } = entry;
  const commodity = postings[0]?.commodity ?? "";
  return {
    id,
    seq,
    kind,
    at: at.toISOString(),
    amountMinor: amountOf(entry),
    balanceAfterMinor: entry.balanceAfter[commodity] ?? 0,
    ref,
    hash,
    previousHash,
    note,
    by: by.name,
    details: { ...details },
  };
}

export function balanceRoutes({ connection }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/households/:id/balance",
      tag: TAG,
      summary: "What is left: ledger, accrued, live, days",
      access: "signed-in",
      answers: { 200: balanceAnswer },
      handle: async ({ params, caller, now }) =>
        ok(await householdBalance(connection, await visibleHousehold(connection, params.id, caller), now)),
    }),
    route({
      method: "get",
      path: "/households/:id/ledger",
      tag: TAG,
      summary: "Every entry of the household's account",
      access: "signed-in",
      query: ledgerList,
      answers: { 200: pageOf(ledgerRowAnswer) },
      async handle({ params, caller, query }) {
        const { _id, siteId } = await visibleHousehold(connection, params.id, caller);
        const condition = {
          siteId,
          account: householdAccount(_id),
          ...equalityConditions(query.filter),
        };
        return readPage(journalModel(connection), query, condition, (row) =>
          presentEntry(row as unknown as LedgerEntry),
        );
      },
    }),
  ];
}

/** For a resident only the own household exists. Throws `not-found`. */
async function visibleHousehold(
  connection: Connection,
  id: string,
  caller: PersonCaller,
): Promise<Household> {
  if (isOnlyResident(caller) && caller.householdId !== id) throw new ApiError("not-found");
  return findVisible(householdModel(connection), id, caller);
}
