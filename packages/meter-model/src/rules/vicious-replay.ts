import type { Sample } from "../sample.ts";
import type { ViciousLoadRule } from "./rule-config.ts";
import { idleDetector, observeLoad } from "./vicious-detector.ts";
import {
  judgeVector,
  judgeViciousStep,
  loadPoint,
  loadVector,
  type ViciousCase,
  type ViciousOutcome,
  type ViciousVerdict,
} from "./vicious-verdict.ts";

export interface ReplayedCase {
  outcome: ViciousOutcome;
  deltaPowerW: number;
  deltaReactiveVar: number;
  factorPpm: number;
  matched: number;
  judged: number;
}

/**
 * A stored verdict made again under another rule, from its own samples and bases. "undecided" when the rule wants more samples
 * than were kept, or when the rule is off.
 */
export function replayCase(
  rule: ViciousLoadRule,
  stored: ViciousCase,
  samples: readonly Sample[],
): ReplayedCase {
  const [first, ...others] = stored.bases;
  const newest = samples.at(-1);
  if (first === undefined || newest === undefined || rule.mode === "off")
    return { outcome: "undecided", deltaPowerW: 0, deltaReactiveVar: 0, factorPpm: 0, matched: 0, judged: 0 };
  if (stored.kind === "level") {
    const vector = loadVector(first.point, loadPoint(newest));
    const isLooked = rule.levelThresholdW > 0;
    const outcome = isLooked ? judgeVector(rule, vector, rule.levelThresholdW) : "below-threshold";
    return { outcome, ...vector, matched: outcome === "vicious" ? 1 : 0, judged: 1 };
  }
  const { onsetAt } = stored;
  const after = onsetAt === undefined ? samples : samples.filter(({ at }) => at >= onsetAt);
  const { outcome, deltaPowerW, deltaReactiveVar, factorPpm, matched, judged } = judgeViciousStep(
    rule,
    [first, ...others],
    after,
  );
  return { outcome, deltaPowerW, deltaReactiveVar, factorPpm, matched, judged };
}

/** Pauses longer than this start a replay's detector again: six polls of the default 5 s. */
const REPLAY_GAP_MS = 30_000;

/** What a rule would have said of recorded samples, oldest first: verdicts of every step and level. */
export function replayViciousLoad(
  rule: ViciousLoadRule,
  samples: readonly Sample[],
  longestGapMs = REPLAY_GAP_MS,
): ViciousVerdict[] {
  let detector = idleDetector();
  const verdicts: ViciousVerdict[] = [];
  for (const sample of samples) {
    const observed = observeLoad(detector, rule, sample, { longestGapMs });
    detector = observed.detector;
    verdicts.push(...observed.verdicts);
  }
  return verdicts;
}
