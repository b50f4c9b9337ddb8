import { Box, Paper, Typography } from "@mui/material";
import { type ReactNode, useId } from "react";

/** A part of a page under its heading. */
export function Section({
  title,
  aside,
  children,
  flush = false,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  /** Content touches the edges, for tables. */
  flush?: boolean;
}) {
  const id = useId();
  return (
    <Paper
      component="section"
      aria-labelledby={id}
      variant="outlined"
      sx={{ minWidth: 0, overflow: "hidden" }}
    >
      <Box
        sx={{
          display: "flex",
          alignItems: "center",
          gap: 1,
          px: 2,
          pt: 1.5,
          pb: 1,
          flexWrap: "wrap",
          minHeight: 44,
        }}
      >
        <Typography variant="h2" id={id} sx={{ flex: "1 1 auto", minWidth: 0, maxWidth: "100%" }}>
          {title}
        </Typography>
        {aside}
      </Box>
      <Box sx={flush ? {} : { px: 2, pb: 2 }}>{children}</Box>
    </Paper>
  );
}

/** Label and value pairs. */
export const Facts = ({ children }: { children: ReactNode }) => (
  <Box
    component="dl"
    sx={{
      m: 0,
      display: "grid",
      gridTemplateColumns: { xs: "fit-content(42%) minmax(0, 1fr)", sm: "minmax(104px, max-content) 1fr" },
      columnGap: 2,
      rowGap: 0.75,
    }}
  >
    {children}
  </Box>
);

export const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <>
    <Typography component="dt" variant="body2" color="textSecondary">
      {label}
    </Typography>
    <Typography
      component="dd"
      variant="body2"
      sx={{ m: 0, minWidth: 0, overflowWrap: "anywhere", fontVariantNumeric: "tabular-nums" }}
    >
      {children}
    </Typography>
  </>
);

/** A column beside the work: below the bar at the top, with a scroll of its own where it is longer than the screen. */
export const STAYS_IN_SIGHT = {
  position: { lg: "sticky" },
  top: { lg: 72 },
  maxHeight: { lg: "calc(100vh - 88px)" },
  overflowY: { lg: "auto" },
} as const;
