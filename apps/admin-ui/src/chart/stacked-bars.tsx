import { Box, Skeleton, Typography } from "@mui/material";
import { lazy, Suspense } from "react";
import type { StackedChartProps } from "./stacked-chart.tsx";

const StackedChart = lazy(() => import("./stacked-chart.tsx"));

/** Parts of a whole over categories, with what each colour stands for. */
export const StackedBars = (props: StackedChartProps) => (
  <Box sx={{ display: "grid", gap: 1 }}>
    {props.series.length > 1 && (
      <Box component="ul" sx={{ m: 0, p: 0, display: "flex", flexWrap: "wrap", columnGap: 2, rowGap: 0.5 }}>
        {props.series.map(({ name, color }) => (
          <Box
            key={name}
            component="li"
            sx={{ listStyle: "none", display: "flex", gap: 0.75, alignItems: "center" }}
          >
            <Box aria-hidden sx={{ width: 12, height: 12, borderRadius: 0.5, backgroundColor: color }} />
            <Typography variant="caption">{name}</Typography>
          </Box>
        ))}
      </Box>
    )}
    <Suspense fallback={<Skeleton variant="rounded" height={props.height ?? 240} />}>
      <StackedChart {...props} />
    </Suspense>
  </Box>
);
