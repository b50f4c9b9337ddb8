import type { ScheduleRule } from "@hallmeter/meter-model";
import { Box, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { instantOfWallTimeMs, localDayOf } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { BrushBar } from "../shared/week-painter/brush-bar.tsx";
import { PeriodList } from "../shared/week-painter/period-list.tsx";
import { WeekPainter } from "../shared/week-painter/week-painter.tsx";
import type { DayStroke } from "../shared/week-painter/week-rows.ts";
import { useMarkPaint, useSiteWeekRows } from "./rule-facts.tsx";
import { type FieldsProps, LINE } from "./rule-fields.tsx";
import {
  copyWeekDay,
  MARKED,
  type PaintedWeek,
  paintWeek,
  periodsOfWeek,
  weekOfPeriods,
} from "./schedule-days.ts";

/** A week in one paint; the site's kinds of day. */
export function MarkedWeek({
  label,
  week,
  kind,
  markName,
  blankName,
  onChange,
  undo,
  redo,
}: {
  label: string;
  week: PaintedWeek;
  kind: "off" | "protected";
  markName: string;
  blankName: string;
  onChange: (week: PaintedWeek) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
}) {
  const rows = useSiteWeekRows();
  const paints = useMarkPaint(kind, markName);
  const [brush, setBrush] = useState<string | null>(MARKED);
  const painter = {
    rows,
    days: week,
    paints,
    brush,
    blankName,
    onPaint: (strokes: readonly DayStroke[], mark: string | null) => onChange(paintWeek(week, strokes, mark)),
  };
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <BrushBar paints={paints} brush={brush} wipeName={blankName} onChoose={setBrush} />
      <WeekPainter
        {...painter}
        label={label}
        isBlankWrong={false}
        onCopyDay={(from, to) => onChange(copyWeekDay(week, from, to))}
        undo={undo}
        redo={redo}
      />
      <PeriodList {...painter} />
    </Box>
  );
}

/** Local days, both included; the rule holds from the first one's midnight to the end of the last. */
function HoldingDates({ rule, onChange }: FieldsProps<ScheduleRule>) {
  const t = useT();
  const { timeZone } = useSite();
  const { effectiveFrom, effectiveTo, ...always } = rule;
  const midnight = (day: string) => new Date(instantOfWallTimeMs(`${day}T00:00`, timeZone)).toISOString();
  const from = effectiveFrom === undefined ? "" : localDayOf(Date.parse(effectiveFrom), timeZone);
  const to = effectiveTo === undefined ? "" : localDayOf(Date.parse(effectiveTo), timeZone);
  const set = (nextFrom: string, nextTo: string) =>
    onChange({
      ...always,
      ...(nextFrom !== "" && { effectiveFrom: midnight(nextFrom) }),
      ...(nextTo !== "" && { effectiveTo: midnight(nextTo) }),
    });
  return (
    <>
      <TextField
        size="small"
        type="date"
        label={t("rules.fields.effectiveFrom")}
        value={from}
        onChange={(event) => set(event.target.value, to)}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      <TextField
        size="small"
        type="date"
        label={t("rules.fields.effectiveTo")}
        value={to}
        onChange={(event) => set(from, event.target.value)}
        slotProps={{ inputLabel: { shrink: true } }}
      />
    </>
  );
}

export function ScheduleFields({
  rule,
  onChange,
  undo,
  redo,
}: FieldsProps<ScheduleRule> & { undo: (() => void) | undefined; redo: (() => void) | undefined }) {
  const t = useT();
  return (
    <Box sx={{ display: "grid", gap: 1.75 }}>
      <Box sx={LINE}>
        <TextField
          size="small"
          label={t("rules.fields.name")}
          value={rule.name}
          error={rule.name.trim() === ""}
          onChange={(event) => onChange({ ...rule, name: event.target.value })}
          slotProps={{ htmlInput: { maxLength: 60 } }}
        />
        <HoldingDates rule={rule} onChange={onChange} />
      </Box>
      <Typography variant="body2" color="textSecondary">
        {t("rules.scheduleHelp")}
      </Typography>
      <MarkedWeek
        label={t("rules.kind.schedule")}
        week={weekOfPeriods(rule.off)}
        kind="off"
        markName={t("rules.off")}
        blankName={t("rules.on")}
        onChange={(week) => onChange({ ...rule, off: periodsOfWeek(week) })}
        undo={undo}
        redo={redo}
      />
    </Box>
  );
}
