import { Box, useTheme } from "@mui/material";
import { useEffect, useRef } from "react";
import { init } from "./echarts.ts";

export interface SeriesChartProps {
  /** What the chart says, for those who cannot see it; the page offers the same numbers as a table. */
  label: string;
  kind: "bar" | "line";
  categories: readonly string[];
  values: readonly (number | null)[];
  /** Points drawn in the colour of doubt. */
  doubtful?: readonly boolean[];
  formatValue: (value: number) => string;
  formatAxis: (value: number) => string;
  height?: number;
}

/** One series over categories. Default export of a lazy chunk: use `Chart`. */
export default function SeriesChart({
  label,
  kind,
  categories,
  values,
  doubtful,
  formatValue,
  formatAxis,
  height = 220,
}: SeriesChartProps) {
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
      series: [
        {
          type: kind,
          sampling: kind === "line" ? "lttb" : undefined,
          showSymbol: false,
          barCategoryGap: "18%",
          barMaxWidth: 48,
          itemStyle: { color: palette.primary.main, borderRadius: [2, 2, 0, 0] },
          lineStyle: { width: 2, color: palette.primary.main },
          data: values.map((value, index) =>
            doubtful?.[index] === true ? { value, itemStyle: { color: palette.warning.main } } : value,
          ),
        },
      ],
    });
    return () => {
      resized.disconnect();
      chart.dispose();
    };
  }, [kind, categories, values, doubtful, formatValue, formatAxis, palette, typography]);

  return <Box ref={place} role="img" aria-label={label} sx={{ height, width: "100%" }} />;
}
