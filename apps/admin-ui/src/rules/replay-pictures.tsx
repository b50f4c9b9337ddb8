import type { ViciousLoadRule } from "@hallmeter/meter-model";
import { Box, type Theme, useMediaQuery, useTheme } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { factorOf, measuredOf, replayScale } from "./replay-scale.ts";
import type { Replay, ReplayedStep, VerdictAction } from "./rows.ts";

const HEIGHT = 280;
const PAD = { left: 56, right: 12, top: 12, bottom: 36 };

const COLOR: Record<VerdictAction, (theme: Theme) => string> = {
  none: (theme) => theme.palette.text.secondary,
  alarm: (theme) => theme.palette.warning.main,
  trip: (theme) => theme.palette.error.main,
};

/** Units of the picture: on a narrow screen fewer, so that its texts stay as large. */
function useWidth(): number {
  const { breakpoints } = useTheme();
  return useMediaQuery(breakpoints.down("sm")) ? 340 : 640;
}

const wouldTrip = (steps: readonly ReplayedStep[]) =>
  steps.filter(({ proposed }) => proposed.action === "trip").length;

/** A dot is filled where the proposed rule acts, and ringed where it judges differently. */
function Dot({ x, y, step, title }: { x: number; y: number; step: ReplayedStep; title: string }) {
  const { happened, proposed } = step;
  const isActing = proposed.action !== "none";
  return (
    <Box component="g" sx={{ color: COLOR[proposed.action] }}>
      <circle
        cx={x}
        cy={y}
        r={isActing ? 4.5 : 3.5}
        fill={isActing ? "currentColor" : "none"}
        fillOpacity="0.75"
        stroke="currentColor"
        strokeWidth="1.25"
      >
        <title>{title}</title>
      </circle>
      {happened.action !== proposed.action && (
        <circle cx={x} cy={y} r="8" fill="none" stroke="currentColor" strokeWidth="1.5" />
      )}
    </Box>
  );
}

/** Steps by power and resistive factor, with the corner that the rule watches. */
export function ReplayScatter({ replay, rule }: { replay: Replay; rule: ViciousLoadRule }) {
  const t = useT();
  const format = useFormat();
  const width = useWidth();
  const { steps } = replay;
  const { mostW, leastFactor } = replayScale(steps, rule.factorThresholdMilli);
  const x = (watts: number) =>
    PAD.left + (Math.max(0, Math.min(watts, mostW)) / mostW) * (width - PAD.left - PAD.right);
  const y = (factor: number) =>
    PAD.top + ((1 - Math.max(factor, leastFactor)) / (1 - leastFactor)) * (HEIGHT - PAD.top - PAD.bottom);
  const threshold = rule.factorThresholdMilli / 1000;
  const watched = rule.ranges
    .map(({ fromW, toW }) => ({ fromW: Math.max(fromW, rule.stepThresholdW), toW: Math.min(toW, mostW) }))
    .filter(({ fromW, toW }) => fromW < toW);
  const ticks = width < 600 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
  const label = t("rules.scatter", { would: wouldTrip(steps), steps: steps.length });
  return (
    <Box
      component="svg"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      sx={{
        width: "100%",
        display: "block",
        "& text": { fill: (theme) => theme.palette.text.secondary, fontSize: 12 },
      }}
    >
      <Box component="g" sx={{ color: "divider" }}>
        {ticks.map((part) => (
          <g key={part}>
            <line
              x1={PAD.left}
              x2={width - PAD.right}
              y1={y(leastFactor + part * (1 - leastFactor))}
              y2={y(leastFactor + part * (1 - leastFactor))}
              stroke="currentColor"
            />
            <text x={PAD.left - 8} y={y(leastFactor + part * (1 - leastFactor)) + 4} textAnchor="end">
              {(leastFactor + part * (1 - leastFactor)).toFixed(3)}
            </text>
            <text x={x(part * mostW)} y={HEIGHT - PAD.bottom + 18} textAnchor={part === 1 ? "end" : "middle"}>
              {format.power(part * mostW)}
            </text>
          </g>
        ))}
      </Box>
      {rule.mode !== "off" && (
        <Box component="g" sx={{ color: rule.mode === "trip" ? "error.main" : "warning.main" }}>
          {watched.map(({ fromW, toW }) => (
            <rect
              key={fromW}
              x={x(fromW)}
              width={x(toW) - x(fromW)}
              y={y(1)}
              height={y(threshold) - y(1)}
              fill="currentColor"
              fillOpacity="0.12"
              stroke="currentColor"
              strokeDasharray="4 3"
            />
          ))}
        </Box>
      )}
      {steps.map((step) => {
        const { deltaPowerW } = measuredOf(step);
        const title = `${format.dateTime(step.at)} · ${format.power(deltaPowerW)} · ${format.factorPpm(measuredOf(step).factorPpm)}`;
        return <Dot key={step.id} x={x(deltaPowerW)} y={y(factorOf(step))} step={step} title={title} />;
      })}
      <text x={width - PAD.right} y={HEIGHT - 4} textAnchor="end">
        {t("rules.axisPower")}
      </text>
      <text x={4} y={HEIGHT - 4}>
        {t("rules.axisFactor")}
      </text>
    </Box>
  );
}

const LINE_HEIGHT = 76;

/** The same steps along time, one stroke each, as high as its power. */
export function ReplayTimeline({ replay }: { replay: Replay }) {
  const t = useT();
  const format = useFormat();
  const width = useWidth();
  const { steps, from, to } = replay;
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const mostW = Math.max(1, ...steps.map((step) => measuredOf(step).deltaPowerW));
  const x = (at: string) =>
    PAD.left + ((Date.parse(at) - fromMs) / Math.max(1, toMs - fromMs)) * (width - PAD.left - PAD.right);
  const base = LINE_HEIGHT - 20;
  return (
    <Box
      component="svg"
      role="img"
      aria-label={t("rules.timeline", { would: wouldTrip(steps), steps: steps.length })}
      viewBox={`0 0 ${width} ${LINE_HEIGHT}`}
      sx={{
        width: "100%",
        display: "block",
        "& text": { fill: (theme) => theme.palette.text.secondary, fontSize: 12 },
      }}
    >
      {steps.map((step) => (
        <Box component="g" key={step.id} sx={{ color: COLOR[step.proposed.action] }}>
          <line
            x1={x(step.at)}
            x2={x(step.at)}
            y1={base}
            y2={base - 6 - (Math.max(0, measuredOf(step).deltaPowerW) / mostW) * (base - 14)}
            stroke="currentColor"
            strokeWidth="2"
          />
        </Box>
      ))}
      <Box component="g" sx={{ color: "divider" }}>
        <line x1={PAD.left} x2={width - PAD.right} y1={base} y2={base} stroke="currentColor" />
      </Box>
      <text x={PAD.left} y={LINE_HEIGHT - 4}>
        {format.dateTime(from)}
      </text>
      <text x={width - PAD.right} y={LINE_HEIGHT - 4} textAnchor="end">
        {format.dateTime(to)}
      </text>
    </Box>
  );
}
