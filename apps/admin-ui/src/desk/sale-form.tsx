import { Box, Button, TextField, Typography } from "@mui/material";
import { type FormEvent, type Ref, useState } from "react";
import { useStore } from "react-admin";
import { parseAmountMinor } from "../format/decimal.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";

const METHODS = ["cash", "card", "transfer"] as const;
type Method = (typeof METHODS)[number];

/** In major units; a click sets the amount, it never sells. */
const USUAL_AMOUNTS = [20, 50, 100, 200] as const;
/** In major units: above it the desk asks once more, because a zero too many is typed easily. */
const LARGE_AMOUNT = 1000;
const MAX_NOTE_LENGTH = 200;

export interface SaleFields {
  amountMinor: number;
  method: Method;
  note?: string;
}

interface Props {
  amountRef: Ref<HTMLInputElement>;
  householdName: string;
  balanceMinor: number | undefined;
  isRunning: boolean;
  onSell: (fields: SaleFields) => void;
}

/** Amount, Enter. Everything else has a sensible value already. */
export function SaleForm({ amountRef, householdName, balanceMinor, isRunning, onSell }: Props) {
  const t = useT();
  const format = useFormat();
  const { currency, currencyDigits } = useSite();
  const [amount, setAmount] = useState("");
  const [note, setNote] = useState("");
  const [method, setMethod] = useStore<Method>("hallmeter.desk.method", "cash");
  const [isRefused, setIsRefused] = useState(false);
  const [asksLarge, setAsksLarge] = useState(false);

  const amountMinor = parseAmountMinor(amount, currencyDigits);
  const isSellable = amountMinor !== null && amountMinor > 0;
  const perMajor = 10 ** currencyDigits;
  const fields: SaleFields | null = isSellable
    ? { amountMinor, method, ...(note.trim() !== "" && { note: note.trim() }) }
    : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isRunning) return;
    if (fields === null) setIsRefused(true);
    else if (fields.amountMinor > LARGE_AMOUNT * perMajor) setAsksLarge(true);
    else onSell(fields);
  }

  return (
    <Box component="form" onSubmit={submit} noValidate sx={{ display: "grid", gap: 2 }}>
      <Box sx={{ display: "grid", gap: 1 }}>
        <TextField
          inputRef={amountRef}
          autoFocus
          required
          label={t("desk.amount", { currency })}
          value={amount}
          error={isRefused}
          helperText={
            isRefused
              ? t("desk.amountBad")
              : isSellable && balanceMinor !== undefined
                ? t("desk.after", { amount: format.money(balanceMinor + amountMinor) })
                : " "
          }
          onChange={(event) => {
            setAmount(event.target.value);
            setIsRefused(false);
          }}
          slotProps={{
            htmlInput: {
              inputMode: "decimal",
              autoComplete: "off",
              style: { fontSize: "1.5rem", fontWeight: 650, fontVariantNumeric: "tabular-nums" },
            },
          }}
        />
        <Box role="group" aria-label={t("desk.quick")} sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
          {USUAL_AMOUNTS.map((usual) => (
            <Button
              key={usual}
              size="small"
              variant="outlined"
              onClick={() => {
                setAmount(format.amount(usual * perMajor));
                setIsRefused(false);
              }}
            >
              {format.money(usual * perMajor)}
            </Button>
          ))}
        </Box>
      </Box>
      <Box sx={{ display: "grid", gap: 0.75 }}>
        <Typography variant="body2" color="textSecondary" aria-hidden>
          {t("desk.method")}
        </Typography>
        <ToggleChips
          label={t("desk.method")}
          options={METHODS.map((value) => ({ value, label: t(`method.${value}`) }))}
          value={method}
          onChange={setMethod}
        />
      </Box>
      <TextField
        label={t("desk.note")}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        slotProps={{ htmlInput: { maxLength: MAX_NOTE_LENGTH } }}
      />
      <Button type="submit" variant="contained" size="large" loading={isRunning}>
        {isSellable ? t("desk.sellAmount", { amount: format.money(amountMinor) }) : t("desk.sell")}
      </Button>
      {asksLarge && fields !== null && (
        <ConfirmWithReason
          title={t("desk.large")}
          help={t("desk.largeAsk", { amount: format.money(fields.amountMinor), household: householdName })}
          confirmLabel={t("desk.sellAmount", { amount: format.money(fields.amountMinor) })}
          reasonLabel={t("desk.note")}
          reasonRequired={false}
          maxLength={MAX_NOTE_LENGTH}
          onConfirm={async (typed) => onSell(typed === "" ? fields : { ...fields, note: typed })}
          onClose={() => setAsksLarge(false)}
        />
      )}
    </Box>
  );
}
