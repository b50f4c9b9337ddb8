import { idSchema, instantSchema, sampleSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { emptyOf, noContent, ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { INTERVAL_MINUTES } from "../rating/profile-marks.ts";
import { INTERVAL_FLAGS, readIntervals } from "../rating/read-intervals.ts";
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
    intervalMinutes: z.int(),
    intervals: z.array(
      z.object({
        at: instantSchema.meta({ description: "Beginning of the interval." }),
        wh: z.int().nullable().meta({ description: "Null when missing." }),
        flag: z.enum(INTERVAL_FLAGS),
      }),
    ),
  })
  .meta({ id: "LoadProfile" });

/** A year and a bit: the heatmap of a year across a leap day. */
const MOST_DAYS = 400;
const DAY_MS = 86_400_000;

const profileQuery = z
  .strictObject({ from: instantSchema.optional(), to: instantSchema.optional() })
  .refine(({ from, to }) => !from || !to || from < to, "from must be before to");

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
      summary: "Load profile in intervals of 15 minutes; default the last 24 hours",
      access: "signed-in",
      query: profileQuery,
      answers: { 200: profileAnswer },
      async handle({ caller, params, query, now }) {
        const circuit = await visibleCircuit(connection, params.id, caller);
        const span = spanOf(query, now);
        const intervals = await readIntervals(connection, circuit._id, span);
        return ok({
          circuitId: circuit._id,
          intervalMinutes: INTERVAL_MINUTES,
          intervals: intervals.map(({ at, wh, flag }) => ({ at: at.toISOString(), wh, flag })),
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

function spanOf({ from, to }: { from?: string | undefined; to?: string | undefined }, now: Date) {
  const toMs = to === undefined ? now.getTime() : Date.parse(to);
  const fromMs = from === undefined ? toMs - DAY_MS : Date.parse(from);
  if (toMs - fromMs > MOST_DAYS * DAY_MS)
    throw new ApiError("invalid-query", `Spans more than ${MOST_DAYS} days`);
  return { fromMs, toMs };
}
