import { exactInteger } from "./rate-use.ts";
import type { Blocks, TariffScheme } from "./scheme.ts";

/** What of a scheme counting needs. */
export type BlockTerms = Pick<TariffScheme, "blocks">;

/** How much a household has counted towards its blocks. */
export interface BlockCount {
  /** "2026-11" or "2026". */
  period: string;
  /** Below zero while allowance of earlier periods is left. */
  wh: number;
}

/** The period in which a local day counts: its month, its year, or null without blocks. */
export function blockPeriodOf({ blocks }: BlockTerms, localDay: string): string | null {
  if (blocks === null) return null;
  return localDay.slice(0, blocks.by === "month" ? 7 : 4);
}

/**
 * The count with which `period` begins, after the household's last one: zero, or below it by the allowance carried. A household
 * that is new begins at zero, with a whole period's allowance on whatever day; so does one whose tariff counted by another length before.
 */
export function blockStartWh({ blocks }: BlockTerms, previous: BlockCount | null, period: string): number {
  if (previous === null || blocks === null || previous.period === period) return previous?.wh ?? 0;
  const [first] = blocks.steps;
  const sameLength = previous.period.length === period.length;
  if (blocks.carry === "none" || first === undefined || !sameLength) return 0;
  const elapsed = periodNumber(period) - periodNumber(previous.period);
  if (elapsed <= 0) return 0;
  if (blocks.carry === "within-year" && previous.period.slice(0, 4) !== period.slice(0, 4)) {
    const unusedMonths = periodNumber(period) - periodNumber(`${period.slice(0, 4)}-01`);
    return unusedMonths === 0 ? 0 : exactInteger(-unusedMonths * first.aboveWh);
  }
  const afterFirst = Math.min(0, previous.wh - first.aboveWh);
  return exactInteger(afterFirst - (elapsed - 1) * first.aboveWh);
}

/** Months or years since year 0. */
function periodNumber(period: string): number {
  const [year = "0", month] = period.split("-");
  return month === undefined ? Number(year) : Number(year) * 12 + Number(month) - 1;
}

function surchargeUpToNano({ steps }: Blocks, wh: number): number {
  return steps.reduce(
    (sum, { aboveWh, surchargeMicroPerKWh }) =>
      exactInteger(sum + exactInteger(Math.max(0, wh - aboveWh) * surchargeMicroPerKWh)),
    0,
  );
}

/**
 * What `wh` cost beyond their rates when `whBefore` were counted in the period before them, in 10⁻⁹. Depends on the two ends only:
 * parts sum to the whole, whatever the order in which circuits of a household post.
 * @throws MeterModelError "out-of-range"
 */
export function blockSurchargeNano({ blocks }: BlockTerms, whBefore: number, wh: number): number {
  if (blocks === null) return 0;
  return surchargeUpToNano(blocks, exactInteger(whBefore + wh)) - surchargeUpToNano(blocks, whBefore);
}
