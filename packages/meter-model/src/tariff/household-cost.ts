import { type BlockCount, blockPeriodOf, blockStartWh, blockSurchargeNano } from "./blocks.ts";
import { type QuarterProfile, type RatePlan, rateProfile } from "./rate-plan.ts";
import { exactInteger } from "./rate-use.ts";
import { standingNano, taxNano } from "./standing-and-tax.ts";

/** What a household pays for a stretch of whole local days, in 10⁻⁹ of the major unit; every amount but the last two before tax. */
export interface HouseholdCost {
  rates: { rateId: string; wh: number; costNano: number }[];
  blocks: { period: string; wh: number; surchargeNano: number }[];
  /** One for each circuit, month and demand that had a maximum. */
  demands: { demandId: string; circuit: number; month: string; maximumW: number; costNano: number }[];
  standing: { days: number; costNano: number };
  netNano: number;
  taxNano: number;
  totalNano: number;
}

/**
 * Everything that the profiles of a household's circuits cost under a plan's scheme. Its blocks count from zero at the beginning,
 * or from `blocksBefore`; what is missing from a profile costs nothing.
 * @throws MeterModelError "out-of-range"
 */
export function householdCost(
  plan: RatePlan,
  profiles: readonly QuarterProfile[],
  blocksBefore: BlockCount | null = null,
): HouseholdCost {
  const { scheme, months, days } = plan;
  const costs = profiles.map((profile) => rateProfile(plan, profile));
  const rates = scheme.rates.map(({ id: rateId, priceMicroPerKWh }) => {
    const wh = sum(costs.map(({ whByRate }) => whByRate[rateId] ?? 0));
    return { rateId, wh, costNano: exactInteger(wh * priceMicroPerKWh) };
  });
  const whByMonth = months.map((_, month) => sum(costs.map((cost) => cost.whByMonth[month] ?? 0)));
  const blocks = blocksOf(plan, whByMonth, blocksBefore);
  const demands = scheme.demands.flatMap(({ id: demandId, priceMicroPerKW }, demand) =>
    costs.flatMap(({ maximaW }, circuit) =>
      (maximaW[demand] ?? []).flatMap((maximumW, index) => {
        const month = months[index] ?? "";
        const costNano = exactInteger(maximumW * priceMicroPerKW);
        return maximumW === 0 ? [] : [{ demandId, circuit, month, maximumW, costNano }];
      }),
    ),
  );
  const standing = { days: days.length, costNano: exactInteger(days.length * standingNano(scheme)) };
  const netNano =
    sum(rates.map(({ costNano }) => costNano)) +
    sum(blocks.map(({ surchargeNano }) => surchargeNano)) +
    sum(demands.map(({ costNano }) => costNano)) +
    standing.costNano;
  const taxed = taxNano(scheme, exactInteger(netNano), 0).taxNano;
  return {
    rates,
    blocks,
    demands,
    standing,
    netNano,
    taxNano: taxed,
    totalNano: exactInteger(netNano + taxed),
  };
}

function blocksOf({ scheme, months }: RatePlan, whByMonth: readonly number[], before: BlockCount | null) {
  const rows: HouseholdCost["blocks"] = [];
  let count = before;
  months.forEach((month, index) => {
    const period = blockPeriodOf(scheme, `${month}-01`);
    if (period === null) return;
    const wh = whByMonth[index] ?? 0;
    const startWh = blockStartWh(scheme, count, period);
    const surchargeNano = blockSurchargeNano(scheme, startWh, wh);
    count = { period, wh: startWh + wh };
    const last = rows.at(-1);
    if (last?.period !== period) rows.push({ period, wh, surchargeNano });
    else {
      last.wh += wh;
      last.surchargeNano += surchargeNano;
    }
  });
  return rows;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => exactInteger(total + value), 0);
}
