import { TextField } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify, useRefresh } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import type { CardReader } from "./card-reader.ts";
import type { Card, Handled } from "./rows.ts";
import { cardApiPath, useCardDesk } from "./use-card-desk.ts";
import { useHeldAct } from "./use-held-act.ts";

/** What the API takes. */
const MAX_REASON_LENGTH = 200;

/** A lost card needs no reader: it is not here. */
export function BlockDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const t = useT();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return (
    <ConfirmWithReason
      title={t("cards.block")}
      help={t("cards.blockHelp")}
      confirmLabel={t("cards.blockNow")}
      color="error"
      maxLength={MAX_REASON_LENGTH}
      onConfirm={async (reason) => {
        await dataProvider.change("POST", `${cardApiPath(card.id)}/block`, { reason });
        notify(t("cards.blocked"), { type: "success" });
        refresh();
      }}
      onClose={onClose}
    />
  );
}

/** Another chip in a card's place; it lies on the reader. */
export function ReplaceDialog({
  card,
  reader,
  onReplaced,
  onClose,
}: {
  card: Card;
  reader: CardReader;
  onReplaced: (next: Card) => void;
  onClose: () => void;
}) {
  const t = useT();
  const desk = useCardDesk();
  const held = useHeldAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  return (
    <ConfirmWithReason
      title={t("cards.replace")}
      help={t("cards.replaceHelp")}
      confirmLabel={t("cards.replaceNow")}
      maxLength={MAX_REASON_LENGTH}
      onConfirm={async (reason) => {
        const handled = await held.run(["replace", reason], reader, (seen, key) =>
          dataProvider.act<Handled>(`${cardApiPath(card.id)}/replace`, { reason, ...seen }, key),
        );
        onReplaced(await desk.finish(handled, t("cards.replaced")));
      }}
      onClose={onClose}
    />
  );
}

/** Takes the card on the reader back; its meter's count proves what of it is left. */
export function SettleDialog({
  card,
  reader,
  onClose,
}: {
  card: Card;
  reader: CardReader;
  onClose: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const desk = useCardDesk();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [taken, setTaken] = useState("");
  return (
    <ConfirmWithReason
      title={t("cards.settle")}
      help={t("cards.settleHelp", { amount: format.money(card.carriedMinor) })}
      confirmLabel={t("cards.settleNow")}
      color="warning"
      maxLength={MAX_REASON_LENGTH}
      onConfirm={async (reason) => {
        const handled = await dataProvider.change<Handled>("POST", `${cardApiPath(card.id)}/settle`, {
          reason,
          ...(taken !== "" && { takenCount: Number(taken) }),
          ...(await reader.read()),
        });
        await desk.finish(handled, t("cards.settled"));
      }}
      onClose={onClose}
    >
      <TextField
        label={t("cards.takenCount")}
        value={taken}
        helperText={t("cards.takenCountHelp", { count: card.takenCount })}
        onChange={(event) => setTaken(event.target.value.replace(/\D/g, ""))}
        slotProps={{ htmlInput: { inputMode: "numeric", autoComplete: "off", maxLength: 9 } }}
      />
    </ConfirmWithReason>
  );
}
