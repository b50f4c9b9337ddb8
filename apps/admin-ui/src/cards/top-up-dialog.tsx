import { Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useStore } from "react-admin";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { parseAmountMinor } from "../format/decimal.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { AmountField } from "../tills/amount-field.tsx";
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
  const { currencyDigits } = useSite();
  const desk = useCardDesk();
  const held = useHeldAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [amount, setAmount] = useState("");
  const [method, setMethod] = useStore<Method>("hallmeter.desk.method", "cash");
  const amountMinor = parseAmountMinor(amount, currencyDigits);
  const isAmount = amountMinor !== null && amountMinor > 0;
  return (
    <FormDialog
      title={t("cards.topUp")}
      submitLabel={isAmount ? t("desk.sellAmount", { amount: format.money(amountMinor) }) : t("desk.sell")}
      canSubmit={isAmount}
      onSubmit={async () => {
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
      <AmountField
        autoFocus
        label={t("tills.amount")}
        value={amount}
        isBad={amount !== "" && !isAmount}
        onChange={setAmount}
      />
      <ToggleChips
        label={t("desk.method")}
        options={METHODS.map((value) => ({ value, label: t(`method.${value}`) }))}
        value={method}
        onChange={setMethod}
      />
    </FormDialog>
  );
}
