import type { BlockCount } from "@hallmeter/meter-model";
import { z } from "zod";
import type { Commodity, EntryBody } from "./entry.ts";
import { FREE_ENERGY } from "./entry-kinds.ts";
import { addLots, coverDebts, grantedLeft, type Lot, type LotTake, withoutTaken } from "./lots.ts";

/** What a household's next entry goes on from, beside the balance. Carried by every entry, so that nobody folds the whole chain. */
export type AccountState = {
  /** What is left of grants, oldest-expiring first. */
  lots: readonly Lot[];
  /** Used, but less than one minor unit: the next usage entry charges it. 10⁻⁹ of the major unit. */
  carryNano: number;
  /** Tax on what was used, below 10⁻⁹. 10⁻¹⁵ of the major unit. */
  taxCarryFemto: number;
  /** Use counted towards the tariff's blocks, newest period first. */
  blocks: readonly BlockCount[];
};

export const EMPTY_STATE: AccountState = { lots: [], carryNano: 0, taxCarryFemto: 0, blocks: [] };

export function isEmptyState({ lots, carryNano, taxCarryFemto, blocks }: AccountState): boolean {
  return lots.length === 0 && carryNano === 0 && taxCarryFemto === 0 && blocks.length === 0;
}

/** `details.taken` of an entry. */
export const lotTakesSchema = z.array(
  z.object({ grantId: z.string(), commodity: z.string(), amount: z.int().positive() }),
);

const lotMoves = z.object({
  lots: z
    .array(
      z.object({
        grantId: z.string(),
        commodity: z.string(),
        remaining: z.int().positive(),
        expiresAt: z.iso.datetime().nullable(),
      }),
    )
    .default([]),
  taken: lotTakesSchema.default([]),
});

export type LotMoves = { lots: readonly Lot[]; taken: readonly LotTake[] };
const NO_MOVES: LotMoves = { lots: [], taken: [] };

/** The lots that an entry brings and takes by name; undefined when its details say neither properly. */
export function lotMovesOf(details: EntryBody["details"]): LotMoves | undefined {
  if (details.lots === undefined && details.taken === undefined) return NO_MOVES;
  return lotMoves.safeParse(details).data;
}

const remainders = z.object({
  carryOutNano: z.int().nonnegative(),
  taxCarryOutFemto: z.int().nonnegative(),
  blocksAfter: z.array(z.object({ period: z.string(), wh: z.int() })),
});

/**
 * The state behind an entry: `details.lots` are lots that it brings (grant, transfer, opening), `details.taken` is what it
 * takes from lots by name (usage, grant expiry, transfer), and a usage entry says its remainders and counts. Everything else
 * is purchased credit. Undefined when the entry takes what is not there, or brings another amount than its leg.
 */
export function stateAfter(
  state: AccountState,
  { kind, details }: Pick<EntryBody, "kind" | "details">,
  effect: Readonly<Record<Commodity, number>>,
  balanceAfter: Readonly<Record<Commodity, number>>,
): AccountState | undefined {
  const moves = lotMovesOf(details);
  if (moves === undefined || !suitsLegs(kind, moves.lots, moves.taken, effect)) return undefined;
  const rest = withoutTaken(state.lots, moves.taken);
  if (rest === undefined) return undefined;
  const lots = coverDebts(addLots(rest, moves.lots), balanceAfter);
  // Nobody buys free energy: all of it is in lots.
  if (grantedLeft(lots, FREE_ENERGY) !== (balanceAfter[FREE_ENERGY] ?? 0)) return undefined;
  if (kind !== "usage") return { ...state, lots };
  const after = remainders.safeParse(details);
  if (!after.success) return undefined;
  const { carryOutNano: carryNano, taxCarryOutFemto: taxCarryFemto, blocksAfter: blocks } = after.data;
  return { lots, carryNano, taxCarryFemto, blocks };
}

/** A grant is its lots and nothing else, an expiry or reversal what it takes; no entry moves more of its lots than its own leg. */
function suitsLegs(
  kind: EntryBody["kind"],
  brought: readonly Lot[],
  taken: readonly LotTake[],
  effect: Readonly<Record<Commodity, number>>,
): boolean {
  const commodities = new Set([
    ...Object.keys(effect),
    ...[...brought, ...taken].map((row) => row.commodity),
  ]);
  return [...commodities].every((commodity) => {
    const leg = effect[commodity] ?? 0;
    const gained = grantedLeft(brought, commodity);
    const lost = taken.reduce((sum, take) => (take.commodity === commodity ? sum + take.amount : sum), 0);
    if (kind === "grant") return gained === leg && lost === 0;
    if (kind === "grant-expiry" || kind === "grant-reversal") return lost === -leg && gained === 0;
    return gained <= Math.max(0, leg) && lost <= Math.max(0, -leg);
  });
}
