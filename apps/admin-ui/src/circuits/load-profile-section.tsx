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
import { localDayOf, startOfLocalDayMs } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { Section } from "../shared/section.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { meanPowerW, summarise } from "./profile-summary.ts";

/** Half a day past midnight is within the day, whether it has 23, 24 or 25 hours. */
const HALF_DAY_MS = 12 * 3_600_000;
const DAY_AND_HALF_MS = 36 * 3_600_000;

const NO_INTERVALS: LoadProfile["intervals"] = [];

/** Mean power of each quarter of an hour over one local day. */
export function LoadProfileSection({ circuitId }: { circuitId: string }) {
  const t = useT();
  const format = useFormat();
  const { timeZone } = useSite();
  const [startMs, setStartMs] = useState(() => startOfLocalDayMs(Date.now(), timeZone));
  const [isTable, setIsTable] = useState(false);
  const endMs = startOfLocalDayMs(startMs + DAY_AND_HALF_MS, timeZone);
  const { data, error, refetch } = useLoadProfile(
    circuitId,
    new Date(startMs).toISOString(),
    new Date(endMs).toISOString(),
  );
  const intervals = data?.intervals ?? NO_INTERVALS;
  const minutes = data?.intervalMinutes ?? 15;
  const summary = data === undefined ? null : summarise(data);
  const day = format.day(localDayOf(startMs, timeZone));
  const isToday = localDayOf(startMs, timeZone) === localDayOf(Date.now(), timeZone);

  const categories = useMemo(() => intervals.map(({ at }) => format.time(at)), [intervals, format]);
  const values = useMemo(
    () => intervals.map(({ wh }) => (wh === null ? null : meanPowerW(wh, minutes))),
    [intervals, minutes],
  );
  const doubtful = useMemo(() => intervals.map(({ flag }) => flag !== "good"), [intervals]);
  const formatPower = useCallback((w: number) => format.power(w), [format]);

  const text =
    summary === null
      ? t("circuit.noProfile")
      : t("circuit.profileSummary", {
          total: format.energy(summary.totalWh),
          peak: format.power(summary.peakW),
          time: format.time(summary.peakAt),
        });
  return (
    <Section
      title={t("circuit.profileOf", { day })}
      aside={
        <Box sx={{ display: "flex", alignItems: "center" }}>
          <IconButton
            size="small"
            aria-label={t("circuit.previousDay")}
            onClick={() => setStartMs(startOfLocalDayMs(startMs - HALF_DAY_MS, timeZone))}
          >
            <PreviousIcon />
          </IconButton>
          <IconButton
            size="small"
            aria-label={t("circuit.nextDay")}
            disabled={isToday}
            onClick={() => setStartMs(endMs)}
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
      {error && <LoadFailed error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting rows={4} />}
      {data !== undefined && summary === null && <EmptyState dense title={text} />}
      {summary !== null && (
        <>
          <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>
            {text}
          </Typography>
          {isTable ? (
            <ScrollTable label={t("circuit.profileOf", { day })} maxHeight={280}>
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
                  {intervals.map(({ at, wh, flag }) => (
                    <TableRow key={at}>
                      <TableCell>{format.time(at)}</TableCell>
                      <TableCell align="right">{format.energy(wh)}</TableCell>
                      <TableCell align="right">
                        {format.power(wh === null ? null : meanPowerW(wh, minutes))}
                      </TableCell>
                      <TableCell>{t(`circuit.flags.${flag}`)}</TableCell>
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
            </ScrollTable>
          ) : (
            <Chart
              kind="bar"
              label={`${t("circuit.profileOf", { day })}. ${text}`}
              categories={categories}
              values={values}
              doubtful={doubtful}
              formatValue={formatPower}
              formatAxis={formatPower}
            />
          )}
        </>
      )}
    </Section>
  );
}
