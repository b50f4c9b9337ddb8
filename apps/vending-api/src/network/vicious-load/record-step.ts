import { type UplinkItem, VICIOUS_OUTCOMES, type ViciousOutcome } from "@hallmeter/meter-model";
import { isDuplicateKey } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import type { Circuit } from "../circuit.model.ts";
import { type RecordedStep, recordedStepModel } from "./recorded-step.model.ts";

type EventItem = Extract<UplinkItem, { type: "event" }>;

/** Of one circuit, about 4 kB each. Range 20–1000; 200 are the steps of some weeks. */
export const STEPS_KEPT = 200;
/** A rule is judged by the habits of a term. Range 7–400 days. */
export const STEPS_KEPT_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * Keeps a verdict's evidence, once. With each new one go the site's that are older than `STEPS_KEPT_DAYS`, and the circuit's
 * beyond the newest `STEPS_KEPT`.
 */
export async function recordStep(
  { connection, clock }: Pick<Deps, "connection" | "clock">,
  { siteId, _id: circuitId }: Pick<Circuit, "siteId" | "_id">,
  event: EventItem,
): Promise<void> {
  const step = stepOf(siteId, circuitId, event);
  if (step === undefined) return;
  const steps = recordedStepModel(connection);
  try {
    await steps.create(step);
  } catch (error) {
    if (isDuplicateKey(error)) return;
    throw error;
  }
  await steps.deleteMany({ siteId, at: { $lt: new Date(clock.now().getTime() - STEPS_KEPT_DAYS * DAY_MS) } });
  const [oldestKept] = await steps
    .find({ circuitId }, { at: 1 })
    .sort({ at: -1, _id: -1 })
    .skip(STEPS_KEPT - 1)
    .limit(1)
    .lean<Pick<RecordedStep, "_id" | "at">[]>();
  if (oldestKept !== undefined) await steps.deleteMany({ circuitId, at: { $lt: oldestKept.at } });
}

/** Undefined for any other event, and for a verdict without evidence. */
function stepOf(siteId: string, circuitId: string, event: EventItem): RecordedStep | undefined {
  const { id, kind, at, params, evidence } = event;
  if (kind !== "vicious-verdict" || evidence?.judged === undefined) return undefined;
  const outcome = VICIOUS_OUTCOMES.find((each) => each === params.outcome) satisfies
    | ViciousOutcome
    | undefined;
  if (outcome === undefined) return undefined;
  const number = (value: unknown) => (typeof value === "number" ? value : 0);
  return {
    _id: id,
    siteId,
    circuitId,
    at: new Date(at),
    outcome,
    isTripped: params.isTripped === true,
    ruleVersion: evidence.ruleVersion ?? number(params.ruleVersion),
    deltaPowerW: number(params.stepW),
    deltaReactiveVar: number(params.stepVar),
    factorPpm: number(params.factorPpm),
    judged: evidence.judged,
    samples: evidence.samples,
  };
}
