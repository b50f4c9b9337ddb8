import { Box, Typography } from "@mui/material";
import { type StateColor, stateVar } from "../theme/state-colors.ts";

export interface BarPart {
  label: string;
  value: number;
  color: StateColor;
}
export interface Bar {
  label: string;
  /** Above the bar. */
  top: string;
  /** What the whole bar says, in words. */
  text: string;
  parts: readonly BarPart[];
}

const HEIGHT_PX = 160;

/** Bars of parts of a whole, to the scale of the largest; the page has the same numbers as text. */
export function StackedBars({
  label,
  bars,
  legend,
}: {
  label: string;
  bars: readonly Bar[];
  legend: readonly Pick<BarPart, "label" | "color">[];
}) {
  const largest = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Box
        role="img"
        aria-label={`${label}. ${bars.map((bar) => `${bar.label}: ${bar.text}`).join("; ")}`}
        sx={{ display: "flex", gap: { xs: 0.5, sm: 1 }, alignItems: "end" }}
      >
        {bars.map((bar) => (
          <Box key={bar.label} title={bar.text} sx={{ flex: "1 1 0", maxWidth: 80, minWidth: 0 }}>
            <Typography
              component="div"
              variant="caption"
              noWrap
              sx={{ textAlign: "center", mb: 0.5, fontVariantNumeric: "tabular-nums" }}
            >
              {bar.top}
            </Typography>
            <Box
              sx={{
                height: HEIGHT_PX,
                display: "flex",
                flexDirection: "column-reverse",
                borderBottom: 1,
                borderColor: "divider",
              }}
            >
              {bar.parts.map(({ label: part, value, color }) => (
                <Box
                  key={part}
                  sx={{
                    height: `${(value / largest) * 100}%`,
                    backgroundColor: stateVar(color, "edge"),
                    "&:not(:first-of-type)":
                      value > 0 ? { borderBottom: 1, borderColor: "background.paper" } : {},
                  }}
                />
              ))}
            </Box>
            <Typography
              component="div"
              variant="caption"
              color="textSecondary"
              noWrap
              sx={{ textAlign: "center", mt: 0.5 }}
            >
              {bar.label}
            </Typography>
          </Box>
        ))}
      </Box>
      <Box aria-hidden sx={{ display: "flex", gap: 2, flexWrap: "wrap" }}>
        {legend.map(({ label: part, color }) => (
          <Typography
            key={part}
            variant="caption"
            sx={{ display: "inline-flex", alignItems: "center", gap: 0.75 }}
          >
            <Box
              component="span"
              sx={{ width: 12, height: 12, borderRadius: 0.5, backgroundColor: stateVar(color, "edge") }}
            />
            {part}
          </Typography>
        ))}
      </Box>
    </Box>
  );
}
