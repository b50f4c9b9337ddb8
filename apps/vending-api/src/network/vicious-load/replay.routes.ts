import { idSchema, instantSchema, VICIOUS_OUTCOMES, viciousLoadRuleSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { type PersonCaller, STAFF } from "../../http/access.ts";
import { ok } from "../../http/answer.ts";
import { type Route, route } from "../../http/route.ts";
import { findVisible } from "../../http/visible-row.ts";
import { findVisibleSite } from "../../places/site.routes.ts";
import { circuitModel } from "../circuit.model.ts";
import { STEPS_KEPT, STEPS_KEPT_DAYS } from "./record-step.ts";
import { type RecordedStep, recordedStepModel } from "./recorded-step.model.ts";
import { replaySteps, summaryOf, VERDICT_ACTIONS } from "./replay-steps.ts";

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** Each is judged from its samples while the caller waits: 2000 take a fraction of a second. */
const MOST_STEPS = 2000;
const DEFAULT_STEPS = 500;

const replayBody = z
  .strictObject({
    rule: viciousLoadRuleSchema.meta({ description: "The rule to try, whole." }),
    circuitId: idSchema.optional().meta({ description: "Only this circuit's steps." }),
    siteId: idSchema.optional().meta({ description: "The steps of every circuit of the site." }),
    from: instantSchema.optional().meta({ description: `Default ${DEFAULT_DAYS} days before the end.` }),
    to: instantSchema.optional().meta({ description: "Default now." }),
    limit: z
      .int()
      .min(1)
      .max(MOST_STEPS)
      .default(DEFAULT_STEPS)
      .meta({ description: "The newest of the range." }),
  })
  .refine(({ circuitId, siteId }) => (circuitId === undefined) !== (siteId === undefined), {
    path: ["circuitId"],
    message: "Name a circuit or a site, not both",
  });

const verdict = z.object({
  outcome: z.enum(VICIOUS_OUTCOMES),
  action: z.enum(VERDICT_ACTIONS),
  deltaPowerW: z.int(),
  deltaReactiveVar: z.int(),
  factorPpm: z.int(),
});

const replayAnswer = z
  .object({
    from: instantSchema,
    to: instantSchema,
    summary: z.object({
      steps: z.int(),
      tripped: z.int(),
      wouldTrip: z.int(),
      newTrips: z.int().meta({ description: "Would trip, and did not." }),
      sparedTrips: z.int().meta({ description: "Tripped, and would not." }),
    }),
    isCutShort: z
      .boolean()
      .meta({ description: "The range has more steps than the limit; the newest are here." }),
    steps: z.array(
      z.object({
        id: z.string(),
        circuitId: idSchema,
        at: instantSchema,
        kind: z.enum(["step", "level"]),
        happened: verdict.extend({ ruleVersion: z.int() }),
        proposed: verdict,
      }),
    ),
  })
  .meta({ id: "ViciousLoadReplay" });

function spanOf({ from, to }: { from?: string | undefined; to?: string | undefined }, now: Date) {
  const end = to === undefined ? now : new Date(to);
  const start = from === undefined ? new Date(end.getTime() - DEFAULT_DAYS * DAY_MS) : new Date(from);
  const lastsMs = end.getTime() - start.getTime();
  if (lastsMs <= 0 || lastsMs > STEPS_KEPT_DAYS * DAY_MS)
    throw new ApiError("invalid-body", `The range is up to ${STEPS_KEPT_DAYS} days`, {
      errors: [
        { path: "from", code: "out-of-range", message: `Before the end, at most ${STEPS_KEPT_DAYS} days` },
      ],
    });
  return { from: start, to: end };
}

export function viciousLoadRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const whose = async (
    { circuitId, siteId }: z.output<typeof replayBody>,
    caller: PersonCaller,
  ): Promise<{ circuitId: string } | { siteId: string }> =>
    circuitId === undefined
      ? { siteId: (await findVisibleSite(deps, siteId ?? "", caller))._id }
      : { circuitId: (await findVisible(circuitModel(connection), circuitId, caller))._id };
  return [
    route({
      method: "post",
      path: "/policies/vicious-load/replay",
      tag: "Network",
      summary: "Try a vicious-load rule on recorded steps: which would have tripped, beside what happened",
      description: `Every step that reached the threshold of the rule in force is kept with its samples, tripped or not: the newest ${STEPS_KEPT} of a circuit, for ${STEPS_KEPT_DAYS} days. Smaller ones were never recorded, so a lower threshold shows too little. Each step is judged by itself. Changes nothing.`,
      access: { roles: STAFF },
      body: replayBody,
      answers: { 200: replayAnswer },
      async handle({ body, caller, now }) {
        const { from, to } = spanOf(body, now);
        const found = await recordedStepModel(connection)
          .find({ ...(await whose(body, caller)), at: { $gte: from, $lt: to } })
          .sort({ at: -1, _id: -1 })
          .limit(body.limit + 1)
          .lean<RecordedStep[]>();
        const replayed = replaySteps(body.rule, found.slice(0, body.limit));
        return ok({
          from: from.toISOString(),
          to: to.toISOString(),
          summary: summaryOf(replayed),
          isCutShort: found.length > body.limit,
          steps: replayed.map((step) => ({ ...step, at: step.at.toISOString() })),
        });
      },
    }),
  ];
}
