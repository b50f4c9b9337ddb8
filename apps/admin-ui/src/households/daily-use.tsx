import { Button, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import { useCallback, useMemo, useState } from "react";
import { Chart } from "../chart/chart.tsx";
import { useLoadProfiles } from "../data/use-load-profile.ts";
import { startOfLocalDayMs } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { Section } from "../shared/section.tsx";
import { Waiting } from "../shared/waiting.tsx";
import { daysOfUse } from "./days-of-use.ts";

/** Two weeks show the rhythm of a household without hiding the last days. */
const DAYS = 14;
const DAY_MS = 86_400_000;

export function DailyUse({ circuitIds }: { circuitIds: readonly string[] }) {
  const t = useT();
  const format = useFormat();
  const { timeZone } = useSite();
  const [isTable, setIsTable] = useState(false);
  const [range] = useState(() => {
    const today = startOfLocalDayMs(Date.now(), timeZone);
    return {
      from: new Date(startOfLocalDayMs(today - (DAYS - 1.5) * DAY_MS, timeZone)).toISOString(),
      to: new Date(startOfLocalDayMs(today + 1.5 * DAY_MS, timeZone)).toISOString(),
    };
  });
  const { profiles, isPending, error } = useLoadProfiles(circuitIds, range.from, range.to);
  const days = useMemo(() => daysOfUse(profiles, timeZone), [profiles, timeZone]);
  const categories = useMemo(() => days.map(({ day }) => format.day(day)), [days, format]);
  const values = useMemo(() => days.map(({ wh }) => wh), [days]);
  const formatValue = useCallback((wh: number) => format.energy(wh), [format]);
  const formatAxis = useCallback((wh: number) => format.energyShort(wh), [format]);
  const totalWh = values.reduce((sum, wh) => sum + wh, 0);
  const first = categories[0];

  return (
    <Section
      title={t("household.use")}
      aside={
        days.length > 0 && (
          <Button size="small" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
            {t(isTable ? "circuit.profileChart" : "circuit.profileTable")}
          </Button>
        )
      }
    >
      {error !== null && <LoadFailed error={error} />}
      {isPending && circuitIds.length > 0 && error === null && <Waiting rows={4} />}
      {!isPending && days.length === 0 && error === null && (
        <EmptyState dense title={t("household.noUse")} help={t("household.noUseHelp")} />
      )}
      {days.length > 0 && !isTable && (
        <>
          <Chart
            kind="bar"
            label={`${t("household.use")}: ${first} – ${categories.at(-1)}, ${format.energy(totalWh)}`}
            categories={categories}
            values={values}
            formatValue={formatValue}
            formatAxis={formatAxis}
          />
          <Typography variant="caption" color="textSecondary">
            {t("household.useHelp")}
          </Typography>
        </>
      )}
      {days.length > 0 && isTable && (
        <ScrollTable label={t("household.use")} maxHeight={260}>
          <Table size="small">
            <TableHead>
              <TableRow>
                <TableCell>{t("household.day")}</TableCell>
                <TableCell align="right">{t("circuit.use")}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {days.toReversed().map(({ day, wh }) => (
                <TableRow key={day}>
                  <TableCell>{format.day(day)}</TableCell>
                  <TableCell align="right">{format.energy(wh)}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </ScrollTable>
      )}
    </Section>
  );
}
