import {
  foldHolds,
  HOLD_KIND_NAMES,
  HOLD_KINDS,
  HOLD_REASONS,
  holdOriginSchema,
  holdParamsSchema,
  holdReasonText,
  holdReleasedByText,
  idSchema,
  instantSchema,
  intendedStateSchema,
  presenceSchema,
  relayStateSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import { type CircuitMirror, heardAt } from "./circuit-mirror.model.ts";

const whyHoldAnswer = z.object({
  kind: z.enum(HOLD_KIND_NAMES),
  rank: z.int(),
  reason: z.string(),
  reasonCode: z.enum(HOLD_REASONS),
  params: holdParamsSchema,
  since: instantSchema,
  origin: holdOriginSchema,
  releasedBy: z.string(),
  releasers: z.array(z.string()),
  until: instantSchema.optional(),
  locked: z.boolean(),
  suspended: z.boolean().meta({ description: "Stands, but opens nothing: the circuit keeps its power." }),
});

export const whyAnswer = z
  .object({
    circuitId: idSchema,
    relay: relayStateSchema,
    intended: intendedStateSchema,
    presence: presenceSchema,
    keepPower: z.boolean(),
    asOf: instantSchema.nullable(),
    holds: z.array(whyHoldAnswer).meta({ description: "In rank order." }),
  })
  .meta({ id: "Why" });
export type WhyAnswer = z.infer<typeof whyAnswer>;

/** Every reason why the circuit is off, or would be without keep-power, as the gateway last told. */
export function whyOf(mirror: CircuitMirror): WhyAnswer {
  const { effective, suspended } = foldHolds(mirror.holds, mirror.keepPower);
  const holds = [
    ...effective.map((hold) => ({ hold, suspended: false })),
    ...suspended.map((hold) => ({ hold, suspended: true })),
  ]
    .sort((a, b) => HOLD_KINDS[a.hold.kind].rank - HOLD_KINDS[b.hold.kind].rank)
    .map(({ hold, suspended: isSuspended }) => ({
      kind: hold.kind,
      rank: HOLD_KINDS[hold.kind].rank,
      reason: holdReasonText(hold),
      reasonCode: hold.reason,
      params: hold.params,
      since: hold.since,
      origin: hold.origin,
      releasedBy: holdReleasedByText(hold),
      releasers: [...HOLD_KINDS[hold.kind].releasers],
      ...(hold.until === undefined ? {} : { until: hold.until }),
      locked: hold.locked ?? false,
      suspended: isSuspended,
    }));
  const { _id: circuitId, relay, intended, presence, keepPower } = mirror;
  return {
    circuitId,
    relay,
    intended,
    presence,
    keepPower,
    asOf: heardAt(mirror)?.toISOString() ?? null,
    holds,
  };
}
