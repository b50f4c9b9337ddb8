import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { type AuditedChange, recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { READERS, siteScope } from "../http/access.ts";
import { created, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { moneyRequestOf } from "../ledger/money-request.ts";
import { closeShift } from "./close-shift.ts";
import { shiftAnswer, tillReportOf } from "./present-shift.ts";
import { totalsOf } from "./shift-entries.ts";
import { perMethod } from "./shift-totals.ts";
import { moveCash, openShift } from "./shifts.ts";
import { tillModel } from "./till.model.ts";
import { storedTills } from "./till-books.ts";
import { SHIFT_STATES, type TillShift, tillShiftModel } from "./till-shift.model.ts";

const TAG = "Tills";
const SELLERS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;
/** 10,000,000.00 of a currency with two digits: more is in no drawer. */
const MOST_CASH_MINOR = 1_000_000_000;

const cashField = z.int().min(0).max(MOST_CASH_MINOR);
const closeBody = z.strictObject({
  counted: z.strictObject({
    ...perMethod(() => z.int().min(-MOST_CASH_MINOR).max(MOST_CASH_MINOR)),
    cash: cashField,
  }),
  note: z.string().trim().max(500).default(""),
});
const movementBody = z.strictObject({
  kind: z.enum(["cash-in", "cash-out"]),
  amountMinor: z.int().min(1).max(MOST_CASH_MINOR),
  reason: z.string().trim().min(1).max(200),
});
const shiftList = listQuery({
  sort: ["openedAt"],
  defaultSort: ["openedAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    tillId: oneOrMany(idSchema).optional(),
    personId: idSchema.optional(),
    state: oneOrMany(z.enum(SHIFT_STATES)).optional(),
  },
});

export function shiftRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const shifts = tillShiftModel(connection);
  const books = storedTills(connection);
  const present = async (shift: TillShift) => tillReportOf(shift, await totalsOf(connection, shift));
  const answerChange = async (
    request: AuditedChange["request"],
    action: string,
    { shift, repeated }: { shift: TillShift; repeated: boolean },
    { before, reason }: { before?: object; reason?: string } = {},
  ) => {
    const after = await present(shift);
    if (!repeated)
      await recordAudit(deps, {
        request,
        siteId: shift.siteId,
        action: `till-shifts.${action}`,
        subject: { resource: "till-shifts", id: shift._id },
        before,
        after,
        reason: reason || undefined,
      });
    return created(after);
  };

  return [
    route({
      method: "post",
      path: "/tills/:id/shifts",
      tag: TAG,
      summary: "Open a till with a float; your sales go into this shift until it is closed",
      access: SELLERS,
      idempotencyKey: "required",
      body: z.strictObject({ floatMinor: cashField }),
      answers: { 201: shiftAnswer },
      problems: ["till-in-use", "till-retired", "shift-open-already", "idempotency-key-reused"],
      async handle(request) {
        const till = await findVisible(tillModel(connection), request.params.id, request.caller);
        const opened = await openShift(
          books,
          deps.changes,
          till,
          request.body.floatMinor,
          moneyRequestOf(request),
        );
        return answerChange(request, "open", opened);
      },
    }),
    route({
      method: "get",
      path: "/till-shifts",
      tag: TAG,
      summary: "Shifts, newest first",
      access: { roles: READERS },
      query: shiftList,
      answers: { 200: pageOf(shiftAnswer) },
      async handle({ caller, query }) {
        const { personId, ...equal } = query.filter;
        const condition = {
          $and: [siteScope(caller), equalityConditions({ ...equal, "person.id": personId })],
        };
        const rows = await readPage(shifts, query, condition, (row) => row);
        return { ...rows, body: await Promise.all(rows.body.map(present)) };
      },
    }),
    route({
      method: "get",
      path: "/till-shifts/:id",
      tag: TAG,
      summary: "One shift with its totals: the till report",
      access: { roles: READERS },
      answers: { 200: shiftAnswer },
      handle: async ({ params, caller }) => ok(await present(await findVisible(shifts, params.id, caller))),
    }),
    route({
      method: "post",
      path: "/till-shifts/:id/movements",
      tag: TAG,
      summary: "Put cash into a till or take it out, with a reason",
      access: SELLERS,
      idempotencyKey: "required",
      body: movementBody,
      answers: { 201: shiftAnswer },
      problems: ["shift-closed", "not-enough-cash", "idempotency-key-reused"],
      async handle(request) {
        const shift = await findVisible(shifts, request.params.id, request.caller);
        const before = await present(shift);
        const moved = await moveCash(books, deps.changes, shift, request.body, moneyRequestOf(request));
        return answerChange(request, request.body.kind, moved, { before, reason: request.body.reason });
      },
    }),
    route({
      method: "post",
      path: "/till-shifts/:id/close",
      tag: TAG,
      summary: "Count a till and close its shift",
      description:
        "Cash as counted, card and transfer as their slips say. Nothing enters the shift any more.",
      access: SELLERS,
      idempotencyKey: "required",
      body: closeBody,
      answers: { 201: shiftAnswer },
      problems: ["shift-closed", "idempotency-key-reused"],
      async handle(request) {
        const shift = await findVisible(shifts, request.params.id, request.caller);
        const before = await present(shift);
        const closed = await closeShift(books, deps, shift, request.body, moneyRequestOf(request));
        return answerChange(request, "close", closed, { before, reason: request.body.note });
      },
    }),
  ];
}
