import { TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify, useRefresh } from "react-admin";
import type { Household, Purchase } from "../api/rows.ts";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { ChoiceField } from "../shared/choice-field.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { useKeyedAct } from "../shared/use-keyed-act.ts";
import { AmountField } from "./amount-field.tsx";
import { useAmount } from "./use-amount.ts";

const MAX_REASON_LENGTH = 200;
const SIGNS = ["give", "take"] as const;

/** Asks for a correction of an account, or takes a sale back whose shift is closed; a second person approves it. */
export function AdjustDialog({
  household,
  purchase,
  onClose,
}: {
  household: Household;
  /** The sale that is taken back; without it, the amount is asked. */
  purchase?: Purchase;
  onClose: () => void;
}) {
  const t = useT();
  const format = useFormat();
  const notify = useNotify();
  const refresh = useRefresh();
  const keyed = useKeyedAct();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const [sign, setSign] = useState<(typeof SIGNS)[number]>("give");
  const { minor: typedMinor, field } = useAmount();
  const [reason, setReason] = useState("");
  const body = {
    householdId: household.id,
    reason: reason.trim(),
    ...(purchase
      ? { purchaseId: purchase.id }
      : { amountMinor: (typedMinor ?? 0) * (sign === "take" ? -1 : 1) }),
  };
  return (
    <FormDialog
      title={t(purchase ? "tills.takeSaleBack" : "tills.adjust")}
      submitLabel={t("tills.ask")}
      canSubmit={(purchase !== undefined || typedMinor !== null) && body.reason !== ""}
      onSubmit={async () => {
        await dataProvider.act("/adjustments", body, keyed.keyFor(body));
        keyed.settle();
        notify(t("tills.asked"), { type: "success" });
        refresh();
      }}
      onClose={onClose}
    >
      <Typography variant="body2">
        {purchase
          ? t("tills.takeSaleBackHelp", {
              amount: format.money(purchase.amountMinor),
              number: purchase.receiptNumber,
            })
          : t("tills.adjustHelp")}
      </Typography>
      {purchase === undefined && (
        <>
          <ChoiceField
            label={t("tills.sign")}
            value={sign}
            choices={SIGNS.map((value) => ({ value, label: t(`tills.signs.${value}`) }))}
            onChange={setSign}
          />
          <AmountField autoFocus label={t("tills.amount")} {...field} />
        </>
      )}
      <TextField
        required
        multiline
        label={t("confirm.reason")}
        helperText={t("confirm.reasonHelp")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_REASON_LENGTH } }}
      />
    </FormDialog>
  );
}
