import { Box, useMediaQuery, useTheme } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { pictureOf, type RecordedStep } from "./recorded-step.ts";

/** As wide as its place, so that its figures are as large as text. */
const WIDTHS = { desk: 560, phone: 332 } as const;
const HEIGHT = 200;
const LEFT = 58;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;
/** Two figures closer than this would be written into each other. */
const TICK_GAP = 16;

/** The samples of a judged step: active power as it stepped, reactive power below it, the threshold between base and step. */
export function StepChart({ step, stepThresholdW }: { step: RecordedStep; stepThresholdW: number }) {
  const t = useT();
  const format = useFormat();
  const theme = useTheme();
  const width = WIDTHS[useMediaQuery(theme.breakpoints.up("sm"), { noSsr: true }) ? "desk" : "phone"];
  const picture = pictureOf(step);
  if (picture === null) return null;
  const { points, baseW, onsetS, lastS, lowW, highW } = picture;
  const thresholdW = baseW + stepThresholdW;
  const top = Math.max(highW, thresholdW);
  const x = (atS: number) => LEFT + (atS / lastS) * (width - LEFT - RIGHT);
  const y = (watts: number) => HEIGHT - BOTTOM - ((watts - lowW) / (top - lowW)) * (HEIGHT - TOP - BOTTOM);
  const ticks = [top, baseW, lowW].filter((watts, index, all) =>
    all.slice(0, index).every((other) => Math.abs(y(other) - y(watts)) > TICK_GAP),
  );
  const line = (of: (point: (typeof points)[number]) => number) =>
    points
      .map(
        (point, index) => `${index === 0 ? "M" : "L"}${x(point.atS).toFixed(1)} ${y(of(point)).toFixed(1)}`,
      )
      .join(" ");
  const label = t("evidence.chart", {
    ...{ base: format.power(baseW), step: format.power(step.deltaPowerW) },
    ...{ reactive: format.reactive(step.deltaReactiveVar), seconds: format.duration(Math.round(lastS)) },
  });
  return (
    <Box
      component="svg"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      sx={{
        width: "100%",
        height: "auto",
        fontSize: 12,
        "& text": { fill: "currentColor" },
        color: "text.secondary",
      }}
    >
      {ticks.map((watts) => (
        <g key={watts}>
          <Box
            component="line"
            x1={LEFT}
            x2={width - RIGHT}
            y1={y(watts)}
            y2={y(watts)}
            stroke="currentColor"
            sx={{ opacity: 0.25 }}
          />
          <text x={LEFT - 6} y={y(watts) + 4} textAnchor="end">
            {format.power(watts)}
          </text>
        </g>
      ))}
      <Box
        component="line"
        x1={LEFT}
        x2={width - RIGHT}
        y1={y(thresholdW)}
        y2={y(thresholdW)}
        stroke="currentColor"
        sx={{ color: "warning.main", strokeDasharray: "6 4", strokeWidth: 1.5 }}
      />
      {onsetS !== null && (
        <Box
          component="line"
          x1={x(onsetS)}
          x2={x(onsetS)}
          y1={TOP}
          y2={HEIGHT - BOTTOM}
          sx={{ opacity: 0.5, strokeDasharray: "2 3" }}
          stroke="currentColor"
        />
      )}
      <Box
        component="path"
        d={line(({ reactiveVar }) => reactiveVar)}
        fill="none"
        stroke="currentColor"
        sx={{ strokeWidth: 1.5, strokeDasharray: "3 3" }}
      />
      <Box
        component="path"
        d={line(({ powerW }) => powerW)}
        fill="none"
        stroke="currentColor"
        sx={{ color: "primary.main", strokeWidth: 2.5 }}
      />
      {points.map(({ atS, powerW }) => (
        <Box
          key={atS}
          component="circle"
          cx={x(atS)}
          cy={y(powerW)}
          r={3}
          fill="currentColor"
          sx={{ color: "primary.main" }}
        />
      ))}
      <text x={LEFT} y={HEIGHT - 8}>
        0
      </text>
      <text x={width - RIGHT} y={HEIGHT - 8} textAnchor="end">
        {format.duration(Math.round(lastS))}
      </text>
    </Box>
  );
}
