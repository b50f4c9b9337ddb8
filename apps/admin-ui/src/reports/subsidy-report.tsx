import { Box, useTheme } from "@mui/material";
import { useCallback, useMemo } from "react";
import { StackedBars } from "../chart/stacked-bars.tsx";
import { useT } from "../i18n/use-t.ts";
import { useFormat } from "../layout/site-context.tsx";
import { RowTable } from "../shared/row-table.tsx";
import { Section } from "../shared/section.tsx";
import { seriesColor } from "../theme/series-colors.ts";
import { Figures } from "./parts.tsx";
import { Read, type ReportProps } from "./read.tsx";
import { reportPath } from "./report-kinds.ts";
import type { SubsidyReport } from "./rows.ts";
import { leftOf, subsidyPiles } from "./sums.ts";

/** The commodity of free energy. */
const ENERGY = "Wh";
const PARTS = ["used", "left", "expired", "reversed"] as const;

function SubsidyPicture({ report, commodity }: { report: SubsidyReport; commodity: string }) {
  const t = useT();
  const format = useFormat();
  const { palette } = useTheme();
  const isEnergy = commodity === ENERGY;
  const amount = useCallback(
    (value: number) => (isEnergy ? format.energy(value) : format.money(value)),
    [isEnergy, format],
  );
  const { categories, series } = useMemo(() => {
    const { months, piles } = subsidyPiles(report.rows, commodity);
    return {
      categories: months.map((month) => format.month(month)),
      series: piles.flatMap(({ key, values }, index) => {
        const part = PARTS.find((one) => one === key);
        return part
          ? [{ name: t(`reports.subsidy.${part}`), color: seriesColor(index, palette.mode), values }]
          : [];
      }),
    };
  }, [report, commodity, format, palette.mode, t]);
  const axis = useMemo(() => {
    const most = Math.max(0, ...report.rows.map(({ given }) => given));
    return isEnergy ? format.energyAxis(most) : format.money;
  }, [isEnergy, format, report]);
  return (
    <StackedBars
      label={t("reports.subsidy.picture")}
      categories={categories}
      series={series}
      formatValue={amount}
      formatAxis={axis}
    />
  );
}

export function Subsidy({ ask }: ReportProps) {
  const t = useT();
  const format = useFormat();
  const amount = (commodity: string, value: number) =>
    commodity === ENERGY ? format.energy(value) : format.money(value);
  return (
    <Read<SubsidyReport>
      path={reportPath("subsidy", ask)}
      empty={{ title: t("reports.subsidy.empty"), help: t("reports.widen") }}
    >
      {(report) => (
        <>
          {report.totals.byCommodity.map((sums) => (
            <Box key={sums.commodity} sx={{ display: "grid", gap: 2, gridTemplateColumns: "minmax(0, 1fr)" }}>
              <Figures
                figures={[
                  { label: t("reports.subsidy.given"), value: amount(sums.commodity, sums.given) },
                  { label: t("reports.subsidy.used"), value: amount(sums.commodity, sums.used) },
                  { label: t("reports.subsidy.left"), value: amount(sums.commodity, leftOf(sums)) },
                  { label: t("reports.subsidy.expired"), value: amount(sums.commodity, sums.expired) },
                ]}
              />
              <Section
                title={t(sums.commodity === ENERGY ? "reports.subsidy.energy" : "reports.subsidy.money")}
              >
                <SubsidyPicture report={report} commodity={sums.commodity} />
              </Section>
            </Box>
          ))}
          <Section title={t("reports.subsidy.byPolicy")} flush>
            <RowTable
              label={t("reports.subsidy.byPolicy")}
              rows={report.rows}
              keyOf={({ policyId, month, commodity }) => `${policyId} ${month} ${commodity}`}
              columns={[
                { key: "month", title: t("reports.columns.month"), show: ({ month }) => format.month(month) },
                { key: "policy", title: t("reports.columns.policy"), show: ({ policy }) => policy },
                {
                  key: "given",
                  title: t("reports.subsidy.given"),
                  isFigure: true,
                  show: (row) => amount(row.commodity, row.given),
                },
                {
                  key: "used",
                  title: t("reports.subsidy.used"),
                  isFigure: true,
                  show: (row) => amount(row.commodity, row.used),
                },
                {
                  key: "left",
                  title: t("reports.subsidy.left"),
                  isFigure: true,
                  show: (row) => amount(row.commodity, leftOf(row)),
                },
                {
                  key: "expired",
                  title: t("reports.subsidy.expired"),
                  isFigure: true,
                  show: (row) => amount(row.commodity, row.expired),
                },
                {
                  key: "reversed",
                  title: t("reports.subsidy.reversed"),
                  isFigure: true,
                  show: (row) => amount(row.commodity, row.reversed),
                },
              ]}
            />
          </Section>
        </>
      )}
    </Read>
  );
}
