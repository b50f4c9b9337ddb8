import type { BusStatistics } from "@hallmeter/meter-model";
import { Alert, Box, Typography } from "@mui/material";
import { useSentences } from "../i18n/use-sentences.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { stateVar } from "../theme/state-colors.ts";

const FULL_MILLI = 1000;

const LANES = ["trip", "restore", "sale", "person", "watch", "poll", "backfill", "scan"] as const;
const isLane = (name: string): name is (typeof LANES)[number] => LANES.some((lane) => lane === name);

/** How full the wire is: what was used of the last minute, and what the plan needs, on one scale. */
export function BusLoad({ statistics }: { statistics: BusStatistics }) {
  const t = useT();
  const sentences = useSentences();
  const format = useFormat();
  const { usedMilli, plannedMilli, ratePerSecondMilli, foreignBytes } = statistics;
  const isOver = plannedMilli > FULL_MILLI;
  const share = (milli: number) => `${Math.min(100, milli / 10)}%`;
  const text = t("network.loadText", {
    used: format.percentMilli(usedMilli),
    planned: format.percentMilli(plannedMilli),
    rate: format.integer(Math.round(ratePerSecondMilli / 1000)),
  });
  const lanes = Object.entries(statistics.lanes).filter(
    ([, { plannedMilli: planned, waiting, done }]) => planned > 0 || waiting > 0 || done > 0,
  );
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <Box
        role="img"
        aria-label={text}
        sx={{
          position: "relative",
          height: 22,
          borderRadius: 1,
          border: 1,
          borderColor: "divider",
          backgroundColor: "action.hover",
          overflow: "hidden",
        }}
      >
        <Box
          sx={{
            position: "absolute",
            inset: 0,
            right: "auto",
            width: share(usedMilli),
            backgroundColor: stateVar(isOver ? "alarm" : usedMilli > 850 ? "low" : "on", "edge"),
          }}
        />
        <Box
          sx={{
            position: "absolute",
            top: 0,
            bottom: 0,
            left: `calc(${share(plannedMilli)} - 2px)`,
            width: 3,
            backgroundColor: "text.primary",
          }}
        />
      </Box>
      <Typography variant="body2" sx={{ fontVariantNumeric: "tabular-nums" }}>
        {sentences(
          text,
          foreignBytes > 0 && t("network.foreignBytes", { bytes: format.integer(foreignBytes) }),
        )}
      </Typography>
      {isOver && <Alert severity="warning">{t("network.overcommitted")}</Alert>}
      {lanes.length > 0 && (
        <Box
          component="dl"
          sx={{ m: 0, display: "grid", gap: 1, gridTemplateColumns: "repeat(auto-fill, minmax(132px, 1fr))" }}
        >
          {lanes.map(([name, lane]) => (
            <Box key={name} sx={{ borderLeft: 3, borderColor: "divider", pl: 1 }}>
              <Typography component="dt" variant="caption" color="textSecondary">
                {isLane(name) ? t(`network.lane.${name}`) : name}
              </Typography>
              <Typography component="dd" variant="body2" sx={{ m: 0, fontVariantNumeric: "tabular-nums" }}>
                {t("network.laneText", {
                  waiting: format.integer(lane.waiting),
                  late: format.milliseconds(lane.latenessMs),
                })}
              </Typography>
            </Box>
          ))}
        </Box>
      )}
    </Box>
  );
}
