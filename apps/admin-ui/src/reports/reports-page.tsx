import PrintIcon from "@mui/icons-material/PrintOutlined";
import { Box, Button, GlobalStyles, MenuItem, TextField, Typography } from "@mui/material";
import { type ComponentType, useMemo } from "react";
import { useMay } from "../auth/rights-context.tsx";
import { localDayOf } from "../format/format.ts";
import { useConsoleLocale, useT } from "../i18n/use-t.ts";
import { useFormat, useSite } from "../layout/site-context.tsx";
import { PageTitle } from "../shared/page-title.tsx";
import { SaveButton } from "../shared/save-button.tsx";
import { ToggleChips } from "../shared/toggle-chips.tsx";
import { useUrlChoice } from "../shared/use-url-choice.ts";
import { Losses, Top, Use, Vacant } from "./energy-reports.tsx";
import { Balances, Sales, Tills } from "./money-reports.tsx";
import { PERIODS, type PeriodName, periodName, periodOf } from "./period.ts";
import type { ReportProps } from "./read.tsx";
import { REPORT_NAMES, REPORTS, type ReportName, reportCsvPath } from "./report-kinds.ts";
import { Subsidy } from "./subsidy-report.tsx";

const CHOICES = ["report", "period", "from", "to"] as const;

const VIEWS: Record<ReportName, ComponentType<ReportProps>> = {
  sales: Sales,
  tills: Tills,
  use: Use,
  balances: Balances,
  subsidy: Subsidy,
  losses: Losses,
  top: Top,
  vacant: Vacant,
};

/** On paper stands the report alone; tables in whole, not in their frames. */
const ON_PAPER = {
  "@media print": {
    "nav, header, .hm-not-on-paper": { display: "none !important" },
    ".MuiTableContainer-root": { maxHeight: "none !important", overflow: "visible !important" },
    body: { printColorAdjust: "exact" },
  },
} as const;

/** One report at a time: its few numbers, a picture, then the table; as a file or on paper. */
export default function ReportsPage() {
  const t = useT();
  const may = useMay();
  const site = useSite();
  const format = useFormat();
  const locale = useConsoleLocale();
  const [choice, choose] = useUrlChoice(CHOICES);
  const offered = REPORT_NAMES.filter((name) => may(REPORTS[name].right));
  const report = offered.find((name) => name === choice.report) ?? offered[0] ?? "use";
  const period = periodName(choice.period);
  const today = localDayOf(Date.now(), site.timeZone);
  const { from, to } = periodOf(period, today, choice);
  const ask = useMemo(() => ({ siteId: site.id, from, to }), [site.id, from, to]);
  const { hasPeriod } = REPORTS[report];
  const View = VIEWS[report];
  const span = hasPeriod
    ? t("reports.span", { from: format.date(from), to: format.date(to) })
    : t("reports.now");

  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <GlobalStyles styles={ON_PAPER} />
      <PageTitle title={t("nav.reports")} />
      <Box className="hm-not-on-paper" sx={{ display: "grid", gap: 2 }}>
        <ToggleChips
          label={t("reports.which")}
          options={offered.map((value) => ({ value, label: t(`reports.name.${value}`) }))}
          value={report}
          onChange={(next) => choose({ report: next })}
        />
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
          {hasPeriod && (
            <TextField
              select
              label={t("reports.period")}
              value={period}
              onChange={(event) => {
                const next = event.target.value as PeriodName;
                choose({ period: next, ...(next === "own" ? { from, to } : { from: "", to: "" }) });
              }}
              sx={{ minWidth: 180, width: { xs: "100%", sm: "auto" } }}
            >
              {PERIODS.map((name) => (
                <MenuItem key={name} value={name}>
                  {t(`reports.periods.${name}`)}
                </MenuItem>
              ))}
            </TextField>
          )}
          {hasPeriod &&
            period === "own" &&
            (["from", "to"] as const).map((end) => (
              <TextField
                key={end}
                type="date"
                label={t(`reports.${end}`)}
                value={end === "from" ? from : to}
                onChange={(event) => choose({ [end]: event.target.value })}
                slotProps={{ inputLabel: { shrink: true }, htmlInput: { max: today } }}
              />
            ))}
          <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, ml: { sm: "auto" } }}>
            <SaveButton
              path={reportCsvPath(report, ask, locale)}
              fileName={`${report}-${hasPeriod ? `${from}-${to}` : today}.csv`}
            />
            <Button
              size="small"
              variant="outlined"
              startIcon={<PrintIcon aria-hidden />}
              onClick={() => window.print()}
            >
              {t("reports.print")}
            </Button>
          </Box>
        </Box>
      </Box>
      <Typography component="h2" variant="h2">
        {t(`reports.name.${report}`)} · {span}
      </Typography>
      <View key={report} ask={ask} />
    </Box>
  );
}
