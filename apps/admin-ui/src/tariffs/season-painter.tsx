import AddIcon from "@mui/icons-material/Add";
import { Box, Button, TextField, Typography } from "@mui/material";
import { useT } from "../i18n/use-t.ts";
import { useCalendarNames } from "../shared/week-painter/calendar-names.ts";
import type { GridRun } from "../shared/week-painter/grid-selection.ts";
import { PaintGrid } from "../shared/week-painter/paint-grid.tsx";
import type { GridScale, Paint, PaintRow } from "../shared/week-painter/paint-track.tsx";
import { usePaintColors } from "../theme/use-paint-colors.ts";
import type { ChangeDraft } from "./rate-palette.tsx";
import { daysOfRuns, MONTH_DAYS, monthDayOf, paintYear, runsOfMonth, seasonOfDays } from "./season-days.ts";
import { addSeason, copySeason, MOST_SEASONS, removeSeason, type TariffDraft } from "./tariff-draft.ts";

const SCALE: GridScale = {
  columns: 31,
  marks: Array.from({ length: 32 }, (_, day) => ({
    at: day,
    label: [0, 4, 9, 14, 19, 24, 29].includes(day) ? String(day + 1) : "",
    isStrong: [10, 20].includes(day),
  })),
};
const DAYS_OF_A_WEEK = 7;

function useSeasonPaints(seasons: TariffDraft["seasons"]): Paint[] {
  const colors = usePaintColors(seasons.map((_, index) => index));
  return seasons.flatMap(({ id, name }, index) => {
    const color = colors[index % colors.length];
    return color === undefined ? [] : [{ id, name, color }];
  });
}

/** The year: every day in one season. The chosen season is the brush, and the one whose week is painted. */
export function SeasonPainter({
  draft,
  seasonId,
  onSeason,
  change,
  undo,
  redo,
}: {
  draft: TariffDraft;
  seasonId: string;
  onSeason: (seasonId: string) => void;
  change: ChangeDraft;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
}) {
  const t = useT();
  const names = useCalendarNames();
  const paints = useSeasonPaints(draft.seasons);
  const owners = seasonOfDays(draft.seasons);
  const rows: PaintRow[] = MONTH_DAYS.map((columns, month) => ({
    id: String(month),
    label: names.month(month + 1),
    group: String(month),
    columns,
    runs: runsOfMonth(owners, month),
  }));
  const dayName = (day: number | undefined) => (day === undefined ? "" : names.monthDay(monthDayOf(day)));
  const runsName = (runs: readonly GridRun[]) => {
    const days = daysOfRuns(runs);
    const [first, last] = [dayName(days[0]), dayName(days.at(-1))];
    return first === last ? first : `${first} – ${last}`;
  };
  const season = draft.seasons.find(({ id }) => id === seasonId);
  const others = draft.seasons.filter(({ id }) => id !== seasonId);
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      <Typography variant="body2" color="textSecondary">
        {t("tariffs.seasonsHelp")}
      </Typography>
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center" }}>
        <TextField
          size="small"
          label={t("tariffs.seasonName")}
          value={season?.name ?? ""}
          error={season?.name.trim() === ""}
          onChange={(event) =>
            change((before) => ({
              ...before,
              seasons: before.seasons.map((each) =>
                each.id === seasonId ? { ...each, name: event.target.value } : each,
              ),
            }))
          }
          slotProps={{ htmlInput: { maxLength: 60 } }}
          sx={{ width: 200 }}
        />
        <Button
          size="small"
          startIcon={<AddIcon fontSize="small" />}
          disabled={draft.seasons.length >= MOST_SEASONS}
          onClick={() => {
            const added = addSeason(draft, t("tariffs.newSeason"), seasonId);
            change(() => added);
            onSeason(added.seasons.at(-1)?.id ?? seasonId);
          }}
        >
          {t("tariffs.addSeason")}
        </Button>
        {others.length > 0 && (
          <>
            <Button
              size="small"
              color="inherit"
              onClick={() => {
                change((before) => removeSeason(before, seasonId));
                onSeason(others[0]?.id ?? "");
              }}
            >
              {t("tariffs.removeSeason")}
            </Button>
            <Button
              size="small"
              color="inherit"
              onClick={() =>
                change((before) => others.reduce((next, { id }) => copySeason(next, seasonId, id), before))
              }
            >
              {t("tariffs.otherSeasons")}
            </Button>
          </>
        )}
      </Box>
      <PaintGrid
        label={t("tariffs.seasons")}
        help={t("painter.yearHelp")}
        rows={rows}
        scale={SCALE}
        paints={paints}
        brush={seasonId}
        blankName={t("tariffs.noSeason")}
        isBlankWrong
        shape="text"
        jump={DAYS_OF_A_WEEK}
        rowHeight={20}
        cellName={({ row, column }) => dayName(daysOfRuns([{ row, from: column, to: column + 1 }])[0])}
        runsName={runsName}
        onPaint={(runs, paint) =>
          change((before) => ({ ...before, seasons: paintYear(before.seasons, daysOfRuns(runs), paint) }))
        }
        onUndo={() => undo?.()}
        onRedo={() => redo?.()}
      />
    </Box>
  );
}
