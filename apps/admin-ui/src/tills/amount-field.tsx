import { TextField } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";

/** Money as a person types it; what it means is `parseAmountMinor`'s. */
export function AmountField({
  label,
  value,
  isBad,
  onChange,
  autoFocus = false,
  helperText,
}: {
  label: string;
  value: string;
  isBad: boolean;
  onChange: (value: string) => void;
  autoFocus?: boolean;
  helperText?: string;
}) {
  const t = useT();
  const { currency } = useSite();
  return (
    <TextField
      required
      autoFocus={autoFocus}
      label={`${label} (${currency})`}
      value={value}
      error={isBad}
      helperText={isBad ? t("tills.amountBad") : helperText}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ htmlInput: { inputMode: "decimal", autoComplete: "off" } }}
    />
  );
}
