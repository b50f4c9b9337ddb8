import {
  costByHourOfWeek,
  householdCost,
  localDayBounds,
  type QuarterProfile,
  type RatePlan,
  ratePlan,
  schemeDifferences,
  type TariffScheme,
} from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import type { z } from "zod";
import { nanoPerMinor } from "../network/metering-contexts.ts";
import { calendarOf, type Site } from "../places/site.model.ts";
import type { TariffVersion } from "../rating/metering-context.ts";
import { readHouseholdProfile } from "./household-profile.ts";
import { presentCost, type previewAnswer } from "./present-preview.ts";

/** What the household's recorded use costs under the proposed scheme, beside the version in force. */
export async function previewTariff(
  connection: Connection,
  site: Site,
  inForce: TariffVersion,
  { scheme, householdId, from, to }: { scheme: TariffScheme; householdId: string; from: string; to: string },
): Promise<z.input<typeof previewAnswer>> {
  const calendar = calendarOf(site);
  const { startMs: fromMs } = localDayBounds(from, site.timeZone);
  const { endMs: toMs } = localDayBounds(to, site.timeZone);
  const { circuitIds, profiles, intervals } = await readHouseholdProfile(connection, householdId, {
    fromMs,
    toMs,
    fromDay: from,
    toDay: to,
  });
  const money = { currency: site.currency, nanoPerMinor: nanoPerMinor(site) };
  const under = (plan: RatePlan) => ({
    cost: presentCost(householdCost(plan, profiles), plan.scheme, circuitIds, money),
    hours: hoursOf(plan, profiles),
  });
  const old = under(ratePlan(inForce.tariff, calendar, { fromMs, toMs }));
  const proposed = under(ratePlan(scheme, calendar, { fromMs, toMs }));
  return {
    householdId,
    from,
    to,
    intervals,
    inForce: { version: inForce.number, cost: old.cost },
    proposed: { cost: proposed.cost },
    differences: schemeDifferences(inForce.tariff, scheme),
    hoursOfWeek: old.hours.map(({ wh, costNano }, index) => ({
      weekday: Math.floor(index / 24) + 1,
      hour: index % 24,
      wh,
      inForceNano: costNano,
      proposedNano: proposed.hours[index]?.costNano ?? 0,
    })),
  };
}

function hoursOf(plan: RatePlan, profiles: readonly QuarterProfile[]): { wh: number; costNano: number }[] {
  const perCircuit = profiles.map((profile) => costByHourOfWeek(plan, profile));
  return Array.from({ length: 168 }, (_, hour) => ({
    wh: perCircuit.reduce((sum, { wh }) => sum + (wh[hour] ?? 0), 0),
    costNano: perCircuit.reduce((sum, { costNano }) => sum + (costNano[hour] ?? 0), 0),
  }));
}
