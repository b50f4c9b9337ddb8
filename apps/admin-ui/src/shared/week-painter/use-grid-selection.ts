import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import {
  type GridCell,
  type GridRun,
  type GridSelection,
  moved,
  type SelectionShape,
  selectedRuns,
  widened,
} from "./grid-selection.ts";

interface Options {
  shape: SelectionShape;
  columnsOf: readonly number[];
  /** Columns that Ctrl and an arrow key jump. */
  jump: number;
  /** The cell under a point of the screen, or the nearest one. */
  cellAt: (x: number, y: number) => GridCell | null;
  /** Columns that a pointer of this kind can tell apart. */
  stepOf: (pointerType: string) => number;
  /** A stroke of the brush has ended. */
  onStroke: (runs: GridRun[]) => void;
}

const ARROWS: Readonly<Record<string, { rows?: number; columns?: number }>> = {
  ArrowUp: { rows: -1 },
  ArrowDown: { rows: 1 },
  ArrowLeft: { columns: -1 },
  ArrowRight: { columns: 1 },
};

/** What is selected in a grid, by drag and by its keyboard twin: arrows move, with Shift they extend. */
export function useGridSelection({ shape, columnsOf, jump, cellAt, stepOf, onStroke }: Options) {
  const [selection, setSelection] = useState<GridSelection>({
    anchor: { row: 0, column: 0 },
    head: { row: 0, column: 0 },
  });
  const [isDragging, setIsDragging] = useState(false);
  const stroke = useRef<{ selection: GridSelection; hasMoved: boolean } | null>(null);

  // Rows may have become fewer since the selection was made.
  const within = (cell: GridCell) => moved(cell, {}, columnsOf);
  const current = { anchor: within(selection.anchor), head: within(selection.head) };
  const runsOf = (selected: GridSelection) => selectedRuns(selected, shape, columnsOf);

  const pointer = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      const cell = cellAt(event.clientX, event.clientY);
      if (cell === null) return;
      const anchor = event.shiftKey ? current.anchor : cell;
      const begun = { anchor, head: cell };
      stroke.current = { selection: begun, hasMoved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
      setSelection(widened(begun, stepOf(event.pointerType)));
      setIsDragging(true);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const running = stroke.current;
      if (running === null) return;
      const cell = cellAt(event.clientX, event.clientY);
      if (cell === null) return;
      const { row, column } = running.selection.head;
      if (cell.row === row && cell.column === column) return;
      running.selection = { anchor: running.selection.anchor, head: cell };
      running.hasMoved = true;
      setSelection(widened(running.selection, stepOf(event.pointerType)));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const running = stroke.current;
      stroke.current = null;
      setIsDragging(false);
      // A finger covers many cells: a tap chooses, a drag paints.
      if (running !== null && (running.hasMoved || event.pointerType !== "touch"))
        onStroke(runsOf(widened(running.selection, stepOf(event.pointerType))));
    },
    /** The page began to scroll under the finger. */
    onPointerCancel: () => {
      stroke.current = null;
      setIsDragging(false);
    },
  };

  function moveTo(head: GridCell, isExtending: boolean): void {
    setSelection({ anchor: isExtending ? current.anchor : head, head });
  }

  /** True when the key was for moving about. */
  function pressed(event: KeyboardEvent): boolean {
    const arrow = ARROWS[event.key];
    const { head } = current;
    if (arrow !== undefined) {
      const isJump = event.ctrlKey || event.metaKey;
      const columns = (arrow.columns ?? 0) * (isJump ? jump : 1);
      moveTo(moved(head, { ...arrow, columns }, columnsOf), event.shiftKey);
      return true;
    }
    if (event.key === "Home" || event.key === "End") {
      const column = event.key === "Home" ? 0 : Number.MAX_SAFE_INTEGER;
      moveTo(moved({ row: head.row, column }, {}, columnsOf), event.shiftKey);
      return true;
    }
    if (event.key === "Escape") {
      moveTo(head, false);
      return true;
    }
    return false;
  }

  return { head: current.head, runs: runsOf(current), isDragging, pointer, pressed };
}
