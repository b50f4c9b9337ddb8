import { Skeleton } from "@mui/material";
import { lazy, Suspense } from "react";
import type { SeriesChartProps } from "./series-chart.tsx";

const SeriesChart = lazy(() => import("./series-chart.tsx"));

/** The chart library comes with the first chart, not with the first page. */
export const Chart = (props: SeriesChartProps) => (
  <Suspense fallback={<Skeleton variant="rounded" height={props.height ?? 220} />}>
    <SeriesChart {...props} />
  </Suspense>
);
