import { ApiProblem } from "../api/problem.ts";
import type { CardReader } from "./card-reader.ts";
import type { Card, Handled, Presented } from "./rows.ts";

/** A card that was pulled away is written once more; whoever fails twice is told. Range 1–3. */
const MOST_WRITES = 2;

/**
 * Writes what the API wants on the card, and shows it the card again, until nothing is missing on it. What is written is the
 * whole, so that writing it twice adds nothing. Rejects with `card-not-read-back` where the card never shows it.
 */
export async function bringUpToDate(
  handled: Handled,
  { reader, present }: { reader: CardReader; present: (cardId: string, seen: Presented) => Promise<Handled> },
): Promise<Card> {
  let { card, write } = handled;
  for (let written = 0; write !== null; written += 1) {
    if (written === MOST_WRITES)
      throw new ApiProblem(409, {
        code: "card-not-read-back",
        detail: "The card does not show what was to be written.",
      });
    const seen = await reader.write(card.uid, write);
    ({ card, write } = await present(card.id, seen));
  }
  return card;
}
