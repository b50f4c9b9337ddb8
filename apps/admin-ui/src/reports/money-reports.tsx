import { useTheme } from "@mui/material";
import { useCallback, useMemo } from "react";
import { StackedBars } from "../chart/stacked-bars.tsx";
import { methodText } from "../i18n/method-text.ts";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { DocumentButton } from "../shared/document-button.tsx";
import { Energy, Money } from "../shared/figures.tsx";
import { type Column, RowTable } from "../shared/row-table.tsx";
import { Section } from "../shared/section.tsx";
import { householdPath, TextLink } from "../shared/text-link.tsx";
import { seriesColor } from "../theme/series-colors.ts";
import { BarList, Figures } from "./parts.tsx";
import { Read, type ReportProps } from "./read.tsx";
import { reportPath } from "./report-kinds.ts";
import type { BalancesReport, SalesReport, TillsReport } from "./rows.ts";
import { balanceBands, daysOf, salesPiles } from "./sums.ts";

function SalesPicture({ ask, report }: ReportProps & { report: SalesReport }) {
  const t = useT();
  const format = useFormat();
  const { palette } = useTheme();
  const days = useMemo(() => daysOf(ask), [ask]);
  const categories = useMemo(() => days.map((day) => format.day(day)), [days, format]);
  const series = useMemo(
    () =>
      salesPiles(report.rows, days).map(({ key, values }, index) => ({
        name: methodText(key, t),
        color: seriesColor(index, palette.mode),
        values,
      })),
    [report, days, palette.mode, t],
  );
  const money = useCallback((amountMinor: number) => format.money(amountMinor), [format]);
  return (
    <StackedBars
      label={t("reports.sales.picture", { total: format.money(report.totals.netMinor) })}
      categories={categories}
      series={series}
      formatValue={money}
      formatAxis={money}
    />
  );
}

export function Sales({ ask }: ReportProps) {
  const t = useT();
  const format = useFormat();
  const empty = { title: t("reports.sales.empty"), help: t("reports.widen") };
  return (
    <Read<SalesReport> path={reportPath("sales", ask, { by: "day,method" })} empty={empty}>
      {(byDay) => (
        <>
          <Figures
            figures={[
              { label: t("reports.sales.net"), value: format.money(byDay.totals.netMinor) },
              { label: t("reports.sales.sales"), value: format.integer(byDay.totals.sales) },
              {
                label: t("reports.sales.voids"),
                value: format.money(byDay.totals.voidsMinor),
                help: t("reports.sales.voidCount", { smart_count: byDay.totals.voids }),
              },
            ]}
          />
          <Section title={t("reports.sales.byDay")}>
            <SalesPicture ask={ask} report={byDay} />
          </Section>
          <Section title={t("reports.sales.byPerson")} flush>
            <Read<SalesReport> path={reportPath("sales", ask)} empty={empty} hasStamp={false}>
              {({ rows }) => (
                <RowTable
                  label={t("reports.sales.byPerson")}
                  rows={rows}
                  keyOf={({ cashierId, method }) => `${cashierId} ${method}`}
                  columns={[
                    { key: "who", title: t("reports.columns.person"), show: ({ cashier }) => cashier ?? "—" },
                    {
                      key: "how",
                      title: t("reports.columns.method"),
                      show: ({ method }) => methodText(method ?? "", t),
                    },
                    {
                      key: "n",
                      title: t("reports.columns.sales"),
                      isFigure: true,
                      show: (row) => format.integer(row.sales),
                    },
                    {
                      key: "sum",
                      title: t("reports.columns.sold"),
                      isFigure: true,
                      show: (row) => <Money amountMinor={row.salesMinor} />,
                    },
                    {
                      key: "void",
                      title: t("reports.columns.voided"),
                      isFigure: true,
                      show: (row) => <Money amountMinor={row.voidsMinor} />,
                    },
                    {
                      key: "net",
                      title: t("reports.columns.net"),
                      isFigure: true,
                      onCard: "figure",
                      show: (row) => (
                        <strong>
                          <Money amountMinor={row.netMinor} />
                        </strong>
                      ),
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

export function Tills({ ask }: ReportProps) {
  const t = useT();
  const format = useFormat();
  return (
    <Read<TillsReport>
      path={reportPath("tills", ask)}
      empty={{ title: t("reports.tills.empty"), help: t("reports.tills.emptyHelp") }}
    >
      {({ rows, totals }) => (
        <>
          <Figures
            figures={[
              { label: t("reports.tills.shifts"), value: format.integer(totals.shifts) },
              { label: t("reports.columns.sold"), value: format.money(totals.salesMinor) },
              { label: t("reports.tills.difference"), value: format.signedMoney(totals.differenceMinor) },
            ]}
          />
          <Section title={t("reports.tills.byShift")}>
            <BarList
              label={t("reports.tills.byShift")}
              bars={rows.map((row) => ({
                key: row.shiftId,
                label: `${row.till} · ${row.person}`,
                note: format.dateTime(row.openedAt),
                value: row.salesMinor,
                text: format.money(row.salesMinor),
                isDoubtful: (row.differenceCashMinor ?? 0) !== 0,
              }))}
            />
          </Section>
          <Section title={t("reports.tills.shifts")} flush>
            <RowTable
              label={t("reports.tills.shifts")}
              rows={rows}
              keyOf={({ shiftId }) => shiftId}
              columns={[
                {
                  key: "till",
                  title: t("reports.tills.till"),
                  show: ({ till, number }) => `${till} · ${number}`,
                },
                { key: "who", title: t("reports.columns.person"), show: ({ person }) => person },
                {
                  key: "open",
                  title: t("reports.tills.opened"),
                  show: ({ openedAt }) => format.dateTime(openedAt),
                },
                {
                  key: "close",
                  title: t("reports.tills.closed"),
                  show: ({ closedAt }) =>
                    closedAt === null ? t("reports.tills.stillOpen") : format.dateTime(closedAt),
                },
                {
                  key: "n",
                  title: t("reports.columns.sales"),
                  isFigure: true,
                  show: ({ sales }) => format.integer(sales),
                },
                {
                  key: "sum",
                  title: t("reports.columns.sold"),
                  isFigure: true,
                  show: (row) => <Money amountMinor={row.salesMinor} />,
                },
                {
                  key: "due",
                  title: t("reports.tills.expected"),
                  isFigure: true,
                  show: (row) => <Money amountMinor={row.expectedCashMinor} />,
                },
                {
                  key: "got",
                  title: t("reports.tills.counted"),
                  isFigure: true,
                  show: (row) => <Money amountMinor={row.countedCashMinor} />,
                },
                {
                  key: "diff",
                  title: t("reports.tills.difference"),
                  isFigure: true,
                  show: ({ differenceCashMinor }) =>
                    differenceCashMinor === null ? "—" : <Money amountMinor={differenceCashMinor} signed />,
                },
                {
                  key: "pdf",
                  title: t("reports.tills.document"),
                  onCard: "foot",
                  show: ({ shiftId, closedAt, till, number }) =>
                    closedAt !== null && (
                      <DocumentButton
                        path={`/till-shifts/${encodeURIComponent(shiftId)}/report.pdf`}
                        label="PDF"
                        name={`${till} · ${number}`}
                      />
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

/** More rows are for the file. */
const MOST_BALANCES = 200;

export function Balances({ ask }: ReportProps) {
  const t = useT();
  const format = useFormat();
  const debtColumns: Column<BalancesReport["rows"][number]>[] = [
    {
      key: "since",
      title: t("reports.balances.since"),
      show: ({ negativeSince }) => (negativeSince === null ? "—" : format.date(negativeSince)),
    },
    {
      key: "days",
      title: t("reports.balances.days"),
      isFigure: true,
      show: ({ negativeDays }) => (negativeDays === null ? "—" : format.integer(negativeDays)),
    },
  ];
  return (
    <Read<BalancesReport>
      path={reportPath("balances", ask, { only: "all" })}
      empty={{ title: t("reports.balances.empty"), help: t("reports.balances.emptyHelp") }}
    >
      {({ totals, rows, currencyDigits }) => (
        <>
          <Figures
            figures={[
              { label: t("reports.balances.households"), value: format.integer(totals.households) },
              { label: t("reports.balances.credit"), value: format.money(totals.creditMinor) },
              { label: t("reports.balances.debt"), value: format.money(totals.debtMinor) },
              { label: t("reports.balances.negative"), value: format.integer(totals.negative) },
            ]}
          />
          <Section title={t("reports.balances.bands")}>
            <BarList
              label={t("reports.balances.bands")}
              bars={balanceBands(rows, currencyDigits).map(({ fromMinor, belowMinor, households }) => ({
                key: String(belowMinor),
                label:
                  fromMinor === null
                    ? t("reports.balances.below", { amount: format.money(belowMinor) })
                    : belowMinor === null
                      ? t("reports.balances.above", { amount: format.money(fromMinor) })
                      : t("reports.balances.between", {
                          from: format.money(fromMinor),
                          to: format.money(belowMinor),
                        }),
                value: households,
                text: t("reports.balances.count", { smart_count: households }),
                isDoubtful: fromMinor === null,
              }))}
            />
          </Section>
          {totals.negative > 0 && (
            <Section title={t("reports.balances.aging")}>
              <BarList
                label={t("reports.balances.aging")}
                bars={totals.aging.map(({ upToDays, households, debtMinor }) => ({
                  key: String(upToDays),
                  label:
                    upToDays === null
                      ? t("reports.balances.longer")
                      : t("reports.balances.upTo", { smart_count: upToDays }),
                  note: t("reports.balances.count", { smart_count: households }),
                  value: debtMinor,
                  text: format.money(debtMinor),
                }))}
              />
            </Section>
          )}
          <Section title={t("reports.balances.lowest")} flush>
            <RowTable
              label={t("reports.balances.lowest")}
              rows={rows.toSorted((a, b) => a.balanceMinor - b.balanceMinor).slice(0, MOST_BALANCES)}
              keyOf={({ householdId }) => householdId}
              columns={[
                {
                  key: "unit",
                  title: t("reports.columns.room"),
                  show: ({ building, unit }) => `${building} ${unit}`,
                },
                {
                  key: "who",
                  title: t("reports.columns.household"),
                  show: (row) => <TextLink to={householdPath(row.householdId)}>{row.household}</TextLink>,
                },
                {
                  key: "balance",
                  title: t("reports.columns.balance"),
                  isFigure: true,
                  onCard: "figure",
                  show: (row) => <Money amountMinor={row.balanceMinor} />,
                },
                {
                  key: "free",
                  title: t("reports.columns.free"),
                  isFigure: true,
                  show: (row) => <Energy wh={row.freeWh} />,
                },
                ...(rows.some(({ negativeSince }) => negativeSince !== null) ? debtColumns : []),
              ]}
            />
          </Section>
        </>
      )}
    </Read>
  );
}
