import type { HoldKind } from "@hallmeter/meter-model";
import type { Why, WhyHold } from "../api/rows.ts";

/** What a payment takes away; the gateway needs a moment for it. */
const PAID_AWAY: readonly HoldKind[] = ["credit", "reminder"];

export type PowerOutcome =
  | { kind: "waiting" }
  /** Every circuit is seen closed. */
  | { kind: "on"; at: string | null }
  /** Something else keeps it off: the strongest such hold. */
  | { kind: "stays"; hold: WhyHold };

/** How the power of a household stands after a sale, from the whys of its circuits. */
export function powerOutcome(whys: readonly Why[]): PowerOutcome {
  const standing = whys.flatMap(({ holds }) => holds).filter(({ suspended }) => !suspended);
  if (standing.some(({ kind }) => PAID_AWAY.includes(kind))) return { kind: "waiting" };
  const strongest = standing.toSorted((a, b) => a.rank - b.rank)[0];
  if (strongest !== undefined) return { kind: "stays", hold: strongest };
  if (whys.some(({ relay }) => relay !== "closed")) return { kind: "waiting" };
  const last = whys.reduce<string | null>(
    (latest, { asOf }) => (asOf !== null && asOf > (latest ?? "") ? asOf : latest),
    null,
  );
  return { kind: "on", at: last };
}
