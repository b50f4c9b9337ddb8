import { Box, ButtonBase } from "@mui/material";
import type { ReactNode } from "react";
import { tapHeight } from "../theme/touch.ts";

export interface ChipOption<Value extends string> {
  value: Value;
  label: string;
  count?: number;
  mark?: ReactNode;
}

/** A row of filters of which one is on. */
export function ToggleChips<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly ChipOption<Value>[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <Box role="group" aria-label={label} sx={{ display: "flex", flexWrap: "wrap", gap: 0.75 }}>
      {options.map((option) => {
        const isOn = option.value === value;
        return (
          <ButtonBase
            key={option.value}
            aria-pressed={isOn}
            onClick={() => onChange(option.value)}
            sx={{
              gap: 0.75,
              px: 1.25,
              ...tapHeight(32),
              borderRadius: 4,
              border: 1,
              borderColor: isOn ? "primary.main" : "divider",
              backgroundColor: isOn ? "primary.main" : "background.paper",
              color: isOn ? "primary.contrastText" : "text.primary",
              fontFamily: "inherit",
              fontSize: "0.875rem",
              fontWeight: isOn ? 650 : 500,
              fontVariantNumeric: "tabular-nums",
              "&:focus-visible": { outline: 2, outlineOffset: 2, outlineColor: "primary.main" },
            }}
          >
            {option.mark}
            <Box
              component="span"
              sx={{ display: "inline-block", "&::first-letter": { textTransform: "uppercase" } }}
            >
              {option.label}
            </Box>
            {option.count !== undefined && <strong>{option.count}</strong>}
          </ButtonBase>
        );
      })}
    </Box>
  );
}
