import type {
  CreditRule,
  OverloadRule,
  ReminderRule,
  ScheduleRule,
  ViciousLoadRule,
} from "@hallmeter/meter-model";
import AddIcon from "@mui/icons-material/Add";
import RemoveIcon from "@mui/icons-material/Close";
import {
  Box,
  Button,
  FormControlLabel,
  IconButton,
  MenuItem,
  Switch,
  TextField,
  Typography,
} from "@mui/material";
import { useState } from "react";
import { instantOfWallTimeMs, localDayOf } from "../format/format.ts";
import { useT } from "../i18n/use-t.ts";
import { useSite } from "../layout/site-context.tsx";
import { DecimalField } from "../shared/decimal-field.tsx";
import { BrushBar } from "../shared/week-painter/brush-bar.tsx";
import { PeriodList } from "../shared/week-painter/period-list.tsx";
import { WeekPainter } from "../shared/week-painter/week-painter.tsx";
import type { DayStroke } from "../shared/week-painter/week-rows.ts";
import { useMarkPaint, useSiteWeekRows } from "./rule-facts.tsx";
import {
  copyWeekDay,
  MARKED,
  type PaintedWeek,
  paintWeek,
  periodsOfWeek,
  weekOfPeriods,
} from "./schedule-days.ts";

const LINE = { display: "flex", gap: 1.5, flexWrap: "wrap", alignItems: "center" } as const;

interface FieldsProps<Rule> {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

export function OverloadFields({ rule, onChange }: FieldsProps<OverloadRule>) {
  const t = useT();
  const set = (fields: Partial<OverloadRule>) => onChange({ ...rule, ...fields });
  const { maxCurrentCa, ...withoutCurrent } = rule;
  return (
    <Box sx={LINE}>
      <DecimalField
        label={t("rules.fields.maxPowerW")}
        value={rule.maxPowerW}
        digits={0}
        unit="W"
        onChange={(maxPowerW) => set({ maxPowerW })}
      />
      <DecimalField
        label={t("rules.fields.maxCurrentCa")}
        value={maxCurrentCa ?? 0}
        digits={2}
        unit="A"
        width={220}
        onChange={(value) => onChange(value === 0 ? withoutCurrent : { ...rule, maxCurrentCa: value })}
      />
      <DecimalField
        label={t("rules.fields.delayS")}
        value={rule.delayS}
        digits={0}
        unit="s"
        onChange={(delayS) => set({ delayS })}
      />
      <DecimalField
        label={t("rules.fields.recloseAfterS")}
        value={rule.recloseAfterS}
        digits={0}
        unit="s"
        onChange={(recloseAfterS) => set({ recloseAfterS })}
      />
      <DecimalField
        label={t("rules.fields.reclosesPerWindow")}
        value={rule.reclosesPerWindow}
        digits={0}
        width={120}
        onChange={(reclosesPerWindow) => set({ reclosesPerWindow })}
      />
      <DecimalField
        label={t("rules.fields.windowS")}
        value={rule.windowS}
        digits={0}
        unit="s"
        onChange={(windowS) => set({ windowS })}
      />
      <FormControlLabel
        control={
          <Switch
            size="small"
            checked={rule.residentMayRelease}
            onChange={(event) => set({ residentMayRelease: event.target.checked })}
          />
        }
        label={<Typography variant="body2">{t("rules.fields.residentMayRelease")}</Typography>}
      />
    </Box>
  );
}

const VICIOUS_MODES = ["off", "alarm", "trip"] as const;
const MOST_RANGES = 6;
const LEAST_RANGE_W = 30;

export function ViciousFields({ rule, onChange }: FieldsProps<ViciousLoadRule>) {
  const t = useT();
  const set = (fields: Partial<ViciousLoadRule>) => onChange({ ...rule, ...fields });
  const ranges = rule.ranges.map((range, index) => ({ range, number: index + 1 }));
  const setRange = (number: number, fields: Partial<ViciousLoadRule["ranges"][number]>) =>
    set({ ranges: rule.ranges.map((range, at) => (at === number - 1 ? { ...range, ...fields } : range)) });
  return (
    <Box sx={{ display: "grid", gap: 1.75 }}>
      <Box sx={LINE}>
        <TextField
          select
          size="small"
          label={t("rules.fields.mode")}
          value={rule.mode}
          onChange={(event) => {
            const mode = VICIOUS_MODES.find((each) => each === event.target.value);
            if (mode !== undefined) set({ mode });
          }}
          sx={{ minWidth: 150 }}
        >
          {VICIOUS_MODES.map((mode) => (
            <MenuItem key={mode} value={mode}>
              {t(`rules.mode.${mode}`)}
            </MenuItem>
          ))}
        </TextField>
        <DecimalField
          label={t("rules.fields.stepThresholdW")}
          value={rule.stepThresholdW}
          digits={0}
          unit="W"
          onChange={(stepThresholdW) => set({ stepThresholdW })}
        />
        <DecimalField
          label={t("rules.fields.factor")}
          value={rule.factorThresholdMilli}
          digits={3}
          width={170}
          most={1000}
          onChange={(factorThresholdMilli) => set({ factorThresholdMilli })}
        />
        <DecimalField
          label={t("rules.fields.m")}
          value={rule.confirm.m}
          digits={0}
          width={150}
          most={20}
          onChange={(m) => set({ confirm: { ...rule.confirm, m } })}
        />
        <DecimalField
          label={t("rules.fields.n")}
          value={rule.confirm.n}
          digits={0}
          width={100}
          most={20}
          onChange={(n) => set({ confirm: { ...rule.confirm, n } })}
        />
        <DecimalField
          label={t("rules.fields.settleMs")}
          value={rule.settleMs}
          digits={3}
          unit="s"
          onChange={(settleMs) => set({ settleMs })}
        />
      </Box>
      <Box role="group" aria-label={t("rules.fields.ranges")} sx={{ display: "grid", gap: 1.25 }}>
        <Typography variant="body2" color="textSecondary">
          {t("rules.fields.ranges")}
        </Typography>
        {ranges.map(({ range, number }) => (
          <Box key={number} sx={LINE}>
            <DecimalField
              label={t("rules.fields.fromW")}
              value={range.fromW}
              digits={0}
              unit="W"
              width={130}
              onChange={(fromW) => setRange(number, { fromW })}
            />
            <DecimalField
              label={t("rules.fields.toW")}
              value={range.toW}
              digits={0}
              unit="W"
              width={130}
              onChange={(toW) => setRange(number, { toW })}
            />
            <IconButton
              size="small"
              disabled={rule.ranges.length === 1}
              aria-label={t("rules.removeRange", { range: `${range.fromW}–${range.toW} W` })}
              onClick={() => set({ ranges: rule.ranges.filter((_, at) => at !== number - 1) })}
            >
              <RemoveIcon fontSize="small" />
            </IconButton>
          </Box>
        ))}
        <Box>
          <Button
            size="small"
            startIcon={<AddIcon fontSize="small" />}
            disabled={rule.ranges.length >= MOST_RANGES}
            onClick={() => {
              const fromW = Math.max(LEAST_RANGE_W, ...rule.ranges.map(({ toW }) => toW));
              set({ ranges: [...rule.ranges, { fromW, toW: fromW + 1000 }] });
            }}
          >
            {t("rules.addRange")}
          </Button>
        </Box>
      </Box>
      <Box sx={LINE}>
        <DecimalField
          label={t("rules.fields.levelThresholdW")}
          value={rule.levelThresholdW}
          digits={0}
          unit="W"
          width={240}
          onChange={(levelThresholdW) => set({ levelThresholdW })}
        />
        <DecimalField
          label={t("rules.fields.levelWindowS")}
          value={rule.levelWindowS}
          digits={0}
          unit="s"
          onChange={(levelWindowS) => set({ levelWindowS })}
        />
        <DecimalField
          label={t("rules.fields.probeAfterS")}
          value={rule.probeAfterS}
          digits={0}
          unit="s"
          onChange={(probeAfterS) => set({ probeAfterS })}
        />
        <DecimalField
          label={t("rules.fields.tripsPerDay")}
          value={rule.tripsPerDay}
          digits={0}
          width={130}
          onChange={(tripsPerDay) => set({ tripsPerDay })}
        />
      </Box>
    </Box>
  );
}

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

const REMINDER_MODES = ["warn", "trip-and-reclose", "trip-until-acknowledged"] as const;

export function ReminderFields({ rule, onChange }: FieldsProps<ReminderRule>) {
  const t = useT();
  const { currency, currencyDigits } = useSite();
  const set = (fields: Partial<ReminderRule>) => onChange({ ...rule, ...fields });
  return (
    <Box sx={LINE}>
      <DecimalField
        label={t("rules.fields.level1")}
        value={rule.level1Minor}
        digits={currencyDigits}
        unit={currency}
        onChange={(level1Minor) => set({ level1Minor })}
      />
      <DecimalField
        label={t("rules.fields.level2")}
        value={rule.level2Minor}
        digits={currencyDigits}
        unit={currency}
        onChange={(level2Minor) => set({ level2Minor })}
      />
      <TextField
        select
        size="small"
        label={t("rules.fields.mode")}
        value={rule.mode}
        onChange={(event) => {
          const mode = REMINDER_MODES.find((each) => each === event.target.value);
          if (mode !== undefined) set({ mode });
        }}
        sx={{ minWidth: 220 }}
      >
        {REMINDER_MODES.map((mode) => (
          <MenuItem key={mode} value={mode}>
            {t(`rules.reminderMode.${mode}`)}
          </MenuItem>
        ))}
      </TextField>
      {rule.mode === "trip-and-reclose" && (
        <DecimalField
          label={t("rules.fields.recloseAfterS")}
          value={rule.recloseAfterS}
          digits={0}
          unit="s"
          onChange={(recloseAfterS) => set({ recloseAfterS })}
        />
      )}
    </Box>
  );
}

export function CreditFields({ rule, onChange }: FieldsProps<CreditRule>) {
  const t = useT();
  const { currency, currencyDigits } = useSite();
  return (
    <Box sx={LINE}>
      <FormControlLabel
        control={
          <Switch
            size="small"
            checked={rule.debtMinor === null}
            onChange={(event) => onChange({ debtMinor: event.target.checked ? null : 0 })}
          />
        }
        label={<Typography variant="body2">{t("rules.fields.never")}</Typography>}
      />
      {rule.debtMinor !== null && (
        <DecimalField
          label={t("rules.fields.debt")}
          value={rule.debtMinor}
          digits={currencyDigits}
          unit={currency}
          width={220}
          onChange={(debtMinor) => onChange({ debtMinor })}
        />
      )}
    </Box>
  );
}
