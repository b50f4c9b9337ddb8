import { MenuItem, type SxProps, TextField } from "@mui/material";

/** One of a few values, each with its words; an empty value may be one of them. */
export function ChoiceField<Value extends string | number>({
  label,
  value,
  choices,
  onChange,
  minWidth,
  sx,
  helperText,
}: {
  label: string;
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
  minWidth?: number;
  /** Place and breadth among its neighbours. */
  sx?: SxProps;
  helperText?: string;
}) {
  return (
    <TextField
      select
      size="small"
      label={label}
      value={value}
      helperText={helperText}
      onChange={(event) => {
        const chosen = choices.find((choice) => choice.value === event.target.value);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      sx={{ ...(minWidth !== undefined && { minWidth }), ...(sx as object) }}
    >
      {choices.map((choice) => (
        <MenuItem key={choice.value} value={choice.value}>
          {choice.label}
        </MenuItem>
      ))}
    </TextField>
  );
}
