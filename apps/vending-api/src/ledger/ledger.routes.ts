import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { siteScope } from "../http/access.ts";
import { page, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { householdAccount, type LedgerEntry } from "./entry.ts";
import { ENTRY_KIND_NAMES } from "./entry-kinds.ts";
import { journalModel } from "./journal.model.ts";
import { type AccountTotal, countEntries, trialBalance } from "./trial-balance.ts";

const TAG = "Ledger";
/** Who answers for the books. */
export const AUDITORS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;

const accountAnswer = z
  .object({
    id: z.string(),
    siteId: idSchema,
    account: z.string().meta({ description: "`households:<site>` is all households together." }),
    commodity: z.string().meta({ description: "A currency, or Wh of free energy." }),
    amount: z.int().meta({ description: "Minor units or Wh. All of a site and commodity sum to zero." }),
  })
  .meta({ id: "LedgerAccount" });

const accountList = listQuery({
  sort: ["account", "commodity", "amount"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    account: oneOrMany(z.string()).optional(),
    commodity: oneOrMany(z.string()).optional(),
  },
});

const entryAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    householdId: idSchema,
    seq: z.int(),
    kind: z.enum(ENTRY_KIND_NAMES),
    at: instantSchema,
    by: z.object({ id: z.string(), name: z.string() }),
    note: z.string(),
    refSpace: z.string(),
    ref: z.string(),
    postings: z.array(z.object({ account: z.string(), commodity: z.string(), amount: z.int() })),
    balanceAfter: z.record(z.string(), z.int()),
    details: z.record(z.string(), z.unknown()),
    previousHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: "JournalEntry" });

export const entryList = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: idSchema.optional().meta({ description: "Required: a journal is one site's." }),
    householdId: oneOrMany(idSchema).optional(),
    kind: oneOrMany(z.enum(ENTRY_KIND_NAMES)).optional(),
    account: z.string().max(100).optional().meta({ description: "Entries with a leg on this account." }),
    ref: z.string().max(200).optional(),
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
  },
});

function presentEntry(entry: LedgerEntry): z.input<typeof entryAnswer> {
  const { _id: id, at, postings, details, ...rest } = entry;
  return { ...rest, id, at: at.toISOString(), postings: [...postings], details: { ...details } };
}

type EntryFilter = z.output<typeof entryList>["filter"];

/** The entries that a filter names, as a query; the caller's scope is added. */
export function entryCondition({ kind, account, ref, id, householdId, from, to }: EntryFilter) {
  return {
    seq: { $gt: 0 },
    ...equalityConditions({ kind, ref, id, "postings.account": account }),
    ...(householdId === undefined ? {} : { account: { $in: [householdId].flat().map(householdAccount) } }),
    ...(from || to
      ? { at: { ...(from ? { $gte: new Date(from) } : {}), ...(to ? { $lt: new Date(to) } : {}) } }
      : {}),
  };
}

export function ledgerRoutes({ connection }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/ledger/accounts",
      tag: TAG,
      summary: "The trial balance: every account's total",
      access: AUDITORS,
      query: accountList,
      answers: { 200: pageOf(accountAnswer) },
      async handle({ caller, query }) {
        const { siteId, account, commodity, id } = query.filter;
        const rows = await trialBalance(connection, {
          $and: [siteScope(caller), equalityConditions({ siteId })],
        });
        const wanted = rows
          .map((row) => ({ id: `${row.account}:${row.commodity}`, ...row }))
          .filter(
            (row) =>
              isAmong(row.account, account) && isAmong(row.commodity, commodity) && isAmong(row.id, id),
          );
        const { from, to } = query.range;
        return page(sorted(wanted, query.sort).slice(from, to + 1), { from, total: wanted.length });
      },
    }),
    route({
      method: "get",
      path: "/ledger/entries",
      tag: TAG,
      summary: "The journal of a site, newest first",
      access: AUDITORS,
      query: entryList,
      answers: { 200: pageOf(entryAnswer) },
      async handle({ caller, query }) {
        const { siteId, householdId, kind, account, ref, from, to, id } = query.filter;
        if (siteId === undefined)
          throw new ApiError("invalid-query", "A journal is one site's: filter by siteId", {
            errors: [{ path: "filter.siteId", code: "required", message: "Is missing" }],
          });
        const place = { $and: [siteScope(caller), { siteId }] };
        const narrowed = [kind, account, ref, from, to, id].some((value) => value !== undefined);
        const condition = { ...place, ...entryCondition(query.filter) };
        const direction = query.sort.order === "ASC" ? 1 : -1;
        const { range } = query;
        const [rows, total] = await Promise.all([
          journalModel(connection)
            .find(condition)
            .sort(query.sort.field === "id" ? { _id: direction } : { at: direction, _id: direction })
            .skip(range.from)
            .limit(range.to - range.from + 1)
            .lean<LedgerEntry[]>(),
          narrowed
            ? journalModel(connection).countDocuments(condition)
            : countEntries(connection, { ...place, ...equalityConditions({ householdId }) }),
        ]);
        return page(rows.map(presentEntry), { from: range.from, total });
      },
    }),
  ];
}

function isAmong(value: string, wanted: string | readonly string[] | undefined): boolean {
  return wanted === undefined || [wanted].flat().includes(value);
}

type SortField = "account" | "commodity" | "amount" | "id";

function sorted<Row extends AccountTotal & { id: string }>(
  rows: readonly Row[],
  { field, order }: { field: SortField; order: "ASC" | "DESC" },
): Row[] {
  const direction = order === "ASC" ? 1 : -1;
  return [...rows].sort((a, b) => {
    if (a[field] === b[field]) return a.id < b.id ? -1 : 1;
    return a[field] < b[field] ? -direction : direction;
  });
}
