import {
  idSchema,
  instantSchema,
  sampleSchema,
  VICIOUS_OUTCOMES,
  viciousCaseSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { STAFF } from "../../http/access.ts";
import { ok } from "../../http/answer.ts";
import { type Route, route } from "../../http/route.ts";
import { findVisible } from "../../http/visible-row.ts";
import { circuitModel } from "../circuit.model.ts";
import { type RecordedStep, recordedStepModel } from "./recorded-step.model.ts";

/** With their samples: what a person looks through. */
const MOST_STEPS = 50;

const stepAnswer = z
  .object({
    id: z.string(),
    circuitId: idSchema,
    at: instantSchema,
    outcome: z.enum(VICIOUS_OUTCOMES),
    isTripped: z.boolean(),
    ruleVersion: z.int(),
    deltaPowerW: z.int(),
    deltaReactiveVar: z.int(),
    factorPpm: z.int(),
    judged: viciousCaseSchema,
    samples: z.array(sampleSchema),
  })
  .meta({ id: "RecordedStep" });

export function stepRoutes({ connection }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/circuits/:id/steps",
      tag: "Circuits",
      summary: "The evidence: the newest steps of the load that were judged, with their samples",
      access: { roles: STAFF },
      query: z.strictObject({
        outcome: z.enum(VICIOUS_OUTCOMES).optional(),
        limit: z.coerce.number().int().min(1).max(MOST_STEPS).default(20),
      }),
      answers: { 200: z.array(stepAnswer) },
      async handle({ caller, params, query: { outcome, limit } }) {
        const circuit = await findVisible(circuitModel(connection), params.id, caller);
        const steps = await recordedStepModel(connection)
          .find({ circuitId: circuit._id, ...(outcome === undefined ? {} : { outcome }) })
          .sort({ at: -1, _id: -1 })
          .limit(limit)
          .lean<RecordedStep[]>();
        return ok(
          steps.map(({ _id: id, siteId: _siteId, at, ...step }) => ({ id, at: at.toISOString(), ...step })),
        );
      },
    }),
  ];
}
