import { Box, Typography } from "@mui/material";
import type { Alarm } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";

const WIDTH = 280;
const HEIGHT = 56;
const PAD = 4;

/** The samples behind a verdict, small: active power over time, the newest dot filled. */
export function EvidenceLine({ evidence }: { evidence: Alarm["evidence"] }) {
  const t = useT();
  const format = useFormat();
  const samples = evidence?.samples ?? [];
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined)
    return (
      <Typography variant="body2" color="textSecondary">
        {t("alarms.noEvidence")}
      </Typography>
    );
  const fromMs = Date.parse(first.at);
  const spanMs = Math.max(Date.parse(last.at) - fromMs, 1);
  const powers = samples.map(({ activePowerW }) => activePowerW);
  const lowW = Math.min(...powers);
  const highW = Math.max(...powers);
  const points = samples.map(({ at, activePowerW }) => ({
    x: PAD + ((Date.parse(at) - fromMs) / spanMs) * (WIDTH - 2 * PAD),
    y: HEIGHT - PAD - ((activePowerW - lowW) / Math.max(highW - lowW, 1)) * (HEIGHT - 2 * PAD),
  }));
  const end = points.at(-1);
  const label = t("alarms.evidenceChart", { from: format.power(lowW), to: format.power(highW) });
  return (
    <Box>
      <Box
        component="svg"
        role="img"
        aria-label={label}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        sx={{ width: "100%", maxWidth: WIDTH, height: HEIGHT, color: "primary.main", display: "block" }}
      >
        <polyline
          points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinejoin="round"
        />
        {end && <circle cx={end.x} cy={end.y} r="3.5" fill="currentColor" />}
      </Box>
      <Typography variant="caption" color="textSecondary" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {format.clock(first.at)} – {format.clock(last.at)} · {format.power(lowW)} – {format.power(highW)}
        {evidence?.ruleVersion !== undefined && ` · ${t("alarms.rule", { version: evidence.ruleVersion })}`}
      </Typography>
    </Box>
  );
}
