import type { Campaign } from "../contract/gateway-config.ts";
import { type Draft, placeHold, releaseHold, ruleOrigin, standing } from "./draft.ts";
import { mayOpenByRule } from "./trust.ts";

/** The one that runs at an instant and lasts longest. */
export function runningCampaign(campaigns: readonly Campaign[], atMs: number): Campaign | undefined {
  let running: Campaign | undefined;
  for (const campaign of campaigns) {
    const isRunning = Date.parse(campaign.startsAt) <= atMs && atMs < Date.parse(campaign.endsAt);
    if (isRunning && (running === undefined || campaign.endsAt > running.endsAt)) running = campaign;
  }
  return running;
}

/** When a campaign begins or ends at the earliest. */
export function campaignDueMs(campaigns: readonly Campaign[], atMs: number): number {
  const edges = campaigns.flatMap(({ startsAt, endsAt }) => [Date.parse(startsAt), Date.parse(endsAt)]);
  return Math.min(...edges.filter((edgeMs) => edgeMs > atMs));
}

/**
 * Load shedding on grid demand. At its end the hold goes; who closes when is the business of who operates the relays (S7). While
 * the clock is unsure nobody knows whether it is over: the last state holds (S4).
 */
export function stepCampaign(draft: Draft): void {
  const { campaigns, calendar } = draft.config;
  const hold = standing(draft, "campaign");
  if (campaigns.length === 0 && hold === undefined) return;
  if (hold !== undefined && !campaigns.some(({ id }) => id === hold.origin.id)) {
    releaseHold(draft, "campaign", "rule-removed");
  }
  if (calendar === null) return;
  const running = runningCampaign(campaigns, draft.nowMs);
  if (running === undefined) {
    releaseHold(draft, "campaign", "condition");
    return;
  }
  if (standing(draft, "campaign") === undefined && !mayOpenByRule(draft)) return;
  placeHold(draft, {
    kind: "campaign",
    reason: "load-shedding",
    params: { campaign: running.name },
    origin: ruleOrigin(running.id, running.name),
    since: running.startsAt,
    until: running.endsAt,
  });
}
