import type { Format } from "../format/format.ts";
import type { Gift } from "./rows.ts";

/** What a policy's amounts are of. */
export function amountText(kind: Gift["kind"], amount: number, format: Format): string {
  return kind === "energy" ? format.energy(amount) : format.money(amount);
}

export const giftAmount = (gift: Gift): number => (gift.kind === "energy" ? gift.wh : gift.amountMinor);
