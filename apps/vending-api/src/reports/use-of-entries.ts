import type { Connection } from "mongoose";
import { z } from "zod";
import type { ChargesFacts } from "../documents/kinds/charges.ts";
import type { MonthlyStatementFacts } from "../documents/kinds/monthly-statement.ts";
import { effectOn, householdAccount, type LedgerEntry } from "../ledger/entry.ts";
import { findTariffs, type TariffRow } from "../tariffs/tariff.model.ts";

/** What of a usage entry's details a statement is made of. */
const usageDetails = z.object({
  day: z.string(),
  charge: z.string().optional(),
  tariffId: z.string().nullable().default(null),
  versionNumber: z.int().nullable().default(null),
  whByRate: z.record(z.string(), z.int()).default({}),
  energyNano: z.int(),
  freeWh: z.int(),
  freeNano: z.int(),
  surchargeNano: z.int(),
  fixedNano: z.int(),
  taxNano: z.int(),
  carryInNano: z.int(),
  carryOutNano: z.int(),
  amountMinor: z.int(),
});
type UsageDetails = z.output<typeof usageDetails>;

export interface UsageEntryFacts extends UsageDetails {
  rates: RatedWh[];
}
interface RatedWh {
  name: string;
  priceMicroPerKWh: number;
  wh: number;
}

/** Usage entries with the names and prices of the tariff versions that they were rated by. */
export async function readUsage(
  connection: Connection,
  entries: readonly LedgerEntry[],
): Promise<UsageEntryFacts[]> {
  const usages = entries
    .filter(({ kind }) => kind === "usage")
    .map(({ details }) => usageDetails.parse(details));
  const tariffIds = [...new Set(usages.flatMap(({ tariffId }) => tariffId ?? []))];
  const tariffs = new Map((await findTariffs(connection, tariffIds)).map((row) => [row._id, row]));
  return usages.map((usage) => ({ ...usage, rates: ratesOf(usage, tariffs.get(usage.tariffId ?? "")) }));
}

function ratesOf({ whByRate, versionNumber }: UsageDetails, tariff: TariffRow | undefined): RatedWh[] {
  const versions = [...(tariff?.versions ?? []), ...(tariff?.withdrawn ?? [])];
  const scheme = versions.find(({ number }) => number === versionNumber)?.tariff;
  return Object.entries(whByRate).map(([rateId, wh]) => {
    const rate = scheme?.rates.find(({ id }) => id === rateId);
    return { name: rate?.name ?? rateId, priceMicroPerKWh: rate?.priceMicroPerKWh ?? 0, wh };
  });
}

/** What all of them come to, exact. */
export function chargesOf(usages: readonly UsageEntryFacts[]): ChargesFacts {
  const sum = (amountIn: (usage: UsageEntryFacts) => number) =>
    usages.reduce((total, usage) => total + amountIn(usage), 0);
  const isStanding = ({ charge }: UsageEntryFacts) => charge === "standing";
  return {
    rates: sumRates(usages),
    freeWh: sum(({ freeWh }) => freeWh),
    freeNano: sum(({ freeNano }) => freeNano),
    surchargeNano: sum(({ surchargeNano }) => surchargeNano),
    demandNano: sum((usage) => (isStanding(usage) ? 0 : usage.fixedNano)),
    standingNano: sum((usage) => (isStanding(usage) ? usage.fixedNano : 0)),
    taxNano: sum(({ taxNano }) => taxNano),
    carriedNano: sum(({ carryInNano, carryOutNano }) => carryInNano - carryOutNano),
    chargedMinor: sum(({ amountMinor }) => amountMinor),
  };
}

/** A rate costs its price for every Wh: micro per kWh times Wh is 10⁻⁹ of the major unit. */
function sumRates(usages: readonly UsageEntryFacts[]): ChargesFacts["rates"] {
  const sums = new Map<string, ChargesFacts["rates"][number]>();
  for (const { name, priceMicroPerKWh, wh } of usages.flatMap(({ rates }) => rates)) {
    const key = `${priceMicroPerKWh}:${name}`;
    const before = sums.get(key) ?? { name, priceMicroPerKWh, wh: 0, costNano: 0 };
    sums.set(key, { ...before, wh: before.wh + wh, costNano: before.costNano + wh * priceMicroPerKWh });
  }
  return [...sums.values()];
}

/** Use by rate and period, whatever a period is: a day, a month. Oldest first. */
export function useByPeriod(
  usages: readonly UsageEntryFacts[],
  periodOf: (day: string) => string,
): { rateNames: string[]; periods: MonthlyStatementFacts["days"] } {
  const rateNames = [...new Set(usages.flatMap(({ rates }) => rates.map(({ name }) => name)))];
  const periods = new Map<string, MonthlyStatementFacts["days"][number]>();
  for (const { day, rates, freeWh, amountMinor } of usages) {
    const period = periodOf(day);
    const before = periods.get(period) ?? {
      day: period,
      whByRate: rateNames.map(() => 0),
      freeWh: 0,
      chargedMinor: 0,
    };
    const whOf = (name: string) => rates.reduce((sum, rate) => (rate.name === name ? sum + rate.wh : sum), 0);
    periods.set(period, {
      day: period,
      whByRate: before.whByRate.map((wh, index) => wh + whOf(rateNames[index] ?? "")),
      freeWh: before.freeWh + freeWh,
      chargedMinor: before.chargedMinor + amountMinor,
    });
  }
  return { rateNames, periods: [...periods.values()].sort((a, b) => (a.day < b.day ? -1 : 1)) };
}

/** What an entry does to the household, in the commodity. */
export function effectOf(entry: LedgerEntry, commodity: string): number {
  return effectOn(householdAccount(entry.householdId), entry.postings)[commodity] ?? 0;
}
