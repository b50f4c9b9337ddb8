import {
  type BlockCount,
  blockStartWh,
  blockSurchargeNano,
  type TariffScheme,
  taxNano,
} from "@hallmeter/meter-model";
import { z } from "zod";
import { type AccountState, stateAfter } from "./account-state.ts";
import {
  addBalances,
  type ChainHead,
  type Commodity,
  householdAccount,
  type Posting,
  systemAccount,
} from "./entry.ts";
import { FREE_ENERGY } from "./entry-kinds.ts";
import { type LotTake, sumTaken, takeOldest } from "./lots.ts";

/** What of a tariff version is needed after its rates are known. */
export type SettlementTerms = Pick<TariffScheme, "blocks" | "taxPpm">;

/** Use of a household, rated, on its way into one usage entry. Stands in the entry's details. */
export type RatedUse = {
  /** When it began: a grant that had expired before gives nothing. RFC 3339 UTC. */
  usedFrom: string;
  wh: number;
  /** At the rates, before tax, 10⁻⁹. */
  energyNano: number;
  /** Demand or standing charges, before tax, 10⁻⁹. */
  fixedNano: number;
  /** In which its Wh count towards the blocks; null without blocks. */
  blockPeriod: string | null;
  terms: SettlementTerms;
  nanoPerMinor: number;
  currency: Commodity;
};

/** What became of it. `energyNano + surchargeNano + fixedNano = freeNano + netNano`; `carryInNano + netNano + taxNano = amountMinor × nanoPerMinor + carryOutNano`. */
export type Settlement = {
  freeWh: number;
  /** What the free energy would have cost at the rates. */
  freeNano: number;
  blockWhBefore: number;
  surchargeNano: number;
  netNano: number;
  taxNano: number;
  carryInNano: number;
  amountMinor: number;
  carryOutNano: number;
  taxCarryOutFemto: number;
  blocksAfter: Pick<BlockCount, "period" | "wh">[];
  taken: LotTake[];
};

const blockSteps = z.array(z.object({ aboveWh: z.int(), surchargeMicroPerKWh: z.int() }));
/** As it stands in a usage entry's details. */
export const ratedUseSchema = z.object({
  usedFrom: z.iso.datetime(),
  wh: z.int().nonnegative(),
  energyNano: z.int().nonnegative(),
  fixedNano: z.int().nonnegative(),
  blockPeriod: z.string().nullable(),
  terms: z.object({
    blocks: z
      .object({
        by: z.enum(["month", "year"]),
        steps: blockSteps,
        carry: z.enum(["none", "within-year", "unlimited"]),
      })
      .nullable(),
    taxPpm: z.int().nonnegative(),
  }),
  nanoPerMinor: z.int().positive(),
  currency: z.string(),
}) satisfies z.ZodType<RatedUse>;

/**
 * Counts kept, of months and of years, for use that is delivered late: a gateway that was cut off for a month brings it in the period after. What is
 * later still counts in the oldest one kept.
 */
const PERIODS_KEPT = 2;

/**
 * What a use costs a household whose chain ends in `state`. Free energy goes first and relieves the rates in proportion: its
 * share of the cost is rounded down to 10⁻⁹ and the rest is charged, so that both sum to the whole. Then granted money, then
 * purchased credit.
 * @throws MeterModelError "out-of-range"
 */
export function settleUse(use: RatedUse, state: AccountState): Settlement {
  const { wh, energyNano, fixedNano, terms, usedFrom, currency } = use;
  const freeTaken = takeOldest(state.lots, { commodity: FREE_ENERGY, most: wh, usedFrom });
  const freeWh = sumTaken(freeTaken);
  const freeNano = freeShareNano(energyNano, freeWh, wh);
  const block = countBlock(use, state.blocks);
  const surchargeNano = blockSurchargeNano(terms, block.whBefore, wh);
  const netNano = energyNano - freeNano + surchargeNano + fixedNano;
  const tax = taxNano(terms, netNano, state.taxCarryFemto);
  const dueNano = state.carryNano + netNano + tax.taxNano;
  const carryOutNano = dueNano % use.nanoPerMinor;
  const amountMinor = (dueNano - carryOutNano) / use.nanoPerMinor;
  const moneyTaken = takeOldest(state.lots, { commodity: currency, most: amountMinor, usedFrom });
  return {
    freeWh,
    freeNano,
    blockWhBefore: block.whBefore,
    surchargeNano,
    netNano,
    taxNano: tax.taxNano,
    carryInNano: state.carryNano,
    amountMinor,
    carryOutNano,
    taxCarryOutFemto: tax.carryOut,
    blocksAfter: block.after,
    taken: [...freeTaken, ...moneyTaken],
  };
}

/** floor(cost × free / wh), exact. */
function freeShareNano(energyNano: number, freeWh: number, wh: number): number {
  return freeWh === 0 ? 0 : Number((BigInt(energyNano) * BigInt(freeWh)) / BigInt(wh));
}

function countBlock(
  { wh, blockPeriod, terms }: RatedUse,
  counts: readonly BlockCount[],
): { whBefore: number; after: BlockCount[] } {
  if (blockPeriod === null) return { whBefore: 0, after: [...counts] };
  const ofLength = counts.filter(({ period }) => period.length === blockPeriod.length);
  const oldest = ofLength.at(-1);
  const isForgotten = ofLength.length === PERIODS_KEPT && oldest !== undefined && blockPeriod < oldest.period;
  const period = isForgotten ? oldest.period : blockPeriod;
  const previous = ofLength.find((count) => count.period <= period) ?? null;
  const whBefore = blockStartWh(terms, previous, period);
  const kept = [...ofLength.filter((count) => count.period !== period), { period, wh: whBefore + wh }]
    .sort(newestFirst)
    .slice(0, PERIODS_KEPT);
  // A tariff may count months and its next version years: use under either can still come.
  const ofOtherLength = counts.filter((count) => count.period.length !== period.length);
  return { whBefore, after: [...kept, ...ofOtherLength].sort(newestFirst) };
}

/** What a household has and its next entry goes on from. */
export type Standing = Pick<ChainHead, "balance" | "state">;

/** What would stand after the use's entry, without writing one. */
export function settleBehind(
  { balance, state }: Standing,
  use: RatedUse,
): { standing: Standing; settlement: Settlement } {
  const settlement = settleUse(use, state);
  const effect = { [use.currency]: -settlement.amountMinor, [FREE_ENERGY]: -settlement.freeWh };
  const balanceAfter = addBalances(balance, effect);
  const after = stateAfter(state, { kind: "usage", details: settlement }, effect, balanceAfter);
  if (after === undefined) throw new RangeError("a settlement takes what is not there");
  return { standing: { balance: balanceAfter, state: after }, settlement };
}

function newestFirst(a: Pick<BlockCount, "period">, b: Pick<BlockCount, "period">): number {
  return a.period < b.period ? 1 : -1;
}

/** The legs of a settled use: the money, and the free energy where there was some. */
export function usagePostings(
  where: { siteId: string; householdId: string },
  { currency }: Pick<RatedUse, "currency">,
  { amountMinor, freeWh }: Pick<Settlement, "amountMinor" | "freeWh">,
): Posting[] {
  const legs = (commodity: Commodity, amount: number): Posting[] => [
    { account: householdAccount(where.householdId), commodity, amount: amount === 0 ? 0 : -amount },
    { account: systemAccount("revenue", where.siteId), commodity, amount },
  ];
  return [...legs(currency, amountMinor), ...(freeWh > 0 ? legs(FREE_ENERGY, freeWh) : [])];
}
