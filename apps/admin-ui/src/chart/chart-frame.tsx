import { Box, type Theme, useTheme } from "@mui/material";
import { useEffect, useRef } from "react";
import { init } from "./echarts.ts";

export interface FrameProps {
  /** What the chart says, for those who cannot see it; the page offers the same numbers as a table. */
  label: string;
  categories: readonly string[];
  formatValue: (value: number) => string;
  formatAxis: (value: number) => string;
  height?: number;
  /** Names one category in so many; as many as fit without it. */
  labelEvery?: number;
}

type Series = Parameters<ReturnType<typeof init>["setOption"]>[0]["series"];

/** Axes, grid and tooltip of every chart over categories, in the theme's colours; `seriesOf` draws what stands in it. */
export function ChartFrame({
  label,
  categories,
  formatValue,
  formatAxis,
  height = 240,
  labelEvery,
  seriesOf,
}: FrameProps & {
  /** Kept by its caller while nothing of it changes: a new one draws the chart anew. */
  seriesOf: (palette: Theme["palette"]) => Series;
}) {
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
        // Half of the last label.
        right: 24,
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
        axisLabel: {
          ...text,
          hideOverlap: true,
          ...(labelEvery !== undefined && { interval: labelEvery - 1 }),
        },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: palette.divider } },
      },
      yAxis: {
        type: "value",
        axisLabel: { ...text, formatter: formatAxis },
        splitLine: { lineStyle: { color: palette.divider } },
        splitNumber: 4,
      },
      series: seriesOf(palette),
    });
    return () => {
      resized.disconnect();
      chart.dispose();
    };
  }, [categories, labelEvery, seriesOf, formatValue, formatAxis, palette, typography]);

  return <Box ref={place} role="img" aria-label={label} sx={{ height, width: "100%" }} />;
}
