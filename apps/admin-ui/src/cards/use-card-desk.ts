import { useMemo } from "react";
import { useDataProvider, useNotify, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useProblemText } from "../shared/use-problem-text.ts";
import { bringUpToDate } from "./bring-up-to-date.ts";
import { cardReaderAt } from "./card-reader.ts";
import type { Card, Handled, Presented } from "./rows.ts";
import { usePairing } from "./use-pairing.ts";

export const cardApiPath = (cardId: string): string => `/cards/${encodeURIComponent(cardId)}`;

/** The reader of this computer, and what is done with the card on it. */
export function useCardDesk() {
  const [pairing] = usePairing();
  const notify = useNotify();
  const refresh = useRefresh();
  const problemText = useProblemText();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const reader = useMemo(
    () => (pairing === null ? null : cardReaderAt(pairing, (input, init) => fetch(input, init))),
    [pairing],
  );

  const present = (cardId: string, seen: Presented): Promise<Handled> =>
    dataProvider.change<Handled>("POST", `${cardApiPath(cardId)}/present`, seen);

  return {
    reader,
    present,
    /**
     * Writes what an act asks for. The act stands whatever becomes of the card: a card that was pulled away is told, and its page
     * offers to write it again.
     */
    async finish(handled: Handled, done: string): Promise<Card> {
      try {
        if (reader === null) return handled.card;
        const card = await bringUpToDate(handled, { reader, present });
        notify(done, { type: "success" });
        return card;
      } catch (error) {
        notify(`${done} ${problemText(error)}`, { type: "warning", autoHideDuration: null });
        return handled.card;
      } finally {
        refresh();
      }
    },
  };
}
