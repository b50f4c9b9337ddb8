import type { HoldKind } from "@hallmeter/meter-model";
import { cutMicro, type HouseholdTruth, MICRO_PER_MINOR } from "./household-truth.ts";
import { SITE_OFFSET_MS, SITE_START_MS } from "./site-plan.ts";
import type { Watched } from "./watched.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The schedule and the protected nights of the site plan, since midnight. */
const SCHEDULE_OFF_MINUTES = { from: 60, to: 5 * 60 + 30 };
const NIGHT_MINUTES = { from: 22 * 60, to: 7 * 60 };

export interface SimulatedCampaign {
  circuitIds: ReadonlySet<string>;
  fromMs: number;
  toMs: number;
}

/** What a cut is judged by besides the circuit itself. Times are monotonic. */
export interface SiteTruth {
  nowMs: number;
  clockTroubledUntilMs: number;
  hasProtectedNights: boolean;
  campaigns: readonly SimulatedCampaign[];
  households: HouseholdTruth;
}

/** Minutes since local midnight, by a clock that nobody sets. */
function minuteOfDay(nowMs: number): number {
  return Math.floor(((SITE_START_MS + SITE_OFFSET_MS + nowMs) % DAY_MS) / MINUTE_MS);
}

export function isProtectedNight(site: Pick<SiteTruth, "nowMs" | "hasProtectedNights">): boolean {
  const minute = minuteOfDay(site.nowMs);
  return site.hasProtectedNights && (minute < NIGHT_MINUTES.to || minute >= NIGHT_MINUTES.from);
}

/** Why a hold of this kind is no reason to cut now; null when it is one. */
export function wrongReason(watched: Watched, kind: HoldKind, site: SiteTruth): string | null {
  switch (kind) {
    case "credit":
      return wrongForCredit(watched, site);
    case "reminder":
      return wrongForReminder(watched, site);
    case "overload":
      return wrongForOverload(watched, site.nowMs);
    case "vicious-load":
      return site.nowMs - watched.heaterAtMs < HOUR_MS || site.nowMs < watched.troubledUntilMs
        ? null
        : "no heater was there";
    case "schedule":
      return isScheduledOff(watched, site) ? null : "schedule outside its period";
    case "campaign":
      return isShed(watched, site) ? null : "no campaign runs";
    case "manual":
    case "lockout":
      return watched.commands.some(({ action }) => action === "open" || action === "lockout")
        ? null
        : "nobody asked";
    case "safety":
      return "no meter has a fault";
  }
}

function wrongForCredit({ config }: Watched, site: SiteTruth): string | null {
  const { householdId } = config;
  const cutAtMicro = cutMicro(config);
  if (householdId === null || cutAtMicro === null) return "credit of nobody";
  if (isProtectedNight(site) && site.nowMs > site.clockTroubledUntilMs) return "credit in a protected night";
  const balanceMicro = site.households.trueMicro(householdId);
  const isAbove = balanceMicro > cutAtMicro + site.households.doubtMicro(householdId);
  return isAbove ? `credit with ${Math.round(balanceMicro / 1000)} thousandths` : null;
}

function wrongForReminder({ config }: Watched, { households }: SiteTruth): string | null {
  const { householdId } = config;
  if (householdId === null) return "reminder of nobody";
  const levelMicro = (config.rules.reminder?.level2Minor ?? 0) * MICRO_PER_MINOR;
  const isAbove = households.trueMicro(householdId) > levelMicro + households.doubtMicro(householdId);
  return isAbove ? "reminder above its level" : null;
}

function wrongForOverload(watched: Watched, nowMs: number): string | null {
  const { config, circuit, aboveLimitSinceMs, troubledUntilMs } = watched;
  const delayMs = (config.rules.overload?.delayS ?? 0) * 1000;
  if (aboveLimitSinceMs !== null && nowMs - aboveLimitSinceMs >= delayMs) return null;
  // The hold stands since before: a relay that did not follow is tried again.
  return circuit.plugged.activeW > 3000 || nowMs < troubledUntilMs ? null : "overload without one";
}

function isScheduledOff({ config }: Watched, { nowMs, clockTroubledUntilMs }: SiteTruth): boolean {
  const minute = minuteOfDay(nowMs);
  const isOff = minute >= SCHEDULE_OFF_MINUTES.from && minute < SCHEDULE_OFF_MINUTES.to;
  return (config.rules.schedule !== undefined && isOff) || nowMs < clockTroubledUntilMs;
}

function isShed({ config }: Watched, { nowMs, clockTroubledUntilMs, campaigns }: SiteTruth): boolean {
  const isRunning = campaigns.some(
    ({ circuitIds, fromMs, toMs }) =>
      circuitIds.has(config.id) && nowMs >= fromMs - 1000 && nowMs <= toMs + 2000,
  );
  return isRunning || nowMs < clockTroubledUntilMs;
}
