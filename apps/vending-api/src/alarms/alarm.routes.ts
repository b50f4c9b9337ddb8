import { ALARM_KIND_NAMES, SEVERITIES } from "@hallmeter/meter-model";
import type { QueryFilter } from "mongoose";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError, ERROR_CODE_NAMES, type ErrorCode } from "../errors.ts";
import { type PersonCaller, READERS, STAFF, siteScope } from "../http/access.ts";
import { ok, pageOf } from "../http/answer.ts";
import { anyOf, equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, type RouteRequest, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { householdIdsNamed } from "../places/find-households.ts";
import { ALARM_STATES, type Alarm, alarmModel, OPEN_BY_SEVERITY, OPEN_STATES } from "./alarm.model.ts";
import { type AlarmMove, moveAlarm } from "./alarm-moves.ts";
import { publish } from "./alarms.ts";
import { type AlarmAnswer, alarmAnswer, presentAlarm } from "./present-alarm.ts";
import { type NetworkNames, type NetworkSearch, subjectNames } from "./subject-names.ts";

const TAG = "Alarms";
/** As many as a person can mean to pick at once. */
const MAX_BULK = 1000;
/** Half the store's connections, so that a bulk of a thousand leaves room for the desk. */
const AT_ONCE = 10;
/** Longer is not shelving but forgetting. */
const MAX_SHELF_MS = 31 * 86_400_000;

const bulkAnswer = z
  .object({
    done: z.array(z.string()),
    failed: z.array(z.object({ id: z.string(), code: z.enum(ERROR_CODE_NAMES) })),
  })
  .meta({ id: "BulkResult" });

const alarmList = listQuery({
  sort: ["raisedAt", "lastRaisedAt", "severity", "kind", "state"],
  defaultSort: ["raisedAt", "DESC"],
  filter: {
    siteId: oneOrMany(z.string()).optional(),
    state: oneOrMany(z.enum(ALARM_STATES)).optional(),
    severity: oneOrMany(z.enum(SEVERITIES)).optional(),
    kind: oneOrMany(z.enum(ALARM_KIND_NAMES)).optional(),
    circuitId: z.string().optional(),
    meterId: z.string().optional(),
    busId: z.string().optional(),
    householdId: z.string().optional(),
    q: z.string().trim().min(1).max(100).optional(),
  },
});

const idsField = z.array(z.string().min(1).max(64)).min(1).max(MAX_BULK);
type BulkRequest = RouteRequest<unknown, undefined, { ids: string[] }, PersonCaller, undefined>;

export function alarmRoutes(deps: Deps, networkNames: NetworkNames, findInNetwork: NetworkSearch): Route[] {
  const { connection } = deps;
  const model = alarmModel(connection);

  const present = async (rows: readonly Alarm[]): Promise<AlarmAnswer[]> => {
    const nameOf = await subjectNames(
      connection,
      networkNames,
      rows.map((row) => row.subject),
    );
    return rows.map((row) => presentAlarm(row, nameOf(row.subject)));
  };

  /** What a search finds alarms by, each with an index of its own: whoever asks narrows each of them. */
  const searched = async (q: string, scope: ReturnType<typeof siteScope>): Promise<QueryFilter<Alarm>[]> => {
    const [named, { meterIds, busIds }] = await Promise.all([
      householdIdsNamed(connection, q, scope),
      findInNetwork(q, scope),
    ]);
    const kinds = ALARM_KIND_NAMES.filter((kind) => kind.includes(q.toLowerCase()));
    return [
      { "subject.householdId": { $in: named } },
      { "subject.meterId": { $in: meterIds } },
      // Of a bus itself: what is wrong behind it has a meter too.
      { "subject.busId": { $in: busIds }, "subject.meterId": { $exists: false } },
      { kind: anyOf(kinds) },
    ];
  };

  /** Undefined when done, else why not. */
  const moveOne = async (
    id: string,
    move: AlarmMove,
    request: BulkRequest,
  ): Promise<ErrorCode | undefined> => {
    const { caller, now } = request;
    const alarm = await model.findOne({ _id: id, ...siteScope(caller) }).lean<Alarm | null>();
    if (!alarm) return "not-found";
    const outcome = moveAlarm(alarm, move, now);
    if (outcome.is === "refused") return outcome.code;
    if (outcome.is === "unchanged") return undefined;
    const moved = await model
      .findOneAndUpdate({ _id: id, state: alarm.state }, { $set: outcome.set }, { returnDocument: "after" })
      .lean<Alarm | null>();
    // Cleared or moved by someone else in this very moment.
    if (!moved) return "conflict";
    await recordAudit(deps, {
      request,
      siteId: moved.siteId,
      action: `alarms.${move.type}`,
      subject: { resource: "alarms", id },
      before: { state: alarm.state },
      after: { state: moved.state, comment: moved.comment, shelvedUntil: moved.shelvedUntil },
      reason: move.type === "shelve" ? move.reason : undefined,
    });
    publish(deps, moved);
    return undefined;
  };

  /** Each alarm by itself: what can't be done for one stops no other. */
  const moveAll = async (request: BulkRequest, move: AlarmMove) => {
    const done: string[] = [];
    const failed: { id: string; code: ErrorCode }[] = [];
    const ids = [...new Set(request.body.ids)];
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const some = ids.slice(first, first + AT_ONCE);
      const refusals = await Promise.all(some.map((id) => moveOne(id, move, request)));
      for (const [index, id] of some.entries()) {
        const code = refusals[index];
        if (code === undefined) done.push(id);
        else failed.push({ id, code });
      }
    }
    return ok({ done, failed });
  };

  return [
    route({
      method: "get",
      path: "/alarms",
      tag: TAG,
      summary: "Alarms, the newest first",
      access: { roles: READERS },
      query: alarmList,
      answers: { 200: pageOf(alarmAnswer) },
      async handle({ caller, query }) {
        const { q, circuitId, meterId, busId, householdId, ...equal } = query.filter;
        const scope = siteScope(caller);
        const subject = {
          "subject.circuitId": circuitId,
          "subject.meterId": meterId,
          "subject.busId": busId,
          "subject.householdId": householdId,
        };
        const narrowed = { $and: [scope, equalityConditions({ ...equal, ...subject })] };
        const condition =
          q === undefined
            ? narrowed
            : { $or: (await searched(q, scope)).map((one) => ({ $and: [narrowed, one] })) };
        const list = { ...query, sort: storedSort(query.sort) };
        const rows = await readPage(model, list, condition, (row) => row, hintFor(query));
        return { ...rows, body: await present(rows.body) };
      },
    }),
    route({
      method: "get",
      path: "/alarms/:id",
      tag: TAG,
      summary: "One alarm with its evidence",
      access: { roles: READERS },
      answers: { 200: alarmAnswer },
      async handle({ caller, params }) {
        const [shown] = await present([await findVisible(model, params.id, caller)]);
        return ok(shown as AlarmAnswer);
      },
    }),
    route({
      method: "post",
      path: "/alarms/acknowledge",
      tag: TAG,
      summary: "Take alarms into care",
      description: "Any mix of states: what is acknowledged already counts as done, the rest says why not.",
      access: { roles: STAFF },
      body: z.strictObject({ ids: idsField, comment: z.string().trim().min(1).max(500).optional() }),
      answers: { 200: bulkAnswer },
      handle: (request) =>
        moveAll(request, {
          type: "acknowledge",
          by: request.caller.name,
          comment: request.body.comment ?? null,
        }),
    }),
    route({
      method: "post",
      path: "/alarms/shelve",
      tag: TAG,
      summary: "Put alarms aside until a time, for a reason",
      access: { roles: STAFF },
      body: z.strictObject({
        ids: idsField,
        reason: z.string().trim().min(1).max(500),
        until: z.iso.datetime(),
      }),
      answers: { 200: bulkAnswer },
      async handle(request) {
        const { reason, until } = request.body;
        assertShelfTime(new Date(until), request.now);
        return moveAll(request, { type: "shelve", by: request.caller.name, reason, until: new Date(until) });
      },
    }),
    route({
      method: "post",
      path: "/alarms/unshelve",
      tag: TAG,
      summary: "Take alarms back from the shelf",
      access: { roles: STAFF },
      body: z.strictObject({ ids: idsField }),
      answers: { 200: bulkAnswer },
      handle: (request) => moveAll(request, { type: "unshelve" }),
    }),
  ];
}

type AlarmList = z.output<typeof alarmList>;

function storedSort({ field, order }: AlarmList["sort"]) {
  return { field: field === "severity" ? "severityRank" : field, order };
}

/** The index of open alarms serves a list of one site's, in whichever of the open states; what is narrowed has indexes of its own. */
function hintFor({
  filter: { siteId, state, severity, id, ...narrowed },
  sort,
}: AlarmList): string | undefined {
  if (Object.values(narrowed).some((wanted) => wanted !== undefined)) return undefined;
  const isOfOneSite = siteId !== undefined && [siteId].flat().length === 1;
  const states = [state ?? []].flat();
  const isOpen = states.length > 1 && states.every((one) => (OPEN_STATES as readonly string[]).includes(one));
  return isOfOneSite && isOpen && sort.field === "severity" ? OPEN_BY_SEVERITY : undefined;
}

/** Throws `invalid-body`. */
function assertShelfTime(until: Date, now: Date): void {
  const lengthMs = until.getTime() - now.getTime();
  if (lengthMs > 0 && lengthMs <= MAX_SHELF_MS) return;
  const message = "Lies in the past or more than 31 days ahead";
  throw new ApiError("invalid-body", `until: ${message}`, {
    errors: [{ path: "until", code: "refused", message }],
  });
}
