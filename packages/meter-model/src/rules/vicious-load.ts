import { foldHolds } from "../holds/fold.ts";
import type { HoldParams } from "../holds/hold.ts";
import type { Sample } from "../sample.ts";
import { localDay } from "../time/wall-clock.ts";
import type { CircuitState } from "./circuit-state.ts";
import {
  clearAlarm,
  type Draft,
  instant,
  isOver,
  note,
  placeHold,
  releaseHold,
  repeatAlarm,
  ruleOrigin,
  standing,
} from "./draft.ts";
import type { ViciousLoadRule } from "./rule-config.ts";
import { longestGapMs, mayOpenByRule } from "./trust.ts";
import { idleDetector, isIdle, observeLoad, provenLoad } from "./vicious-detector.ts";
import { type StepBase, type ViciousVerdict, viciousCaseOf } from "./vicious-verdict.ts";

function update(draft: Draft, change: Partial<CircuitState["viciousLoad"]>): void {
  draft.state = { ...draft.state, viciousLoad: { ...draft.state.viciousLoad, ...change } };
}

function verdictParams(verdict: ViciousVerdict): HoldParams {
  return {
    kind: verdict.kind,
    outcome: verdict.outcome,
    stepW: verdict.deltaPowerW,
    stepVar: verdict.deltaReactiveVar,
    factorPpm: verdict.factorPpm,
    matched: verdict.matched,
    judged: verdict.judged,
    ruleVersion: verdict.ruleVersion,
  };
}

function isToday(draft: Draft, atMs: number): boolean {
  const { timeZone } = draft.config;
  return localDay(atMs, timeZone) === localDay(draft.nowMs, timeZone);
}

function trip(draft: Draft, rule: ViciousLoadRule, verdict: ViciousVerdict): HoldParams {
  const trippedAtMs = [
    ...draft.state.viciousLoad.trippedAtMs.filter((atMs) => isToday(draft, atMs)),
    draft.nowMs,
  ];
  const locked = trippedAtMs.length >= rule.tripsPerDay;
  const params = { ...verdictParams(verdict), trip: trippedAtMs.length, tripsPerDay: rule.tripsPerDay };
  placeHold(draft, {
    kind: "vicious-load",
    reason: verdict.kind === "step" ? "vicious-step" : "vicious-level",
    params,
    origin: ruleOrigin("vicious-load", "Vicious load"),
    since: instant(draft.nowMs),
    ...(locked ? { locked } : { until: instant(draft.nowMs + rule.probeAfterS * 1000) }),
  });
  update(draft, {
    detector: idleDetector(),
    trippedAtMs,
    tripped: { baseW: verdict.base.powerW, baseVar: verdict.base.reactiveVar, stepW: verdict.deltaPowerW },
    beforeCut: verdict.base,
    probe: null,
    reportedAboveW: null,
  });
  return { ...params, locked };
}

function act(draft: Draft, rule: ViciousLoadRule, verdict: ViciousVerdict): void {
  if (verdict.outcome === "below-threshold") return;
  const evidence = {
    ruleVersion: verdict.ruleVersion,
    samples: verdict.samples,
    judged: viciousCaseOf(verdict),
  };
  const isNew = verdict.outcome === "vicious" && standing(draft, "vicious-load") === undefined;
  const isTripped = isNew && rule.mode === "trip" && mayOpenByRule(draft);
  note(draft, "vicious-verdict", { ...verdictParams(verdict), isTripped }, evidence);
  if (!isNew) return;
  if (isTripped) {
    repeatAlarm(draft, "vicious-load", trip(draft, rule, verdict), evidence);
    return;
  }
  update(draft, { reportedAboveW: verdict.base.powerW + Math.floor(verdict.deltaPowerW / 2) });
  repeatAlarm(draft, "vicious-load", verdictParams(verdict), evidence);
}

function loadIsGone(draft: Draft): void {
  note(draft, "vicious-load-gone", {});
  clearAlarm(draft, "vicious-load");
}

/** After a probe: clean once as many samples as confirm a step have passed without one. */
function followUp(draft: Draft, rule: ViciousLoadRule, sample: Sample): void {
  const { probe, detector, reportedAboveW } = draft.state.viciousLoad;
  if (reportedAboveW !== null && sample.activePowerW < reportedAboveW) {
    update(draft, { reportedAboveW: null });
    loadIsGone(draft);
  }
  if (probe === null || sample.relay === "open") return;
  const goodSamples = probe.goodSamples + 1;
  if (goodSamples < rule.confirm.n || detector.candidates.length > 0) {
    update(draft, { probe: { goodSamples } });
    return;
  }
  update(draft, { probe: null, tripped: null });
  if (draft.state.viciousLoad.reportedAboveW === null) loadIsGone(draft);
}

function forget(draft: Draft): void {
  releaseHold(draft, "vicious-load", "rule-removed");
  clearAlarm(draft, "vicious-load");
  const { detector, tripped, probe, reportedAboveW } = draft.state.viciousLoad;
  if (isIdle(detector) && tripped === null && probe === null && reportedAboveW === null) return;
  update(draft, { detector: idleDetector(), tripped: null, probe: null, reportedAboveW: null });
}

/** domain.md, "Vicious load": judged on the step; after a trip wait, probe, judge again; locked after n trips a day. */
export function stepViciousLoad(draft: Draft, sample: Sample | null): void {
  const rule = draft.config.rules.viciousLoad;
  if (rule === undefined || rule.mode === "off") {
    forget(draft);
    return;
  }
  const hold = standing(draft, "vicious-load");
  if (hold !== undefined && rule.mode === "alarm") releaseHold(draft, "vicious-load", "rule-removed");
  else if (hold !== undefined) {
    if (!isOver(hold, draft.nowMs)) return;
    releaseHold(draft, "vicious-load", "condition");
    beginProbe(draft);
  }
  if (sample === null) return;
  // About to open for another reason: what is measured until then says nothing about the next time.
  const isOpening = foldHolds(draft.state.holds, draft.config.keepPower).intended === "open";
  if (isOpening && sample.relay !== "open") return;
  const observed = observeLoad(draft.state.viciousLoad.detector, rule, sample, {
    longestGapMs: longestGapMs(draft),
    returnBases: returnBases(draft),
  });
  update(draft, { detector: observed.detector });
  for (const verdict of observed.verdicts) act(draft, rule, verdict);
  if (standing(draft, "vicious-load") === undefined) followUp(draft, rule, sample);
}

/**
 * After a cut the whole load comes back at once. It is measured from what flowed before, so that only what came on top counts.
 * A probe looks for the step that tripped: beside the load that was there before it, or alone.
 */
function returnBases(draft: Draft): StepBase[] {
  const { probe, tripped, beforeCut } = draft.state.viciousLoad;
  const atMs = draft.nowMs;
  if (probe === null || tripped === null) return beforeCut === null ? [] : [{ point: beforeCut }];
  return [
    { point: { atMs, powerW: tripped.baseW, reactiveVar: tripped.baseVar } },
    { point: { atMs, powerW: 0, reactiveVar: 0 }, expectedStepW: tripped.stepW },
  ];
}

/** The relay parted: what flowed until then is what comes back. */
export function rememberLoad(draft: Draft): void {
  const { detector, beforeCut } = draft.state.viciousLoad;
  update(draft, { beforeCut: provenLoad(detector) ?? beforeCut });
}

/** The circuit may close again: its next step is judged before the load counts as gone. */
export function beginProbe(draft: Draft): void {
  update(draft, { detector: idleDetector(), probe: { goodSamples: 0 } });
}

/** Staff released the hold: the day's count starts again, and the next step is judged like a probe's. */
export function pardonViciousLoad(draft: Draft): void {
  update(draft, { trippedAtMs: [] });
  beginProbe(draft);
}
