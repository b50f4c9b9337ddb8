import type { HoldParams, HoldReason } from "../holds/hold.ts";
import type { Sample } from "../sample.ts";
import { instantMs } from "../time/instant.ts";
import {
  clearAlarm,
  type Draft,
  instant,
  isOver,
  placeHold,
  releaseHold,
  repeatAlarm,
  ruleOrigin,
  standing,
} from "./draft.ts";
import type { OverloadRule } from "./rule-config.ts";

interface Excess {
  reason: HoldReason;
  params: HoldParams;
}

function excessOf(rule: OverloadRule, sample: Sample): Excess | undefined {
  const powerW = Math.abs(sample.activePowerW);
  if (powerW > rule.maxPowerW)
    return { reason: "power-above-limit", params: { powerW, limitW: rule.maxPowerW } };
  if (rule.maxCurrentCa !== undefined && sample.currentCa > rule.maxCurrentCa)
    return {
      reason: "current-above-limit",
      params: { currentCa: sample.currentCa, limitCa: rule.maxCurrentCa },
    };
  return undefined;
}

function setAboveSince(draft: Draft, aboveSinceMs: number | null): void {
  if (draft.state.overload.aboveSinceMs === aboveSinceMs) return;
  draft.state = { ...draft.state, overload: { ...draft.state.overload, aboveSinceMs } };
}

function trip(draft: Draft, rule: OverloadRule, excess: Excess, sample: Sample): void {
  const { nowMs } = draft;
  const earlier = draft.state.overload.trippedAtMs.filter((atMs) => atMs > nowMs - rule.windowS * 1000);
  const locked = earlier.length >= rule.reclosesPerWindow;
  const params = {
    ...excess.params,
    trip: earlier.length + 1,
    reclosesPerWindow: rule.reclosesPerWindow,
    residentMayRelease: rule.residentMayRelease,
  };
  draft.state = { ...draft.state, overload: { aboveSinceMs: null, trippedAtMs: [...earlier, nowMs] } };
  placeHold(draft, {
    kind: "overload",
    reason: excess.reason,
    params,
    origin: ruleOrigin("overload", "Overload protection"),
    since: instant(nowMs),
    ...(locked ? { locked } : { until: instant(nowMs + rule.recloseAfterS * 1000) }),
  });
  repeatAlarm(draft, "overload", { ...params, locked }, { samples: [sample] });
}

/** A load above its limit for the rule's delay without a break opens; closed again after a while, n times per window. */
export function stepOverload(draft: Draft, sample: Sample | null): void {
  const rule = draft.config.rules.overload;
  if (rule === undefined) {
    releaseHold(draft, "overload", "rule-removed");
    clearAlarm(draft, "overload");
    setAboveSince(draft, null);
    return;
  }
  const hold = standing(draft, "overload");
  if (hold !== undefined) {
    if (!isOver(hold, draft.nowMs)) return;
    releaseHold(draft, "overload", "condition");
    clearAlarm(draft, "overload");
  }
  if (sample === null) return;
  const excess = sample.relay === "open" ? undefined : excessOf(rule, sample);
  if (excess === undefined) {
    setAboveSince(draft, null);
    return;
  }

  const atMs = instantMs(sample.at);
  // A single good sample means that what came before it is unknown: the delay starts again.
  const isContinuous = draft.state.trust.good.length === 2;
  const sinceMs = (isContinuous ? draft.state.overload.aboveSinceMs : null) ?? atMs;
  setAboveSince(draft, sinceMs);
  if (atMs - sinceMs >= rule.delayS * 1000 && draft.config.automaticOpening)
    trip(draft, rule, excess, sample);
}
