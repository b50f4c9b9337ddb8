import { Box, type Theme } from "@mui/material";
import type { PaintColor } from "../../theme/paint-colors.ts";

/** Something to paint with. */
export interface Paint {
  id: string;
  name: string;
  color: PaintColor;
}

/** Columns of a row in one paint; fractions where an edge lies within a column. */
export interface PaintedRun {
  from: number;
  to: number;
  paint: string;
}

export interface PaintRow {
  id: string;
  label: string;
  /** Cells that the row has; a row may be shorter than the grid. */
  columns: number;
  runs: readonly PaintedRun[];
  /** Rows of one group show the same: painting one paints all. */
  group: string;
  /** Set apart from the row above. */
  startsBlock?: boolean;
}

export interface GridScale {
  columns: number;
  /** Columns at which a line stands, with what is written above it. */
  marks: readonly { at: number; label: string; isStrong?: boolean }[];
}

const percent = (part: number, whole: number) => `${((part / whole) * 100).toFixed(4)}%`;

export const placeOf = ({ from, to }: { from: number; to: number }, { columns }: GridScale) => ({
  left: percent(from, columns),
  width: percent(to - from, columns),
});

/** Narrower than this share of the track, a name does not fit. */
const NAMED_FROM = 0.075;

const HATCH = (theme: Theme) =>
  `repeating-linear-gradient(45deg, ${theme.palette.warning.main} 0 1px, transparent 1px 6px)`;

/** One row as a picture: what is painted in its colours, what is blank hatched where that is a mistake. */
export function PaintTrack({
  row,
  scale,
  paints,
  height,
  isBlankWrong,
  hasNames,
}: {
  row: PaintRow;
  scale: GridScale;
  paints: readonly Paint[];
  height: number;
  isBlankWrong: boolean;
  hasNames: boolean;
}) {
  return (
    <Box aria-hidden sx={{ position: "relative", height, overflow: "hidden" }}>
      <Box
        sx={{
          position: "absolute",
          inset: 0,
          right: "auto",
          width: percent(row.columns, scale.columns),
          backgroundColor: "background.default",
          ...(isBlankWrong && { backgroundImage: HATCH }),
        }}
      />
      {row.runs.map(({ from, to, paint }) => {
        const known = paints.find(({ id }) => id === paint);
        const share = (to - from) / scale.columns;
        return (
          <Box
            key={`${from}-${paint}`}
            sx={{
              position: "absolute",
              top: 0,
              bottom: 0,
              ...placeOf({ from, to }, scale),
              backgroundColor: known?.color.ground ?? "action.disabledBackground",
              color: known?.color.text,
              borderLeft: 1,
              borderColor: known?.color.edge ?? "divider",
              fontSize: "0.6875rem",
              fontWeight: 600,
              lineHeight: `${height}px`,
              px: 0.5,
              overflow: "hidden",
              textOverflow: "ellipsis",
              whiteSpace: "nowrap",
            }}
          >
            {hasNames && share >= NAMED_FROM ? (known?.name ?? paint) : null}
          </Box>
        );
      })}
      {scale.marks.map(({ at, isStrong = false }) => (
        <Box
          key={at}
          sx={{
            position: "absolute",
            top: 0,
            bottom: 0,
            left: percent(at, scale.columns),
            borderLeft: 1,
            borderColor: "text.primary",
            opacity: at === 0 ? 0 : isStrong ? 0.22 : 0.09,
          }}
        />
      ))}
    </Box>
  );
}

/** What stands above the tracks. */
export function ScaleLabels({ scale }: { scale: GridScale }) {
  return (
    <Box aria-hidden sx={{ position: "relative", height: 20 }}>
      {scale.marks
        .filter(({ label }) => label !== "")
        .map(({ at, label }) => (
          <Box
            key={at}
            sx={{
              position: "absolute",
              left: percent(at, scale.columns),
              color: "text.secondary",
              fontSize: "0.75rem",
              fontVariantNumeric: "tabular-nums",
              whiteSpace: "nowrap",
              transform: at === scale.columns ? "translateX(-100%)" : at === 0 ? "none" : "translateX(-50%)",
            }}
          >
            {label}
          </Box>
        ))}
    </Box>
  );
}
