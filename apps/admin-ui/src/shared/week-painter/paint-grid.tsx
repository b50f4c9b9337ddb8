import { Box, Typography, useMediaQuery } from "@mui/material";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { GridCell, GridRun, SelectionShape } from "./grid-selection.ts";
import {
  type GridScale,
  type Paint,
  type PaintRow,
  PaintTrack,
  placeOf,
  ScaleLabels,
} from "./paint-track.tsx";
import { useGridSelection } from "./use-grid-selection.ts";

export interface PaintGridProps {
  label: string;
  /** How it is used by keyboard, for those who hear it. */
  help: string;
  rows: readonly PaintRow[];
  scale: GridScale;
  paints: readonly Paint[];
  /** What a drag paints; null wipes. */
  brush: string | null;
  blankName: string;
  isBlankWrong: boolean;
  shape: SelectionShape;
  /** Columns that Ctrl and an arrow key jump. */
  jump: number;
  rowHeight?: number;
  /** A cell in words: "Monday 07:15". */
  cellName: (cell: GridCell) => string;
  /** What is selected in words: "Monday 07:15–08:30". */
  runsName: (runs: readonly GridRun[]) => string;
  onPaint: (runs: readonly GridRun[], paint: string | null) => void;
  onUndo: () => void;
  onRedo: () => void;
}

const ROW_GAP_PX = 2;
/** Row heights under a mouse and under a finger. */
const ROW_PX = { fine: 28, coarse: 36 } as const;
/** Narrower columns cannot be told apart by a finger: it paints whole jumps, and the list of periods takes the rest. */
const FINEST_FOR_A_FINGER_PX = 6;
const BLOCK_GAP_PX = 8;

/**
 * A grid that is painted by dragging or by keyboard, after the ARIA grid pattern. Only the cell that has the focus is an element:
 * the others are told by their row and column number.
 */
export function PaintGrid(props: PaintGridProps) {
  const { label, help, rows, scale, paints, brush, blankName, isBlankWrong, shape, jump } = props;
  const { cellName, runsName, onPaint, onUndo, onRedo } = props;
  const isFinger = useMediaQuery("(pointer: coarse)", { noSsr: true });
  const rowHeight = props.rowHeight ?? ROW_PX[isFinger ? "coarse" : "fine"];
  const id = useId();
  const tracks = useRef<(HTMLElement | null)[]>([]);
  const [told, setTold] = useState("");
  const nameOf = (paint: string | null) => paints.find((each) => each.id === paint)?.name ?? blankName;

  function apply(runs: readonly GridRun[], paint: string | null): void {
    onPaint(runs, paint);
    setTold(`${runsName(runs)}: ${nameOf(paint)}`);
  }

  const columnsOf = rows.map(({ columns }) => columns);
  const { head, runs, isDragging, pointer, pressed } = useGridSelection({
    shape,
    columnsOf,
    jump,
    onStroke: (stroke) => apply(stroke, brush),
    stepOf: (pointerType) => {
      const widthPx = tracks.current[0]?.getBoundingClientRect().width ?? 0;
      return pointerType === "touch" && widthPx / scale.columns < FINEST_FOR_A_FINGER_PX ? jump : 1;
    },
    cellAt: (x, y) => nearestCell(tracks.current, columnsOf, scale.columns, x, y),
  });

  function press(event: KeyboardEvent): void {
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const digit = /^[0-9]$/.test(event.key) && !isCommand ? Number(event.key) : null;
    if (isCommand && key === "z") (event.shiftKey ? onRedo : onUndo)();
    else if (isCommand && key === "y") onRedo();
    else if (key === "enter" || key === " ") apply(runs, brush);
    else if (key === "delete" || key === "backspace" || digit === 0) apply(runs, null);
    else if (digit !== null && paints[digit - 1] !== undefined) apply(runs, paints[digit - 1]?.id ?? null);
    else if (!pressed(event)) return;
    event.preventDefault();
  }

  const headRow = rows[head.row];
  const headPaint =
    headRow?.runs.find(({ from, to }) => from <= head.column && head.column < to)?.paint ?? null;
  const groups = new Map(runs.map((run) => [rows[run.row]?.group, run]));
  const cellId = `${id}-${head.row}-${head.column}`;
  const brushColor = paints.find((each) => each.id === brush)?.color;
  return (
    <Box sx={{ minWidth: 0 }}>
      <Box
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-describedby={`${id}-help`}
        aria-rowcount={rows.length}
        aria-colcount={scale.columns + 1}
        aria-multiselectable
        aria-activedescendant={cellId}
        onKeyDown={press}
        {...pointer}
        sx={{
          display: "grid",
          gridTemplateColumns: "minmax(44px, max-content) 1fr",
          columnGap: 1,
          alignItems: "center",
          cursor: "crosshair",
          userSelect: "none",
          // A finger that moves sideways paints, one that moves along scrolls the page.
          touchAction: "pan-y",
          borderRadius: 1,
          outlineOffset: 4,
          "&:focus-visible": { outline: 2, outlineColor: "primary.main" },
          "& [data-cursor]": { opacity: 0 },
          "&:focus [data-cursor]": { opacity: 1 },
        }}
      >
        <Box aria-hidden sx={{ gridColumn: 2 }}>
          <ScaleLabels scale={scale} />
        </Box>
        {rows.map((row, index) => {
          const own = runs.find((run) => run.row === index);
          const echoed = own ?? groups.get(row.group);
          const mt = `${index === 0 ? 0 : row.startsBlock ? BLOCK_GAP_PX : ROW_GAP_PX}px`;
          return (
            <Box
              key={row.id}
              role="row"
              aria-rowindex={index + 1}
              sx={{ gridColumn: "1 / -1", display: "grid", gridTemplateColumns: "subgrid", mt }}
            >
              <Typography
                role="rowheader"
                aria-colindex={1}
                variant="caption"
                color={index === head.row ? "textPrimary" : "textSecondary"}
                sx={{ whiteSpace: "nowrap", alignSelf: "center" }}
              >
                {row.label}
              </Typography>
              <Box
                ref={(element: HTMLElement | null) => {
                  tracks.current[index] = element;
                }}
                sx={{ position: "relative", borderRadius: 0.5, overflow: "hidden" }}
              >
                <PaintTrack
                  row={row}
                  scale={scale}
                  paints={paints}
                  height={rowHeight}
                  isBlankWrong={isBlankWrong}
                  hasNames={rows[index - 1]?.group !== row.group}
                />
                {echoed !== undefined && (
                  <Box
                    data-cursor={isDragging ? undefined : ""}
                    sx={{
                      position: "absolute",
                      top: 0,
                      bottom: 0,
                      ...placeOf(echoed, scale),
                      border: 2,
                      borderColor: "primary.main",
                      borderStyle: own === undefined ? "dashed" : "solid",
                      pointerEvents: "none",
                      ...(isDragging && {
                        backgroundColor: brushColor?.ground ?? "background.default",
                      }),
                    }}
                  />
                )}
                {index === head.row && (
                  <Box
                    role="gridcell"
                    id={cellId}
                    aria-colindex={head.column + 2}
                    aria-selected
                    aria-label={`${cellName(head)}, ${nameOf(headPaint)}`}
                    data-cursor=""
                    sx={{
                      position: "absolute",
                      top: 0,
                      bottom: 0,
                      ...placeOf({ from: head.column, to: head.column + 1 }, scale),
                      backgroundColor: "primary.main",
                      pointerEvents: "none",
                    }}
                  />
                )}
              </Box>
            </Box>
          );
        })}
      </Box>
      <Typography
        variant="caption"
        color="textSecondary"
        aria-hidden
        sx={{ display: "block", mt: 0.75, minHeight: 20, fontVariantNumeric: "tabular-nums" }}
      >
        {runsName(runs)} · {isDragging ? nameOf(brush) : nameOf(headPaint)}
      </Typography>
      <Box role="status" sx={HIDDEN}>
        {told}
      </Box>
      <Box id={`${id}-help`} sx={HIDDEN}>
        {help}
      </Box>
    </Box>
  );
}

/** For screen readers only. */
const HIDDEN = {
  position: "absolute",
  width: "1px",
  height: "1px",
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
} as const;

function nearestCell(
  tracks: readonly (HTMLElement | null)[],
  columnsOf: readonly number[],
  columns: number,
  x: number,
  y: number,
): GridCell | null {
  const rects = columnsOf.map((_, row) => tracks[row]?.getBoundingClientRect());
  const distance = (rect: DOMRect | undefined) =>
    rect === undefined ? Number.POSITIVE_INFINITY : Math.max(rect.top - y, y - rect.bottom, 0);
  const row = rects.reduce((best, rect, index) => (distance(rect) < distance(rects[best]) ? index : best), 0);
  const rect = rects[row];
  if (rect === undefined || rect.width === 0) return null;
  const column = Math.floor(((x - rect.left) / rect.width) * columns);
  return { row, column: Math.max(0, Math.min(column, (columnsOf[row] ?? 1) - 1)) };
}
