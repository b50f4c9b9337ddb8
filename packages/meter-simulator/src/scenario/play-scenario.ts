import type { CancelTimer, Clock } from "../clock/clock.ts";
import { isMomentary } from "../fault/fault.ts";
import type { SiteCore } from "../site/site-core.ts";
import type { Scenario, ScenarioStep } from "./scenario.ts";

type Site = Pick<SiteCore, "plugIn" | "unplug" | "setFault" | "takeFault" | "pressKey" | "elapsedMs">;

/** What steps have begun and later ones end. */
type Begun = Map<string, () => void>;

/** `isPast`: before a restart; what has happened once and for all does not happen again. */
function play(step: ScenarioStep, site: Site, begun: Begun, isPast: boolean): void {
  switch (step.do) {
    case "plug-in": {
      const { busId, unitId, loop, name, appliance } = step;
      // Its timetable counts from its step, also after a restart.
      const agoS = isPast ? Math.floor(site.elapsedMs() / 1000 - step.atS) : 0;
      const id = site.plugIn(busId, unitId, appliance, loop, agoS);
      begun.set(name, () => site.unplug(busId, unitId, id, loop));
      return;
    }
    case "begin-fault": {
      if (isPast && isMomentary(step.fault)) return;
      const id = site.setFault(step.fault);
      if (step.name !== undefined) begun.set(step.name, () => site.takeFault(id));
      return;
    }
    case "unplug":
    case "end-fault":
      begun.get(step.name)?.();
      begun.delete(step.name);
      return;
    case "press-key":
      if (!isPast) site.pressKey(step.busId, step.unitId);
  }
}

/**
 * Plays the steps by the world's clock. Steps before the present of a simulation that goes on are caught up with at once, in
 * their order. Answers what stops it.
 */
export function playScenario({ steps }: Scenario, site: Site, worldClock: Clock): () => void {
  const begun: Begun = new Map();
  let cancel: CancelTimer = () => {};
  let next = 0;
  const isDue = (step: ScenarioStep | undefined) => step !== undefined && step.atS * 1000 <= site.elapsedMs();
  for (
    let step = steps[next];
    step && isDue(step) && step.atS * 1000 < site.elapsedMs();
    step = steps[++next]
  )
    play(step, site, begun, true);
  const turn = () => {
    for (let step = steps[next]; step && isDue(step); step = steps[++next]) play(step, site, begun, false);
    const waiting = steps[next];
    if (waiting) cancel = worldClock.setTimer(turn, Math.max(1, waiting.atS * 1000 - site.elapsedMs()));
  };
  turn();
  return () => cancel();
}
