import { Box, Paper, Typography, useTheme } from "@mui/material";
import type { ReactNode } from "react";
import { seriesColor } from "../theme/series-colors.ts";

export interface Figure {
  label: string;
  value: ReactNode;
  help?: string;
}

/** The few numbers that a report comes down to. */
export const Figures = ({ figures }: { figures: readonly Figure[] }) => (
  <Box
    component="dl"
    sx={{
      ...{ m: 0, display: "grid", gap: 1 },
      gridTemplateColumns: { xs: "repeat(2, minmax(0, 1fr))", md: "repeat(auto-fit, minmax(150px, 1fr))" },
    }}
  >
    {figures.map(({ label, value, help }) => (
      <Paper key={label} variant="outlined" component="div" sx={{ px: 2, py: 1.25 }}>
        <Typography component="dt" variant="caption" color="textSecondary">
          {label}
        </Typography>
        <Box component="dd" sx={{ m: 0 }}>
          <Box
            component="span"
            sx={{
              fontSize: { xs: "1.125rem", sm: "1.375rem" },
              fontWeight: 650,
              fontVariantNumeric: "tabular-nums",
            }}
          >
            {value}
          </Box>
          {help !== undefined && (
            <Typography component="span" variant="caption" color="textSecondary" sx={{ display: "block" }}>
              {help}
            </Typography>
          )}
        </Box>
      </Paper>
    ))}
  </Box>
);

export interface Bar {
  key: string;
  label: ReactNode;
  value: number;
  text: string;
  note?: ReactNode;
  isDoubtful?: boolean;
}

/** A ranking as bars: the same list is the picture and the table. */
export function BarList({ label, bars }: { label: string; bars: readonly Bar[] }) {
  const { palette } = useTheme();
  const largest = Math.max(1, ...bars.map(({ value }) => Math.abs(value)));
  return (
    <Box component="ol" aria-label={label} sx={{ m: 0, p: 0, display: "grid", gap: 1 }}>
      {bars.map((bar) => (
        <Box
          key={bar.key}
          component="li"
          sx={{
            ...{ listStyle: "none", display: "grid", columnGap: 2, rowGap: 0.25, alignItems: "center" },
            gridTemplateColumns: {
              xs: "minmax(0, 1fr) max-content",
              sm: "minmax(0, 260px) minmax(0, 1fr) 136px",
            },
          }}
        >
          <Box sx={{ minWidth: 0, overflowWrap: "anywhere" }}>
            {bar.label}
            {bar.note !== undefined && (
              <Typography component="span" variant="caption" color="textSecondary" sx={{ display: "block" }}>
                {bar.note}
              </Typography>
            )}
          </Box>
          <Box
            aria-hidden
            sx={{ order: { xs: 3, sm: 0 }, gridColumn: { xs: "1 / -1", sm: "auto" }, height: 12 }}
          >
            <Box
              sx={{
                ...{ height: "100%", minWidth: bar.value === 0 ? 0 : 2, borderRadius: 0.5 },
                width: `${(Math.abs(bar.value) / largest) * 100}%`,
                backgroundColor: bar.isDoubtful ? palette.warning.main : seriesColor(0, palette.mode),
              }}
            />
          </Box>
          <Typography
            variant="body2"
            align="right"
            sx={{ fontVariantNumeric: "tabular-nums", fontWeight: 600 }}
          >
            {bar.text}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}
