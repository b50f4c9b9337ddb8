import { Box, Button, FormControlLabel, Switch, Typography } from "@mui/material";
import { useState } from "react";
import { useDataProvider, useNotify, useRefresh } from "react-admin";
import { useMay } from "../auth/rights-context.tsx";
import type { ConsoleDataProvider } from "../data/data-provider.ts";
import { useRow } from "../data/use-row.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { ConfirmWithReason } from "../shared/confirm-with-reason.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";
import { LoadFailed } from "../shared/load-failed.tsx";
import { Section } from "../shared/section.tsx";
import { useUndo } from "../shared/use-undo.ts";
import { Waiting } from "../shared/waiting.tsx";
import { WeekPicture } from "../shared/week-painter/week-painter.tsx";
import type { SiteTerms } from "../tariffs/rows.ts";
import { useMarkPaint, useSiteWeekRows } from "./rule-facts.tsx";
import { type PaintedWeek, periodsOfWeek, weekOfPeriods } from "./schedule-days.ts";
import { MarkedWeek } from "./schedule-fields.tsx";

const MOST_SHARE_MILLI = 1000;

/** When nobody is cut for want of credit, and how many cuts at once wait for a person. */
export function ProtectedPart() {
  const site = useSite();
  const { data, error, refetch } = useRow<SiteTerms>("sites", site.id);
  if (data === undefined)
    return error ? <LoadFailed error={error} retry={() => void refetch()} /> : <Waiting rows={6} />;
  return <ProtectedView key={JSON.stringify(data.safety)} site={data} />;
}

function ProtectedView({ site }: { site: SiteTerms }) {
  const t = useT();
  const may = useMay();
  const notify = useNotify();
  const refresh = useRefresh();
  const dataProvider = useDataProvider<ConsoleDataProvider>();
  const rows = useSiteWeekRows();
  const paints = useMarkPaint("protected", t("rules.isProtected"));
  const { safety } = site;
  const {
    state: week,
    change,
    undo,
    redo,
  } = useUndo<PaintedWeek>(() => weekOfPeriods(safety.protectedTimes));
  const [isWeather, setWeather] = useState(safety.isWeatherProtected);
  const [minimum, setMinimum] = useState(safety.bulkCutMinimum);
  const [shareMilli, setShare] = useState(safety.bulkCutShareMilli);
  const [isAsking, setAsking] = useState(false);
  const next = {
    ...safety,
    protectedTimes: periodsOfWeek(week),
    isWeatherProtected: isWeather,
    bulkCutMinimum: minimum,
    bulkCutShareMilli: shareMilli,
  };
  const isChanged = JSON.stringify(next) !== JSON.stringify(safety);

  async function save(reason: string): Promise<void> {
    const previousData = { id: site.id };
    await dataProvider.update("sites", { id: site.id, data: { safety: next, reason }, previousData });
    notify(t("rules.savedProtected"), { type: "success" });
    refresh();
  }

  if (!may("rules.protect"))
    return (
      <Section title={t("rules.part.protected")}>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 1.5 }}>
          {t("rules.protectedHelp")}
        </Typography>
        <WeekPicture label={t("rules.part.protected")} rows={rows} days={week} paints={paints} />
      </Section>
    );
  return (
    <>
      <Section
        title={t("rules.part.protected")}
        aside={
          <Button variant="contained" size="small" disabled={!isChanged} onClick={() => setAsking(true)}>
            {t("rules.saveProtected")}
          </Button>
        }
      >
        <Box sx={{ display: "grid", gap: 2 }}>
          <Typography variant="body2" color="textSecondary">
            {t("rules.protectedHelp")}
          </Typography>
          <MarkedWeek
            label={t("rules.part.protected")}
            week={week}
            kind="protected"
            markName={t("rules.isProtected")}
            blankName={t("rules.notProtected")}
            onChange={(painted) => change(() => painted)}
            undo={undo}
            redo={redo}
          />
          <FormControlLabel
            control={<Switch checked={isWeather} onChange={(event) => setWeather(event.target.checked)} />}
            label={<Typography variant="body2">{t("rules.weather")}</Typography>}
          />
          <Box
            role="group"
            aria-label={t("rules.bulk")}
            sx={{ display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" }}
          >
            <Typography variant="body2">{t("rules.bulk")}</Typography>
            <DecimalField
              label={t("rules.bulkMinimum")}
              value={minimum}
              digits={0}
              onChange={(value) => value > 0 && setMinimum(value)}
            />
            <DecimalField
              label={t("rules.bulkShare")}
              value={shareMilli}
              digits={1}
              unit="%"
              width={190}
              most={MOST_SHARE_MILLI}
              onChange={(value) => value > 0 && setShare(value)}
            />
          </Box>
        </Box>
      </Section>
      {isAsking && (
        <ConfirmWithReason
          title={t("rules.saveProtectedTitle")}
          help={t("rules.saveProtectedHelp")}
          confirmLabel={t("rules.saveProtected")}
          onConfirm={save}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
