import { Box, Typography } from "@mui/material";
import { useGetList } from "react-admin";
import type { Balance, Household, LedgerEntry } from "../api/rows.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { useNowMs } from "../shared/use-now.ts";
import { burnDown } from "./burn-down.ts";

const PAST_DAYS = 30;
/** A household has one entry a day and circuit, and a few purchases. */
const MOST_ENTRIES = 200;
const [WIDTH, HEIGHT] = [320, 96];
const REDRAW_MS = 60_000;

/** The balance of the last month as stairs, and the way down to the cut as a dashed line. */
export function BurnDownChart({ household, balance }: { household: Household; balance: Balance }) {
  const t = useT();
  const format = useFormat();
  const nowMs = useNowMs(REDRAW_MS);
  const { data: entries } = useGetList<LedgerEntry>("ledger", {
    pagination: { page: 1, perPage: MOST_ENTRIES },
    sort: { field: "seq", order: "DESC" },
    filter: { householdId: household.id },
  });
  if (entries === undefined || entries.length === 0) return null;
  const { liveMinor, daysLeft } = balance;
  const { cutMinor } = household;
  const drawn = burnDown(entries, { liveMinor, daysLeft, cutMinor }, nowMs, PAST_DAYS);
  const { booked, forecast, fromMs, toMs, lowestMinor, highestMinor } = drawn;
  const x = (ms: number) => ((ms - fromMs) / Math.max(toMs - fromMs, 1)) * WIDTH;
  const y = (minor: number) =>
    4 + ((highestMinor - minor) / Math.max(highestMinor - lowestMinor, 1)) * (HEIGHT - 8);
  const [first, ...others] = booked;
  if (first === undefined) return null;
  const stairs = others
    .map(({ ms, minor }, index) =>
      // The last step is what was used since the last booking: a slope, not a booking.
      index === others.length - 1 ? `L${x(ms)} ${y(minor)}` : `H${x(ms)} V${y(minor)}`,
    )
    .join(" ");
  const end = forecast && format.date(forecast.toMs);
  const label = t("household.burnDown", {
    from: format.date(fromMs),
    first: format.money(first.minor),
    now: format.money(liveMinor),
  });
  return (
    <Box component="figure" sx={{ m: 0 }}>
      <Box
        component="svg"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
        sx={{ display: "block", width: "100%", height: HEIGHT, overflow: "visible" }}
      >
        <Box
          component="line"
          x1={0}
          x2={WIDTH}
          y1={y(cutMinor)}
          y2={y(cutMinor)}
          sx={{ color: "error.main" }}
          stroke="currentColor"
          strokeDasharray="2 3"
          vectorEffect="non-scaling-stroke"
        />
        <Box
          component="path"
          d={`M${x(first.ms)} ${y(first.minor)} ${stairs}`}
          fill="none"
          stroke="currentColor"
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
          sx={{ color: "primary.main" }}
        />
        {forecast && (
          <Box
            component="line"
            x1={x(forecast.fromMs)}
            y1={y(forecast.fromMinor)}
            x2={x(forecast.toMs)}
            y2={y(forecast.toMinor)}
            stroke="currentColor"
            strokeWidth={2}
            strokeDasharray="5 4"
            vectorEffect="non-scaling-stroke"
            sx={{ color: "text.secondary" }}
          />
        )}
      </Box>
      <Box component="figcaption" sx={{ display: "flex", justifyContent: "space-between" }}>
        <Typography variant="caption" color="textSecondary">
          {format.date(fromMs)}
        </Typography>
        <Typography variant="caption" color="textSecondary">
          {end === null ? t("common.today") : t("household.paceUntil", { day: end })}
        </Typography>
      </Box>
    </Box>
  );
}
