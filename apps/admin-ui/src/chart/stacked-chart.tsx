import { Box, useTheme } from "@mui/material";
import { useEffect, useRef } from "react";
import { init } from "./echarts.ts";

export interface StackedSeries {
  name: string;
  color: string;
  values: readonly number[];
}

export interface StackedChartProps {
  /** What the chart says, for those who cannot see it; the page offers the same numbers as a table. */
  label: string;
  categories: readonly string[];
  /** From the bottom up. */
  series: readonly StackedSeries[];
  formatValue: (value: number) => string;
  formatAxis: (value: number) => string;
  height?: number;
}

/** Parts of a whole over categories. Default export of a lazy chunk: use `StackedBars`. */
export default function StackedChart({
  label,
  categories,
  series,
  formatValue,
  formatAxis,
  height = 240,
}: StackedChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const { palette, typography } = useTheme();

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = init(element);
    const resized = new ResizeObserver(() => chart.resize());
    resized.observe(element);
    const text = { color: palette.text.secondary, fontFamily: typography.fontFamily, fontSize: 12 };
    chart.setOption({
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 250,
      grid: {
        left: 8,
        right: 8,
        top: 12,
        bottom: 4,
        outerBoundsMode: "same",
        outerBoundsContain: "axisLabel",
      },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: palette.background.paper,
        borderColor: palette.divider,
        textStyle: { ...text, color: palette.text.primary },
        valueFormatter: (value: unknown) => (typeof value === "number" ? formatValue(value) : "—"),
      },
      xAxis: {
        type: "category",
        data: [...categories],
        axisLabel: { ...text, hideOverlap: true },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: palette.divider } },
      },
      yAxis: {
        type: "value",
        axisLabel: { ...text, formatter: formatAxis },
        splitLine: { lineStyle: { color: palette.divider } },
        splitNumber: 4,
      },
      series: series.map(({ name, color, values }) => ({
        type: "bar",
        stack: "all",
        name,
        barCategoryGap: "22%",
        barMaxWidth: 48,
        itemStyle: { color },
        data: [...values],
      })),
    });
    return () => {
      resized.disconnect();
      chart.dispose();
    };
  }, [categories, series, formatValue, formatAxis, palette, typography]);

  return <Box ref={place} role="img" aria-label={label} sx={{ height, width: "100%" }} />;
}
