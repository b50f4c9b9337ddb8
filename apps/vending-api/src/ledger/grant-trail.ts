import { type LotMoves, lotMovesOf } from "./account-state.ts";
import type { LedgerEntry } from "./entry.ts";
import type { LedgerFindingCode } from "./invariants.ts";

/**
 * Follows the grants of one chain by name: what each has brought, and what was taken from it. An expiry or reversal is held
 * against the very grant that it names; whether lots and balances follow, the state of the entries says.
 */
export function createGrantTrail() {
  const given = new Set<string>();
  const left = new Map<string, number>();
  return {
    /** What is wrong with the entry's grants, with the grant's id. Call for every entry, in order. */
    follow(entry: Pick<LedgerEntry, "kind" | "details">): [LedgerFindingCode, string] | undefined {
      const moves = lotMovesOf(entry.details);
      // What cannot be read has been told of by the state.
      if (moves === undefined) return undefined;
      const wrong = entry.kind === "grant" ? doubled(moves, given) : unfounded(entry, moves, left);
      for (const { grantId, commodity, remaining } of moves.lots) add(left, grantId, commodity, remaining);
      for (const { grantId, commodity, amount } of moves.taken) add(left, grantId, commodity, -amount);
      if (entry.kind === "grant") for (const { grantId } of moves.lots) given.add(grantId);
      return wrong;
    },
  };
}

const keyOf = (grantId: string, commodity: string) => `${grantId} ${commodity}`;

function add(left: Map<string, number>, grantId: string, commodity: string, amount: number): void {
  const key = keyOf(grantId, commodity);
  left.set(key, (left.get(key) ?? 0) + amount);
}

/** A lot may come back with its people; granted is it once. */
function doubled({ lots }: LotMoves, given: ReadonlySet<string>): [LedgerFindingCode, string] | undefined {
  const again = lots.find(({ grantId }) => given.has(grantId));
  return again && ["grant-doubled", again.grantId];
}

function unfounded(
  { kind, details }: Pick<LedgerEntry, "kind" | "details">,
  { taken }: LotMoves,
  left: ReadonlyMap<string, number>,
): [LedgerFindingCode, string] | undefined {
  if (kind !== "grant-expiry" && kind !== "grant-reversal") return undefined;
  const named = details.grantId;
  const wrong = taken.find(
    ({ grantId, commodity, amount }) =>
      amount > (left.get(keyOf(grantId, commodity)) ?? 0) || (named !== undefined && grantId !== named),
  );
  return wrong && ["grant-unfounded", String(named ?? wrong.grantId)];
}
