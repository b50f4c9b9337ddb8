import { useCallback } from "react";
import { ChartFrame, type FrameProps } from "./chart-frame.tsx";

export interface StackedSeries {
  name: string;
  color: string;
  values: readonly number[];
}

export interface StackedChartProps extends FrameProps {
  /** From the bottom up. */
  series: readonly StackedSeries[];
}

/** Parts of a whole over categories. Default export of a lazy chunk: use `StackedBars`. */
export default function StackedChart({ series, ...frame }: StackedChartProps) {
  const seriesOf = useCallback(
    () =>
      series.map(({ name, color, values }) => ({
        type: "bar" as const,
        stack: "all",
        name,
        barCategoryGap: "22%",
        barMaxWidth: 48,
        itemStyle: { color },
        data: [...values],
      })),
    [series],
  );
  return <ChartFrame {...frame} seriesOf={seriesOf} />;
}
