import PreviousIcon from "@mui/icons-material/ChevronLeft";
import NextIcon from "@mui/icons-material/ChevronRight";
import {
  Box,
  Button,
  IconButton,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableRow,
  Typography,
} from "@mui/material";
import { useCallback, useMemo, useState } from "react";
import type { LoadProfile } from "../api/rows.ts";
import { Chart } from "../chart/chart.tsx";
import { useLoadProfile } from "../data/use-load-profile.ts";
import { localDayOf } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { Section } from "../shared/section.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { boundsOf, PROFILE_SPANS, type ProfileSpan, stepped } from "./profile-span.ts";
import { intervalsOf, meanPowerW, summarise } from "./profile-summary.ts";
import { YearHeatmap, YearTable } from "./year-heatmap.tsx";

const LABEL_HOURS = 3;
const DAY_HOURS = 24;

/** Mean power of each quarter of an hour, as bars. */
function QuarterChart({
  profile,
  span,
  label,
}: {
  profile: LoadProfile;
  span: "day" | "week";
  label: string;
}) {
  const t = useT();
  const format = useFormat();
  const { intervalMinutes } = profile;
  const intervals = useMemo(() => intervalsOf(profile), [profile]);
  const categories = useMemo(
    () => intervals.map(({ at }) => (span === "day" ? format.time(at) : format.dateTime(at))),
    [intervals, format, span],
  );
  const values = useMemo(
    () => intervals.map(({ wh }) => (wh === null ? null : meanPowerW(wh, intervalMinutes))),
    [intervals, intervalMinutes],
  );
  const doubtful = useMemo(() => intervals.map(({ flag }) => flag !== "good"), [intervals]);
  const formatPower = useCallback((w: number) => format.power(w), [format]);
  return (
    <>
      <Chart
        kind={span === "day" ? "bar" : "line"}
        label={label}
        categories={categories}
        values={values}
        doubtful={doubtful}
        formatValue={formatPower}
        formatAxis={formatPower}
        labelEvery={((span === "day" ? LABEL_HOURS : DAY_HOURS) * 60) / intervalMinutes}
      />
      {span === "day" && doubtful.some((isDoubtful, index) => isDoubtful && values[index] !== null) && (
        <Box sx={{ display: "flex", gap: 0.75, alignItems: "center" }}>
          <Box
            aria-hidden
            sx={{ width: 12, height: 12, borderRadius: 0.5, backgroundColor: "warning.main" }}
          />
          <Typography variant="caption" color="textSecondary">
            {t("circuit.doubtful")}
          </Typography>
        </Box>
      )}
    </>
  );
}

function QuarterTable({
  profile,
  span,
  label,
}: {
  profile: LoadProfile;
  span: "day" | "week";
  label: string;
}) {
  const t = useT();
  const format = useFormat();
  return (
    <ScrollTable label={label} maxHeight={280}>
      <Table size="small" stickyHeader>
        <TableHead>
          <TableRow>
            <TableCell>{t("circuit.interval")}</TableCell>
            <TableCell align="right">{t("circuit.use")}</TableCell>
            <TableCell align="right">{t("circuit.power")}</TableCell>
            <TableCell>{t("circuit.flag")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {intervalsOf(profile).map(({ at, wh, flag }) => (
            <TableRow key={at}>
              <TableCell>{span === "day" ? format.time(at) : format.dateTime(at)}</TableCell>
              <TableCell align="right">{format.energy(wh)}</TableCell>
              <TableCell align="right">
                {format.power(wh === null ? null : meanPowerW(wh, profile.intervalMinutes))}
              </TableCell>
              <TableCell>{t(`circuit.flags.${flag}`)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </ScrollTable>
  );
}

/** What a circuit drew over a day, a week or a year, as a picture and as a table. */
export function LoadProfileSection({ circuitId }: { circuitId: string }) {
  const t = useT();
  const format = useFormat();
  const { timeZone } = useSite();
  const today = localDayOf(Date.now(), timeZone);
  const [span, setSpan] = useState<ProfileSpan>("day");
  const [lastDay, setLastDay] = useState(today);
  const [isTable, setIsTable] = useState(false);
  const bounds = useMemo(() => boundsOf(span, lastDay, timeZone), [span, lastDay, timeZone]);
  const { firstDay, days } = bounds;
  const { data, error, refetch } = useLoadProfile(
    circuitId,
    new Date(bounds.fromMs).toISOString(),
    new Date(bounds.toMs).toISOString(),
  );
  const summary = useMemo(() => (data === undefined ? null : summarise(data)), [data]);
  const named = (day: string) => (span === "year" ? format.date(`${day}T12:00:00Z`) : format.day(day));
  const when = days === 1 ? named(lastDay) : `${named(firstDay)} – ${named(lastDay)}`;
  const openDay = (day: string) => {
    setSpan("day");
    setLastDay(day > today ? today : day);
  };
  const text =
    summary === null
      ? t("circuit.noProfile")
      : t("circuit.profileSummary", {
          total: format.energy(summary.totalWh),
          peak: format.power(summary.peakW),
          time: days === 1 ? format.time(summary.peakAt) : format.dateTime(summary.peakAt),
        });
  const label = `${t("circuit.profileOf", { day: when })}. ${text}`;
  return (
    <Section
      title={t("circuit.profileOf", { day: when })}
      aside={
        <Box sx={{ display: "flex", alignItems: "center" }}>
          <IconButton
            size="small"
            aria-label={t(`circuit.previous.${span}`)}
            onClick={() => setLastDay(stepped(span, lastDay, -1, today))}
          >
            <PreviousIcon />
          </IconButton>
          <IconButton
            size="small"
            aria-label={t(`circuit.following.${span}`)}
            disabled={lastDay >= today}
            onClick={() => setLastDay(stepped(span, lastDay, 1, today))}
          >
            <NextIcon />
          </IconButton>
          {summary !== null && (
            <Button size="small" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
              {t(isTable ? "circuit.profileChart" : "circuit.profileTable")}
            </Button>
          )}
        </Box>
      }
    >
      <Box sx={{ display: "grid", gap: 1.25 }}>
        <ToggleChips
          label={t("circuit.profile")}
          options={PROFILE_SPANS.map((value) => ({ value, label: t(`circuit.span.${value}`) }))}
          value={span}
          onChange={setSpan}
        />
        {error && <LoadFailed error={error} retry={() => void refetch()} />}
        {data === undefined && !error && <Waiting rows={5} />}
        {data !== undefined && summary === null && <EmptyState dense title={text} />}
        {data !== undefined && summary !== null && (
          <>
            <Typography variant="body2" color="textSecondary">
              {text}
            </Typography>
            {span === "year" && !isTable && (
              <YearHeatmap profile={data} {...{ firstDay, days, label }} onDay={openDay} />
            )}
            {span === "year" && isTable && (
              <YearTable profile={data} {...{ firstDay, days, label }} onDay={openDay} />
            )}
            {span !== "year" && !isTable && <QuarterChart profile={data} span={span} label={label} />}
            {span !== "year" && isTable && <QuarterTable profile={data} span={span} label={label} />}
          </>
        )}
      </Box>
    </Section>
  );
}
