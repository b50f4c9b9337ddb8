import CopyIcon from "@mui/icons-material/ContentCopyOutlined";
import RedoIcon from "@mui/icons-material/Redo";
import UndoIcon from "@mui/icons-material/Undo";
import { Box, Button, IconButton, Tooltip, Typography } from "@mui/material";
import { useState } from "react";
import { useT } from "../../i18n/use-t.ts";
import { ChoiceField } from "../choice-field.tsx";
import type { GridCell, GridRun } from "./grid-selection.ts";
import { PaintGrid } from "./paint-grid.tsx";
import { PaintPicture } from "./paint-picture.tsx";
import type { GridScale, Paint, PaintRow } from "./paint-track.tsx";
import { clockOf, DAY_MINUTES, DAY_STEPS, type PaintedDay, STEP_MINUTES } from "./painted-day.ts";
import {
  columnsOfDay,
  DAY_STARTS,
  type DayStart,
  type DayStroke,
  daysBehind,
  strokesOf,
  type WeekRow,
} from "./week-rows.ts";

const STEPS_PER_HOUR = 60 / STEP_MINUTES;
const LABELLED_EVERY_HOURS = 3;
const STARTS = ["midnight", "noon"] as const satisfies readonly DayStart[];

function scaleFrom(startMinute: number): GridScale {
  return {
    columns: DAY_STEPS,
    marks: Array.from({ length: 25 }, (_, hour) => {
      const isLabelled = hour % LABELLED_EVERY_HOURS === 0;
      const minute = hour * 60 + startMinute;
      const clock = minute > DAY_MINUTES ? minute - DAY_MINUTES : minute;
      return {
        at: hour * STEPS_PER_HOUR,
        label: isLabelled ? clockOf(clock).slice(0, 2) : "",
        isStrong: isLabelled,
      };
    }),
  };
}

type Days = Readonly<Record<string, PaintedDay>>;

const paintRowsOf = (rows: readonly WeekRow[], days: Days, startMinute: number): PaintRow[] =>
  rows.map(({ id, label, dayId, startsBlock = false }) => ({
    id,
    label,
    group: dayId,
    columns: DAY_STEPS,
    runs: columnsOfDay(days[dayId] ?? [], startMinute),
    startsBlock,
  }));

/** A week to look at. */
export function WeekPicture({
  label,
  rows,
  days,
  paints,
  isBlankWrong,
  rowHeight,
  hasLabels,
}: {
  label: string;
  rows: readonly WeekRow[];
  days: Days;
  paints: readonly Paint[];
  isBlankWrong?: boolean;
  rowHeight?: number;
  hasLabels?: boolean;
}) {
  return (
    <PaintPicture
      label={label}
      rows={paintRowsOf(rows, days, DAY_STARTS.midnight)}
      scale={scaleFrom(DAY_STARTS.midnight)}
      paints={paints}
      {...(isBlankWrong !== undefined && { isBlankWrong })}
      {...(rowHeight !== undefined && { rowHeight })}
      {...(hasLabels !== undefined && { hasLabels })}
    />
  );
}

export interface WeekPainterProps {
  label: string;
  rows: readonly WeekRow[];
  days: Days;
  paints: readonly Paint[];
  brush: string | null;
  /** What a blank quarter of an hour means. */
  blankName: string;
  isBlankWrong: boolean;
  onPaint: (strokes: readonly DayStroke[], paint: string | null) => void;
  onCopyDay: (fromDayId: string, toDayIds: readonly string[]) => void;
  undo?: (() => void) | undefined;
  redo?: (() => void) | undefined;
}

/** A week painted in quarters of an hour, by drag or by keyboard; from noon to noon a night is one stroke. */
export function WeekPainter({
  label,
  rows,
  days,
  paints,
  brush,
  blankName,
  isBlankWrong,
  onPaint,
  onCopyDay,
  undo,
  redo,
}: WeekPainterProps) {
  const t = useT();
  const [start, setStart] = useState<DayStart>("midnight");
  const startMinute = DAY_STARTS[start];
  const clockAt = (column: number) => {
    const minute = column * STEP_MINUTES + startMinute;
    return clockOf(minute > DAY_MINUTES ? minute - DAY_MINUTES : minute);
  };
  const nameOf = ({ row, column }: GridCell) => `${rows[row]?.label ?? ""} ${clockAt(column)}`;
  const namesOf = (runs: readonly GridRun[]) => {
    const [first] = runs;
    const last = runs.at(-1);
    if (first === undefined || last === undefined) return "";
    const from = rows[first.row]?.label ?? "";
    const to = rows[last.row]?.label ?? "";
    return `${from === to ? from : `${from} – ${to}`} ${clockAt(first.from)}–${clockAt(first.to)}`;
  };
  return (
    <Box sx={{ display: "grid", gap: 1, minWidth: 0 }}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
        <Tooltip title={t("painter.undo")}>
          <span>
            <IconButton size="small" aria-label={t("painter.undo")} disabled={!undo} onClick={undo}>
              <UndoIcon fontSize="small" />
            </IconButton>
          </span>
        </Tooltip>
        <Tooltip title={t("painter.redo")}>
          <span>
            <IconButton size="small" aria-label={t("painter.redo")} disabled={!redo} onClick={redo}>
              <RedoIcon fontSize="small" />
            </IconButton>
          </span>
        </Tooltip>
        <CopyDay rows={rows} onCopyDay={onCopyDay} />
        <ChoiceField
          label={t("painter.axis")}
          value={start}
          choices={STARTS.map((value) => ({ value, label: t(`painter.${value}`) }))}
          onChange={setStart}
          sx={{ minWidth: 150, ml: "auto" }}
        />
      </Box>
      <PaintGrid
        label={label}
        help={t("painter.help")}
        rows={paintRowsOf(rows, days, startMinute)}
        scale={scaleFrom(startMinute)}
        paints={paints}
        brush={brush}
        blankName={blankName}
        isBlankWrong={isBlankWrong}
        shape="block"
        jump={STEPS_PER_HOUR}
        cellName={nameOf}
        runsName={namesOf}
        onPaint={(runs, paint) => onPaint(strokesOf(runs, rows, startMinute), paint)}
        onUndo={() => undo?.()}
        onRedo={() => redo?.()}
      />
      <Typography variant="caption" color="textSecondary" sx={{ display: { xs: "none", md: "block" } }}>
        {t("painter.hint")}
      </Typography>
    </Box>
  );
}

const ALL_DAYS = "";

function CopyDay({ rows, onCopyDay }: Pick<WeekPainterProps, "rows" | "onCopyDay">) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  const days = daysBehind(rows);
  const [from, setFrom] = useState(days[0]?.dayId ?? "");
  const [to, setTo] = useState(ALL_DAYS);
  if (days.length < 2) return null;
  if (!isOpen)
    return (
      <Button
        size="small"
        color="inherit"
        startIcon={<CopyIcon fontSize="small" />}
        onClick={() => setOpen(true)}
      >
        {t("painter.copy")}
      </Button>
    );
  const others = days.filter(({ dayId }) => dayId !== from);
  return (
    <Box
      role="group"
      aria-label={t("painter.copy")}
      sx={{ display: "flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}
    >
      <ChoiceField
        label={t("painter.copyFrom")}
        value={from}
        choices={days.map(({ dayId, label }) => ({ value: dayId, label }))}
        onChange={setFrom}
        minWidth={120}
      />
      <ChoiceField
        label={t("painter.copyTo")}
        value={others.some(({ dayId }) => dayId === to) ? to : ALL_DAYS}
        choices={[
          { value: ALL_DAYS, label: t("painter.allDays") },
          ...others.map(({ dayId, label }) => ({ value: dayId, label })),
        ]}
        onChange={setTo}
        minWidth={120}
      />
      <Button
        size="small"
        variant="outlined"
        onClick={() => {
          onCopyDay(from, to === ALL_DAYS ? others.map(({ dayId }) => dayId) : [to]);
          setOpen(false);
        }}
      >
        {t("painter.copyDo")}
      </Button>
      <Button size="small" color="inherit" onClick={() => setOpen(false)}>
        {t("common.cancel")}
      </Button>
    </Box>
  );
}
