import type { Theme } from "@mui/material";
import { useCallback } from "react";
import { ChartFrame, type FrameProps } from "./chart-frame.tsx";

export interface SeriesChartProps extends FrameProps {
  kind: "bar" | "line";
  values: readonly (number | null)[];
  /** Points drawn in the colour of doubt. */
  doubtful?: readonly boolean[];
}

/** One series over categories. Default export of a lazy chunk: use `Chart`. */
export default function SeriesChart({ kind, values, doubtful, height = 220, ...frame }: SeriesChartProps) {
  const seriesOf = useCallback(
    (palette: Theme["palette"]) => [
      {
        type: kind,
        ...(kind === "line" && { sampling: "lttb" as const }),
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
    [kind, values, doubtful],
  );
  return <ChartFrame {...frame} height={height} seriesOf={seriesOf} />;
}
