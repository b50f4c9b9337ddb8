import { Box, Button, Table, TableBody, TableCell, TableHead, TableRow, Typography } from "@mui/material";
import { useCallback, useMemo, useState } from "react";
import type { Household } from "../api/rows.ts";
import { Chart } from "../chart/chart.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { AsOf } from "../shared/as-of.tsx";
import { EmptyState } from "../shared/empty-state.tsx";
import { Money } from "../shared/figures.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { ScrollTable } from "../shared/scroll-table.tsx";
import { Section } from "../shared/section.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useRead } from "../shared/use-read.ts";
import { Waiting } from "../shared/waiting.tsx";
import { type DayOfUse, datesAsked, periodsOf } from "./use-periods.ts";

const SPANS = ["days", "months"] as const;
type Span = (typeof SPANS)[number];

/** What the household used and what it cost, by the day or by the month, through every room that it has had. */
export function UseSection({ household }: { household: Household }) {
  const t = useT();
  const format = useFormat();
  const { id: siteId, timeZone } = useSite();
  const [span, setSpan] = useState<Span>("days");
  const [isTable, setIsTable] = useState(false);
  const [openedMs] = useState(() => Date.now());
  const query = new URLSearchParams({
    siteId,
    by: "day",
    householdId: household.id,
    ...datesAsked(span, openedMs, timeZone),
  });
  const { data, error, isPending } = useRead<{ asOf: string; rows: DayOfUse[] }>(
    "balances",
    `/reports/use?${query}`,
  );
  const periods = useMemo(() => periodsOf(data?.rows ?? [], span), [data, span]);
  const nameOf = span === "days" ? format.day : format.monthShort;
  const categories = useMemo(() => periods.map(({ period }) => nameOf(period)), [periods, nameOf]);
  const values = useMemo(() => periods.map(({ wh }) => wh), [periods]);
  const formatValue = useCallback((wh: number) => format.energy(wh), [format]);
  const formatAxis = useMemo(() => format.energyAxis(Math.max(0, ...values)), [format, values]);
  const totalWh = values.reduce((sum, wh) => sum + wh, 0);
  const totalMinor = periods.reduce((sum, { costMinor }) => sum + costMinor, 0);

  return (
    <Section
      title={t("household.use")}
      aside={
        <>
          <ToggleChips
            label={t("household.useSpan")}
            options={SPANS.map((value) => ({ value, label: t(`household.span.${value}`) }))}
            value={span}
            onChange={setSpan}
          />
          {periods.length > 0 && (
            <Button size="small" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
              {t(isTable ? "circuit.profileChart" : "circuit.profileTable")}
            </Button>
          )}
        </>
      }
    >
      {error !== null && <LoadFailed error={error} />}
      {isPending && error === null && <Waiting rows={4} />}
      {data !== undefined && periods.length === 0 && (
        <EmptyState dense title={t("household.noUse")} help={t("household.noUseHelp")} />
      )}
      {periods.length > 0 && (
        <Box sx={{ display: "grid", gap: 1 }}>
          <Typography variant="body2">
            <strong>{format.energy(totalWh)}</strong> · <Money amountMinor={totalMinor} />{" "}
            <Typography component="span" variant="caption" color="textSecondary">
              <AsOf at={data?.asOf ?? null} />
            </Typography>
          </Typography>
          {isTable ? (
            <ScrollTable label={t("household.use")} maxHeight={280}>
              <Table size="small" stickyHeader>
                <TableHead>
                  <TableRow>
                    <TableCell>{t(`household.period.${span}`)}</TableCell>
                    <TableCell align="right">{t("circuit.use")}</TableCell>
                    <TableCell align="right">{t("household.cost")}</TableCell>
                  </TableRow>
                </TableHead>
                <TableBody>
                  {periods.toReversed().map(({ period, wh, costMinor }) => (
                    <TableRow key={period}>
                      <TableCell>{span === "days" ? format.day(period) : format.month(period)}</TableCell>
                      <TableCell align="right">{format.energy(wh)}</TableCell>
                      <TableCell align="right">
                        <Money amountMinor={costMinor} />
                      </TableCell>
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
            </ScrollTable>
          ) : (
            <Chart
              kind="bar"
              label={`${t("household.use")}: ${categories[0]} – ${categories.at(-1)}, ${format.energy(totalWh)}`}
              categories={categories}
              values={values}
              formatValue={formatValue}
              formatAxis={formatAxis}
            />
          )}
        </Box>
      )}
    </Section>
  );
}
