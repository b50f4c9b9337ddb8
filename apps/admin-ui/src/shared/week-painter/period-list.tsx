import AddIcon from "@mui/icons-material/Add";
import RemoveIcon from "@mui/icons-material/Close";
import { Box, Button, IconButton, TextField, Typography } from "@mui/material";
import { useState } from "react";
import { useT } from "../../i18n/use-t.ts";
import { ChoiceField } from "../choice-field.tsx";
import { PaintMark } from "./brush-bar.tsx";
import { clockOf, minuteOf, type PaintedDay, partsOfRange } from "./painted-day.ts";
import type { WeekPainterProps } from "./week-painter.tsx";
import { daysBehind } from "./week-rows.ts";

const CLOCK = /^([01]?\d|2[0-3]):[0-5]\d$|^24:00$/;
const asClock = (text: string) => (CLOCK.test(text) ? text.padStart(5, "0") : null);

/** The same week in words and fields, to the minute: for those who would rather type, and for small screens. */
export function PeriodList({
  rows,
  days,
  paints,
  brush,
  blankName,
  onPaint,
}: Pick<WeekPainterProps, "rows" | "days" | "paints" | "brush" | "blankName" | "onPaint">) {
  const t = useT();
  const kinds = daysBehind(rows);
  const [chosen, setChosen] = useState(kinds[0]?.dayId ?? "");
  const dayId = kinds.some((kind) => kind.dayId === chosen) ? chosen : (kinds[0]?.dayId ?? "");
  const day: PaintedDay = days[dayId] ?? [];
  const [from, setFrom] = useState("22:00");
  const [to, setTo] = useState("06:00");
  const [paint, setPaint] = useState(brush ?? paints[0]?.id ?? "");
  const [fromClock, toClock] = [asClock(from), asClock(to)];
  const range =
    fromClock === null || toClock === null
      ? null
      : { fromMinute: minuteOf(fromClock), toMinute: minuteOf(toClock) };
  const isOvernight = range !== null && range.toMinute <= range.fromMinute && range.toMinute > 0;
  const nameOf = (id: string) => paints.find((each) => each.id === id)?.name ?? blankName;
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <ChoiceField
        label={t("painter.day")}
        value={dayId}
        choices={kinds.map((kind) => ({ value: kind.dayId, label: kind.label }))}
        onChange={setChosen}
        sx={{ maxWidth: 280 }}
      />
      {day.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          {t("painter.nothing")}
        </Typography>
      )}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.25 }}>
        {day.map((span) => {
          const text = `${clockOf(span.fromMinute)}–${clockOf(span.toMinute)}`;
          const known = paints.find(({ id }) => id === span.paint);
          return (
            <Box
              component="li"
              key={span.fromMinute}
              sx={{
                display: "flex",
                alignItems: "center",
                gap: 1,
                maxWidth: 340,
                fontVariantNumeric: "tabular-nums",
              }}
            >
              {known && <PaintMark paint={known} digit={paints.indexOf(known) + 1} />}
              <span>{text}</span>
              <Box component="span" sx={{ flex: 1, color: "text.secondary" }}>
                {nameOf(span.paint)}
              </Box>
              <IconButton
                size="small"
                aria-label={t("painter.remove", { range: `${text} ${nameOf(span.paint)}` })}
                onClick={() => onPaint([{ dayId, ...span }], null)}
              >
                <RemoveIcon fontSize="small" />
              </IconButton>
            </Box>
          );
        })}
      </Box>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center", pt: 1 }}>
        <TextField
          size="small"
          label={t("painter.from")}
          value={from}
          error={fromClock === null}
          onChange={(event) => setFrom(event.target.value)}
          sx={{ width: 88 }}
        />
        <TextField
          size="small"
          label={t("painter.to")}
          value={to}
          error={toClock === null}
          onChange={(event) => setTo(event.target.value)}
          sx={{ width: 88 }}
        />
        {paints.length > 1 && (
          <ChoiceField
            label={t("painter.brush")}
            value={paints.some(({ id }) => id === paint) ? paint : (paints[0]?.id ?? "")}
            choices={paints.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={setPaint}
            minWidth={120}
          />
        )}
        <Button
          size="small"
          variant="outlined"
          startIcon={<AddIcon fontSize="small" />}
          disabled={range === null}
          onClick={() => {
            if (range === null) return;
            const wanted = paints.some(({ id }) => id === paint) ? paint : (paints[0]?.id ?? null);
            onPaint(
              partsOfRange(range).map((part) => ({ dayId, ...part })),
              wanted,
            );
          }}
        >
          {t("painter.paintRange")}
        </Button>
        {isOvernight && (
          <Typography variant="caption" color="textSecondary">
            {t("painter.overnight")}
          </Typography>
        )}
      </Box>
    </Box>
  );
}
