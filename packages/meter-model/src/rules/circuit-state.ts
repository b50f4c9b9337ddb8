import { z } from "zod";
import { ALARM_KIND_NAMES } from "../contract/uplink.ts";
import { type Hold, holdSchema } from "../holds/hold.ts";
import { relayStateSchema } from "../sample.ts";
import { silentDetector, viciousDetectorSchema } from "./vicious-detector.ts";
import { loadPointSchema } from "./vicious-verdict.ts";

const millisecondsSchema = z.int();

/** A step's two sides as remembered over a trip, so that a probe can tell whether the same load is still there. */
const trippedStepSchema = z.object({
  baseW: z.int(),
  baseVar: z.int(),
  stepW: z.int(),
});
export type TrippedStep = z.infer<typeof trippedStepSchema>;

/** Everything the rules remember of one circuit. Plain JSON: it is stored as it is and parsed by this schema when read. */
export const circuitStateSchema = z.object({
  version: z.literal(1),
  /** When watching began; samples taken before are nobody's evidence. */
  startedAtMs: millisecondsSchema,
  /** Every hold that stands, suspended by keep-power or not. */
  holds: z.array(holdSchema),
  relay: relayStateSchema,
  /** Alarms raised and not yet cleared. */
  alarms: z.array(z.enum(ALARM_KIND_NAMES)),
  trust: z.object({
    /** The next sample is the first since a start: never a cause for a cut (S3). */
    awaitsFirst: z.boolean(),
    /** The last good samples, oldest first, at most two. */
    good: z.array(z.object({ atMs: millisecondsSchema, energyWh: z.int() })).max(2),
  }),
  safety: z.object({
    /** The last current measured was above the switch's rating: nothing may open it (S10). */
    aboveRating: z.boolean(),
    faultSamples: z.int(),
  }),
  overload: z.object({
    aboveSinceMs: millisecondsSchema.nullable(),
    trippedAtMs: z.array(millisecondsSchema),
  }),
  viciousLoad: z.object({
    detector: viciousDetectorSchema,
    trippedAtMs: z.array(millisecondsSchema),
    tripped: trippedStepSchema.nullable(),
    /** What flowed when the circuit was last opened; null when nobody knows. */
    beforeCut: loadPointSchema.nullable().default(null),
    /** Closed again after a trip and not yet found clean. */
    probe: z.object({ goodSamples: z.int() }).nullable(),
    /** Below this power a load that was only reported has gone. */
    reportedAboveW: z.int().nullable(),
  }),
  credit: z.object({ balanceMicro: z.int(), cutMicro: z.int(), releaseMicro: z.int() }).nullable(),
  reminder: z.object({
    /** The level last reported: 0 none. */
    level: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    /** Level 2 has been acted on or acknowledged; armed again when the balance is above it. */
    isSpent: z.boolean(),
  }),
  /** An administrator who wants another's tag removed waits here for a second one. */
  lockoutVote: z.object({ id: z.string(), name: z.string(), atMs: millisecondsSchema }).nullable(),
});
export type CircuitState = z.infer<typeof circuitStateSchema>;

/** A gateway with an empty store: the holds are those the server last heard, all else must be measured anew. */
export function initialCircuitState(lastKnownHolds: readonly Hold[], nowMs: number): CircuitState {
  return {
    version: 1,
    startedAtMs: nowMs,
    holds: [...lastKnownHolds],
    relay: "unknown",
    alarms: [],
    trust: { awaitsFirst: true, good: [] },
    safety: { aboveRating: false, faultSamples: 0 },
    overload: { aboveSinceMs: null, trippedAtMs: [] },
    viciousLoad: {
      detector: silentDetector(),
      trippedAtMs: [],
      tripped: null,
      beforeCut: null,
      probe: null,
      reportedAboveW: null,
    },
    credit: null,
    reminder: { level: 0, isSpent: false },
    lockoutVote: null,
  };
}

/** Another meter hangs there: what the old one's register showed says nothing about the next sample's. */
export function forgetRegister(state: CircuitState): CircuitState {
  return { ...state, trust: { awaitsFirst: true, good: [] } };
}

/**
 * A stored state after a restart: holds, counts of trips and acknowledgements go on; what was being measured starts again,
 * because nobody looked in between (S3, S9).
 */
export function resumeCircuitState(stored: CircuitState, nowMs: number): CircuitState {
  const fresh = initialCircuitState(stored.holds, nowMs);
  return {
    ...fresh,
    alarms: stored.alarms,
    overload: { ...stored.overload, aboveSinceMs: null },
    viciousLoad: {
      ...stored.viciousLoad,
      detector: silentDetector(),
      beforeCut: stored.relay === "open" ? stored.viciousLoad.beforeCut : null,
    },
    credit: stored.credit,
    reminder: stored.reminder,
    lockoutVote: stored.lockoutVote,
  };
}
