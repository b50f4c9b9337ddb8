import type { Connection } from "mongoose";
import { accrualModel } from "../rating/accrual.model.ts";
import type { Accrual } from "../rating/accrual.ts";
import type { HeldUse } from "../rating/held-use.ts";
import { type HeldState, type HoldReason, heldUseId, parseHeldUseId } from "../rating/held-use.ts";

/** A stretch that was held back, with what it belongs to. */
export interface HeldUseRow {
  id: string;
  siteId: string;
  circuitId: string;
  householdId: string | null;
  day: string;
  use: HeldUse;
}

export interface HeldUseFilter {
  siteId?: string | string[] | undefined;
  circuitId?: string | string[] | undefined;
  householdId?: string | string[] | undefined;
  state?: HeldState | HeldState[] | undefined;
  reason?: HoldReason | HoldReason[] | undefined;
}

/** Times of the use; sorted by `_id` and `held.n` where they are equal. */
export const HELD_USE_SORTS = { fromAt: "held.fromAt", toAt: "held.toAt", reason: "held.reason" } as const;

interface Unwound extends Omit<Accrual, "held"> {
  held: HeldUse;
}

/** A page of what was held back, and how many there are in all. `scope` carries the caller's sites. */
export async function listHeldUses(
  connection: Connection,
  scope: Record<string, unknown>,
  filter: HeldUseFilter,
  page: { from: number; to: number; sort: keyof typeof HELD_USE_SORTS; order: "ASC" | "DESC" },
): Promise<{ rows: HeldUseRow[]; total: number }> {
  const { state, reason, ...owner } = filter;
  const ofUse = conditions({ "held.state": state, "held.reason": reason });
  const direction = page.order === "ASC" ? 1 : -1;
  const unwound = [
    { $match: { $and: [scope, conditions(owner), { "held.0": { $exists: true } }, ofUse] } },
    { $unwind: "$held" },
    { $match: ofUse },
  ];
  const model = accrualModel(connection);
  const [rows, [count]] = await Promise.all([
    model.aggregate<Unwound>([
      ...unwound,
      { $sort: { [HELD_USE_SORTS[page.sort]]: direction, _id: direction, "held.n": direction } },
      { $skip: page.from },
      { $limit: page.to - page.from + 1 },
    ]),
    model.aggregate<{ total: number }>([...unwound, { $count: "total" }]),
  ]);
  return { rows: rows.map(({ held, ...accrual }) => rowOf(accrual, held)), total: count?.total ?? 0 };
}

/** Undefined when there is none of this id within the scope. */
export async function findHeldUse(
  connection: Connection,
  id: string,
  scope: Record<string, unknown>,
): Promise<{ accrual: Accrual; use: HeldUse } | undefined> {
  const named = parseHeldUseId(id);
  if (!named) return undefined;
  const accrual = await accrualModel(connection)
    .findOne({ $and: [{ _id: named.accrualId }, scope] })
    .lean<Accrual | null>();
  const use = accrual?.held[named.n];
  return accrual && use ? { accrual, use } : undefined;
}

/** Wh of a circuit that wait for a decision. */
export async function waitingStretches(connection: Connection, circuitId: string): Promise<number> {
  return accrualModel(connection).countDocuments({ circuitId, "held.state": { $in: ["held", "releasing"] } });
}

export function rowOf(
  { _id, siteId, circuitId, householdId, day }: Omit<Accrual, "held">,
  use: HeldUse,
): HeldUseRow {
  return { id: heldUseId({ _id }, use), siteId, circuitId, householdId, day, use };
}

function conditions(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, Array.isArray(value) ? { $in: value } : value]),
  );
}
