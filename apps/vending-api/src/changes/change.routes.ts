import type { Logger } from "pino";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { canSee, hasRole, type PersonCaller } from "../http/access.ts";
import { created, type EventSink, eventStreamOf, stream } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import type { Change, Changes, RecordedChange } from "./changes.ts";
import { issueStreamTicket, redeemStreamTicket, TICKET_LIFETIME_S } from "./stream-ticket.ts";

/** As long as an access token lives; then the page shows a new ticket, and a person who was sent away can't. */
const STREAM_LIFETIME_MS = 15 * 60_000;

const sequenceField = z.coerce.number().int().nonnegative();

export interface ChangeRoutesOptions {
  /** The caller as of now; undefined when the account is gone. */
  callerById(userId: string): Promise<PersonCaller | undefined>;
}

export function changeRoutes(deps: Deps, { callerById }: ChangeRoutesOptions): Route[] {
  const { connection, changes, clock } = deps;
  return [
    route({
      method: "post",
      path: "/stream-tickets",
      tag: "Events",
      summary: "A ticket that opens the event stream once",
      access: "signed-in",
      answers: { 201: z.object({ ticket: z.string(), expiresInS: z.int() }) },
      async handle({ caller, now }) {
        return created({
          ticket: await issueStreamTicket(connection, caller, now),
          expiresInS: TICKET_LIFETIME_S,
        });
      },
    }),
    route({
      method: "get",
      path: "/stream",
      tag: "Events",
      summary: "What changed, as it changes (server-sent events)",
      description:
        "`event: ready` at the start; `event: change` with `{resource, id, siteId, at}`; `event: reset` when too much was missed: read everything again. " +
        "Resumes after `Last-Event-ID` or `lastEventId`. Ends after 15 minutes; come back with a new ticket.",
      access: "stream-ticket",
      query: z.strictObject({ ticket: z.string().max(100), lastEventId: sequenceField.optional() }),
      answers: { 200: eventStreamOf("Changes of your sites, or of your household") },
      problems: ["unauthenticated"],
      async handle({ query, now, header, log }) {
        const userId = await redeemStreamTicket(connection, query.ticket, now);
        const caller = userId === undefined ? undefined : await callerById(userId);
        if (!caller) throw new ApiError("unauthenticated", "The ticket was used or has ended");
        const lastEventId = sequenceField.safeParse(header("last-event-id") ?? query.lastEventId).data;
        return stream((sink) => {
          const stopFollowing = follow(changes, sink, lastEventId, (change) => concerns(caller, change), log);
          const stopTimer = clock.every(STREAM_LIFETIME_MS, () => sink.end());
          return () => {
            stopFollowing();
            stopTimer();
          };
        });
      },
    }),
  ];
}

/** Residents hear of their household only, staff and programs of their sites. */
export function concerns(caller: PersonCaller, change: Change): boolean {
  if (hasRole(caller, "resident")) {
    return change.householdId !== undefined && change.householdId === caller.householdId;
  }
  return canSee(caller, change.siteId);
}

/** First what was missed, then what comes, without a gap or a repetition between the two. Returns the way to stop. */
function follow(
  changes: Changes,
  sink: EventSink,
  lastEventId: number | undefined,
  isWanted: (change: Change) => boolean,
  log: Logger,
): () => void {
  let sent = 0;
  let waiting: RecordedChange[] | undefined = [];
  const send = (change: RecordedChange) => {
    if (change.sequence <= sent) return;
    sent = change.sequence;
    if (!isWanted(change)) return;
    const { resource, id, siteId, at } = change;
    sink.send({
      id: String(change.sequence),
      event: "change",
      data: { resource, id, siteId, at: at.toISOString() },
    });
  };
  const stop = changes.subscribe((change) => {
    if (waiting) waiting.push(change);
    else send(change);
  });
  const start = async () => {
    // From here on everything newer is told; only then what was missed is read, so that nothing falls between.
    const position = await changes.position();
    const missed = lastEventId === undefined ? undefined : await changes.since(lastEventId);
    if (missed === undefined) {
      sent = position;
      // With an id from the start, a page whose connection drops before the first change resumes without a gap too.
      sink.send({ id: String(sent), event: lastEventId === undefined ? "ready" : "reset", data: {} });
    }
    for (const change of [...(missed ?? []), ...(waiting ?? [])]) send(change);
    waiting = undefined;
  };
  start().catch((error: unknown) => {
    log.warn({ err: error }, "event stream can't resume");
    sink.end();
  });
  return stop;
}
