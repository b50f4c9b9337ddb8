import { InputAdornment, TextField } from "@mui/material";
import { useState } from "react";
import { minorToDecimal, parseAmountMinor } from "../format/decimal.ts";

/** A decimal of an integer scaled by a power of ten, without zeros that say nothing: 680000 with 6 digits is "0.68". */
export const plainDecimal = (value: number, digits: number): string =>
  digits === 0 ? String(value) : minorToDecimal(value, digits).replace(/\.?0+$/, "");

/** A number that is kept as an integer of its last digit; what cannot be read is not taken, and goes when one leaves. */
export function DecimalField({
  label,
  value,
  digits,
  unit,
  width = 150,
  most = 1_000_000_000,
  onChange,
}: {
  label: string;
  value: number;
  digits: number;
  unit?: string;
  width?: number | string;
  most?: number;
  onChange: (value: number) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null ? value : parseAmountMinor(typed, digits);
  const isWrong = read === null || read > most;
  return (
    <TextField
      size="small"
      label={label}
      value={typed ?? plainDecimal(value, digits)}
      error={isWrong}
      onChange={(event) => {
        const text = event.target.value;
        setTyped(text);
        const next = parseAmountMinor(text, digits);
        if (next !== null && next <= most) onChange(next);
      }}
      onBlur={() => setTyped(null)}
      sx={{ width }}
      slotProps={{
        htmlInput: {
          inputMode: "decimal",
          style: { textAlign: "right", fontVariantNumeric: "tabular-nums" },
        },
        input:
          unit === undefined ? {} : { endAdornment: <InputAdornment position="end">{unit}</InputAdornment> },
      }}
    />
  );
}
