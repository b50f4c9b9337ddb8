import { idSchema, instantSchema, sampleSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { emptyOf, noContent, ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { INTERVAL_MINUTES } from "../rating/profile-marks.ts";
import { INTERVAL_FLAGS, type IntervalFlag, readIntervals } from "../rating/read-intervals.ts";
import { RESOLUTIONS, sumIntervals } from "../rating/sum-intervals.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { blankMirror, type CircuitMirror, circuitMirrorModel } from "./circuit-mirror.model.ts";
import { rebaseRegister } from "./rebase-register.ts";
import { visibleCircuit } from "./visible-circuit.ts";
import { whyAnswer, whyOf } from "./why.ts";

const liveAnswer = sampleSchema
  .omit({ circuitId: true })
  .extend({ circuitId: idSchema })
  .meta({ id: "Live" });

const profileAnswer = z
  .object({
    circuitId: idSchema,
    timeZone: z.string(),
    resolution: z.enum(RESOLUTIONS),
    intervalMinutes: z.int().meta({ description: "Of the intervals that were measured." }),
    intervals: z.array(
      z.object({
        at: instantSchema.meta({ description: "Beginning of the interval." }),
        wh: z.int().nullable().meta({ description: "Null when missing." }),
        flag: z.enum(INTERVAL_FLAGS).meta({ description: "The worst within." }),
        quarters: z.int().meta({ description: "Measured intervals within: a day has 92, 96 or 100." }),
        doubtful: z.int().meta({ description: "Of these, how many are estimated, missing or suspect." }),
      }),
    ),
  })
  .meta({ id: "LoadProfile" });

/** One letter a quarter, in the order of INTERVAL_FLAGS. */
const FLAG_LETTERS = { good: "g", estimated: "e", missing: "m", suspect: "s" } as const satisfies Record<
  IntervalFlag,
  string
>;
const quartersAnswer = z
  .object({
    circuitId: idSchema,
    from: instantSchema.meta({ description: "Beginning of the first; the others follow without a gap." }),
    intervalMinutes: z.int(),
    wh: z.array(z.int().nullable()).meta({ description: "Null when missing." }),
    flags: z.string().meta({ description: "A letter each: good, estimated, missing, suspect." }),
  })
  .meta({ id: "Quarters" });

const DAY_MS = 86_400_000;
/** domain: 900 days are kept at the finest; a leap day and the day that is running on top. */
const MOST_DAYS = 902;
/** Longer in quarters is a download, not a chart: the answer would pass 10 MB. A year across a leap day, for the heatmap. */
const MOST_DAYS_IN_QUARTERS = 400;

const spanQuery = z.strictObject({ from: instantSchema.optional(), to: instantSchema.optional() });
const isForward = ({ from, to }: z.infer<typeof spanQuery>) => !from || !to || from < to;
const FORWARD = "from must be before to";
const quartersQuery = spanQuery.refine(isForward, FORWARD);
const profileQuery = spanQuery
  .extend({ resolution: z.enum(RESOLUTIONS).default("quarter") })
  .refine(isForward, FORWARD);

export function circuitViewRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  return [
    route({
      method: "get",
      path: "/circuits/:id/live",
      tag: "Circuits",
      summary: "The last sample",
      access: "signed-in",
      answers: { 200: liveAnswer },
      problems: ["no-sample-yet"],
      async handle({ caller, params }) {
        const { sample } = await mirrorOf(connection, await visibleCircuit(connection, params.id, caller));
        if (!sample) throw new ApiError("no-sample-yet");
        return ok(sample);
      },
    }),
    route({
      method: "get",
      path: "/circuits/:id/why",
      tag: "Circuits",
      summary: "Why it is off: every hold with its reason, since when, and what releases it",
      access: "signed-in",
      answers: { 200: whyAnswer },
      handle: async ({ caller, params }) =>
        ok(whyOf(await mirrorOf(connection, await visibleCircuit(connection, params.id, caller)))),
    }),
    route({
      method: "get",
      path: "/circuits/:id/profile",
      tag: "Circuits",
      summary:
        "Load profile by the quarter of an hour, hour, day or month of the site; default the last 24 hours",
      description: `At most ${MOST_DAYS} days, ${MOST_DAYS_IN_QUARTERS} by the quarter of an hour.`,
      access: "signed-in",
      query: profileQuery,
      answers: { 200: profileAnswer },
      async handle({ caller, params, query, now }) {
        const circuit = await visibleCircuit(connection, params.id, caller);
        const span = spanOf(query, now);
        const { resolution } = query;
        const [intervals, timeZone] = await Promise.all([
          readIntervals(connection, circuit._id, span),
          timeZoneOf(connection, circuit.siteId),
        ]);
        return ok({
          circuitId: circuit._id,
          timeZone,
          resolution,
          intervalMinutes: INTERVAL_MINUTES,
          intervals: sumIntervals(intervals, resolution, timeZone).map(({ at, ...sum }) => ({
            at: at.toISOString(),
            ...sum,
          })),
        });
      },
    }),
    route({
      method: "get",
      path: "/circuits/:id/quarters",
      tag: "Circuits",
      summary:
        "Load profile by the quarter of an hour, in columns: a year has a twentieth of its weight in rows",
      description: `At most ${MOST_DAYS_IN_QUARTERS} days; default the last 24 hours.`,
      access: "signed-in",
      query: quartersQuery,
      answers: { 200: quartersAnswer },
      async handle({ caller, params, query, now }) {
        const circuit = await visibleCircuit(connection, params.id, caller);
        const span = spanOf({ ...query, resolution: "quarter" }, now);
        const intervals = await readIntervals(connection, circuit._id, span);
        return ok({
          circuitId: circuit._id,
          from: (intervals[0]?.at ?? new Date(span.fromMs)).toISOString(),
          intervalMinutes: INTERVAL_MINUTES,
          wh: intervals.map(({ wh }) => wh),
          flags: intervals.map(({ flag }) => FLAG_LETTERS[flag]).join(""),
        });
      },
    }),
    route({
      method: "post",
      path: "/circuits/:id/register/rebase",
      tag: "Circuits",
      summary: "Go on from a register that is held back as suspect",
      description:
        "After a meter was replaced or reset: the difference is charged to nobody, what follows is charged again.",
      access: { roles: ["administrator", "maintenance"] },
      body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
      answers: { 204: emptyOf("What follows is charged again") },
      problems: ["wrong-state", "conflict"],
      async handle(request) {
        const circuit = await findVisible(circuitModel(connection), request.params.id, request.caller);
        const { caller, id, now, body } = request;
        const { before, after } = await rebaseRegister(deps, circuit, {
          caller,
          id,
          now,
          reason: body.reason,
        });
        const subject = { resource: "circuits", id: circuit._id };
        await recordAudit(deps, {
          request,
          siteId: circuit.siteId,
          action: "circuits.rebase-register",
          subject,
          before: { suspect: before.suspect, offsetWh: before.offsetWh },
          after: { offsetWh: after.offsetWh },
          reason: body.reason,
        });
        return noContent();
      },
    }),
  ];
}

async function mirrorOf(connection: Connection, circuit: Circuit): Promise<CircuitMirror> {
  const mirror = await circuitMirrorModel(connection).findById(circuit._id).lean<CircuitMirror | null>();
  return mirror ?? blankMirror(circuit);
}

function spanOf({ from, to, resolution }: z.infer<typeof profileQuery>, now: Date) {
  const toMs = to === undefined ? now.getTime() : Date.parse(to);
  const fromMs = from === undefined ? toMs - DAY_MS : Date.parse(from);
  const mostDays = resolution === "quarter" ? MOST_DAYS_IN_QUARTERS : MOST_DAYS;
  if (toMs - fromMs > mostDays * DAY_MS)
    throw new ApiError("invalid-query", `Spans more than ${mostDays} days`);
  return { fromMs, toMs };
}

async function timeZoneOf(connection: Connection, siteId: string): Promise<string> {
  const site = await siteModel(connection).findById(siteId).lean<Site | null>();
  if (!site) throw new ApiError("internal", `site ${siteId} is missing`);
  return site.timeZone;
}
