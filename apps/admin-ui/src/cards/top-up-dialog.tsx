import { Typography } from "@mui/material";
import { useDataProvider, useStore } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { AmountField } from "../tills/amount-field.tsx";
import { useAmount } from "../tills/use-amount.ts";
import type { CardReader } from "./card-reader.ts";
import type { Card, Handled } from "./rows.ts";
import { cardApiPath, useCardDesk } from "./use-card-desk.ts";
import { useHeldAct } from "./use-held-act.ts";

const METHODS = ["cash", "card", "transfer"] as const;
type Method = (typeof METHODS)[number];

/** A sale that the card on the reader takes to its meter. */
export function TopUpDialog({
  card,
  reader,
  householdName,
  onClose,
}: {
  card: Card;
  reader: CardReader;
  householdName: string;
  onClose: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const desk = useCardDesk();
  const held = useHeldAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const { minor: amountMinor, field } = useAmount();
  const [method, setMethod] = useStore<Method>("hallmeter.desk.method", "cash");
  return (
    <FormDialog
      title={t("cards.topUp")}
      submitLabel={
        amountMinor === null ? t("desk.sell") : t("desk.sellAmount", { amount: format.money(amountMinor) })
      }
      canSubmit={amountMinor !== null}
      onSubmit={async () => {
        if (amountMinor === null) return;
        const sale = { amountMinor, method };
        const handled = await held.run(sale, reader, (seen, key) =>
          dataProvider.act<Handled>(`${cardApiPath(card.id)}/top-up`, { ...sale, ...seen }, key),
        );
        await desk.finish(
          handled,
          t("cards.sold", { amount: format.money(amountMinor), household: householdName }),
        );
      }}
      onClose={onClose}
    >
      <Typography variant="body2">{t("cards.topUpHelp", { household: householdName })}</Typography>
      <AmountField autoFocus label={t("tills.amount")} {...field} />
      <ToggleChips
        label={t("desk.method")}
        options={METHODS.map((value) => ({ value, label: t(`method.${value}`) }))}
        value={method}
        onChange={setMethod}
      />
    </FormDialog>
  );
}
