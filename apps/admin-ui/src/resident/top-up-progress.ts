import type { MyTopUp } from "./rows.ts";

/** waiting: for the payer or the bank · done: in the account · ended: nothing was credited · office: a person must look. */
export type TopUpProgress = "waiting" | "done" | "ended" | "office";

const PROGRESS = {
  created: "waiting",
  pending: "waiting",
  paid: "waiting",
  credited: "done",
  failed: "ended",
  expired: "ended",
  mismatched: "office",
  refunded: "ended",
  disputed: "office",
} as const satisfies Record<MyTopUp["state"], TopUpProgress>;

export const progressOf = ({ state }: Pick<MyTopUp, "state">): TopUpProgress => PROGRESS[state];

/** A payment is worth a place on the first page while it is open, and for a while after it arrived. */
const FRESH_MS = 10 * 60_000;

/** The payments that a person who has just paid looks for: those under way, and what has just come. */
export function newsOfTopUps(topUps: readonly MyTopUp[], nowMs: number): MyTopUp[] {
  return topUps.filter((topUp) => {
    if (topUp.state === "paid") return true;
    if (topUp.state === "pending" || topUp.state === "created") return Date.parse(topUp.expiresAt) > nowMs;
    return topUp.creditedAt !== null && nowMs - Date.parse(topUp.creditedAt) < FRESH_MS;
  });
}
