import { Alert, Box, useTheme } from "@mui/material";
import { useCallback, useMemo } from "react";
import { StackedBars } from "../chart/stacked-bars.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { Energy, Money } from "../shared/figures.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { Section } from "../shared/section.tsx";
import { Chip } from "../shared/state-chip.tsx";
import { circuitPath, householdPath, TextLink } from "../shared/text-link.tsx";
import { seriesColor } from "../theme/series-colors.ts";
import { BarList, Figures } from "./parts.tsx";
import { Read, type ReportProps } from "./read.tsx";
import { reportPath } from "./report-kinds.ts";
import type { LossesReport, RoomRow, RoomsReport, UseReport } from "./rows.ts";
import { daysOf } from "./sums.ts";

function UsePicture({ ask, report }: ReportProps & { report: UseReport }) {
  const t = useT();
  const format = useFormat();
  const { palette } = useTheme();
  const days = useMemo(() => daysOf(ask), [ask]);
  const categories = useMemo(() => days.map((day) => format.day(day)), [days, format]);
  const series = useMemo(() => {
    const byDay = new Map(report.rows.map((row) => [row.day, row]));
    const paid = days.map((day) => (byDay.get(day)?.wh ?? 0) - (byDay.get(day)?.freeWh ?? 0));
    const free = days.map((day) => byDay.get(day)?.freeWh ?? 0);
    return [
      { name: t("reports.use.paid"), color: seriesColor(0, palette.mode), values: paid },
      { name: t("reports.use.free"), color: seriesColor(1, palette.mode), values: free },
    ];
  }, [report, days, palette.mode, t]);
  const energy = useCallback((wh: number) => format.energy(wh), [format]);
  const axis = useMemo(() => {
    const mostWh = Math.max(0, ...report.rows.map(({ wh }) => wh));
    return format.energyAxis(mostWh);
  }, [format, report]);
  return (
    <StackedBars
      label={t("reports.use.picture", { total: format.energy(report.totals.wh) })}
      categories={categories}
      series={series}
      formatValue={energy}
      formatAxis={axis}
    />
  );
}

export function Use({ ask }: ReportProps) {
  const t = useT();
  const format = useFormat();
  const empty = { title: t("reports.use.empty"), help: t("reports.widen") };
  return (
    <Read<UseReport> path={reportPath("use", ask, { by: "day" })} empty={empty}>
      {(byDay) => (
        <>
          <Figures
            figures={[
              { label: t("reports.use.total"), value: format.energy(byDay.totals.wh) },
              { label: t("reports.use.free"), value: format.energy(byDay.totals.freeWh) },
              { label: t("reports.use.cost"), value: format.money(byDay.totals.costMinor) },
            ]}
          />
          <Section title={t("reports.use.byDay")}>
            <UsePicture ask={ask} report={byDay} />
          </Section>
          <Section title={t("reports.use.byBuilding")} flush>
            <Read<UseReport> path={reportPath("use", ask)} empty={empty} hasStamp={false}>
              {({ rows }) => (
                <RowTable
                  label={t("reports.use.byBuilding")}
                  rows={rows}
                  keyOf={({ buildingId }) => buildingId ?? ""}
                  columns={[
                    {
                      key: "b",
                      title: t("reports.columns.building"),
                      show: ({ building }) => building ?? "—",
                    },
                    {
                      key: "wh",
                      title: t("reports.use.total"),
                      isFigure: true,
                      onCard: "figure",
                      show: ({ wh }) => <Energy wh={wh} />,
                    },
                    {
                      key: "free",
                      title: t("reports.use.free"),
                      isFigure: true,
                      show: ({ freeWh }) => <Energy wh={freeWh} />,
                    },
                    {
                      key: "cost",
                      title: t("reports.use.cost"),
                      isFigure: true,
                      show: (row) => <Money amountMinor={row.costMinor} />,
                    },
                  ]}
                />
              )}
            </Read>
          </Section>
        </>
      )}
    </Read>
  );
}

export function Losses({ ask }: ReportProps) {
  const t = useT();
  const format = useFormat();
  const share = (permille: number | null) => (permille === null ? "—" : format.percentMilli(permille));
  return (
    <Read<LossesReport>
      path={reportPath("losses", ask)}
      empty={{ title: t("reports.losses.empty"), help: t("reports.losses.emptyHelp") }}
    >
      {({ rows, totals }) => (
        <>
          <Figures
            figures={[
              { label: t("reports.losses.master"), value: format.energy(totals.masterWh) },
              { label: t("reports.losses.circuits"), value: format.energy(totals.circuitsWh) },
              {
                label: t("reports.losses.loss"),
                value: format.energy(totals.lossWh),
                help: share(totals.lossPermille),
              },
            ]}
          />
          {rows.some(({ isComplete }) => !isComplete) && (
            <Alert severity="info">{t("reports.losses.incompleteHelp")}</Alert>
          )}
          <Section title={t("reports.losses.byMaster")}>
            <Box sx={{ display: "grid", gap: 2 }}>
              {rows.map((row) => (
                <BarList
                  key={row.masterId}
                  label={row.master}
                  bars={[
                    { key: "m", label: row.master, value: row.masterWh, text: format.energy(row.masterWh) },
                    {
                      key: "c",
                      label: t("reports.losses.sumOf", { smart_count: row.circuits }),
                      value: row.circuitsWh,
                      text: format.energy(row.circuitsWh),
                    },
                    {
                      key: "l",
                      label: t("reports.losses.loss"),
                      value: row.lossWh,
                      text: share(row.lossPermille),
                      isDoubtful: true,
                    },
                  ]}
                />
              ))}
            </Box>
          </Section>
          <Section title={t("reports.table")} flush>
            <RowTable
              label={t("reports.losses.byMaster")}
              rows={rows}
              keyOf={({ masterId }) => masterId}
              columns={[
                {
                  key: "m",
                  title: t("reports.losses.meter"),
                  show: ({ masterId, master }) => <TextLink to={circuitPath(masterId)}>{master}</TextLink>,
                },
                {
                  key: "n",
                  title: t("reports.losses.feeds"),
                  isFigure: true,
                  show: ({ circuits }) => format.integer(circuits),
                },
                {
                  key: "mw",
                  title: t("reports.losses.master"),
                  isFigure: true,
                  show: ({ masterWh }) => <Energy wh={masterWh} />,
                },
                {
                  key: "cw",
                  title: t("reports.losses.circuits"),
                  isFigure: true,
                  show: ({ circuitsWh }) => <Energy wh={circuitsWh} />,
                },
                {
                  key: "lw",
                  title: t("reports.losses.loss"),
                  isFigure: true,
                  show: ({ lossWh }) => <Energy wh={lossWh} />,
                },
                {
                  key: "ls",
                  title: t("reports.losses.share"),
                  isFigure: true,
                  onCard: "figure",
                  show: ({ lossPermille }) => share(lossPermille),
                },
                {
                  key: "ok",
                  title: t("reports.losses.readings"),
                  show: ({ isComplete }) => (
                    <Chip color={isComplete ? "on" : "low"}>
                      {t(isComplete ? "reports.losses.complete" : "reports.losses.incomplete")}
                    </Chip>
                  ),
                },
              ]}
            />
          </Section>
        </>
      )}
    </Read>
  );
}

function RoomLabel({ row }: { row: RoomRow }) {
  const name = `${row.building} ${row.unit}`;
  const [circuitId] = row.circuitIds;
  if (row.householdId !== null) return <TextLink to={householdPath(row.householdId)}>{name}</TextLink>;
  return circuitId === undefined ? name : <TextLink to={circuitPath(circuitId)}>{name}</TextLink>;
}

function Rooms({ ask, show }: ReportProps & { show: "top" | "vacant" }) {
  const t = useT();
  const format = useFormat();
  return (
    <Read<RoomsReport>
      path={reportPath(show, ask)}
      empty={{ title: t(`reports.${show}.empty`), help: t(`reports.${show}.emptyHelp`) }}
    >
      {({ rows, totals }) => (
        <>
          <Figures
            figures={[
              { label: t(`reports.${show}.rooms`), value: format.integer(totals.rooms) },
              { label: t("reports.use.total"), value: format.energy(totals.wh) },
            ]}
          />
          <Section title={t(`reports.${show}.title`)}>
            <BarList
              label={t(`reports.${show}.title`)}
              bars={rows.map((row) => ({
                key: row.unitId,
                label: <RoomLabel row={row} />,
                note: [
                  row.household ?? t("reports.vacant.nobody"),
                  format.percentMilli(row.sharePermille),
                ].join(" · "),
                value: row.wh,
                text: format.energy(row.wh),
                isDoubtful: show === "vacant",
              }))}
            />
          </Section>
        </>
      )}
    </Read>
  );
}

export const Top = ({ ask }: ReportProps) => <Rooms ask={ask} show="top" />;
export const Vacant = ({ ask }: ReportProps) => <Rooms ask={ask} show="vacant" />;
