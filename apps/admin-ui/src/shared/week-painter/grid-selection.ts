/** A cell of a painted grid. */
export interface GridCell {
  row: number;
  column: number;
}

/** From where a person began to where they are, both included. */
export interface GridSelection {
  anchor: GridCell;
  head: GridCell;
}

/** Neighbouring columns of one row, `to` not included. */
export interface GridRun {
  row: number;
  from: number;
  to: number;
}

/** `block`: the same columns of every row between; `text`: everything from one cell to the other, as text is selected. */
export type SelectionShape = "block" | "text";

/** What is selected, row by row. `columnsOf` says how many cells each row has. */
export function selectedRuns(
  { anchor, head }: GridSelection,
  shape: SelectionShape,
  columnsOf: readonly number[],
): GridRun[] {
  const isForward = anchor.row < head.row || (anchor.row === head.row && anchor.column <= head.column);
  const [first, last] = isForward ? [anchor, head] : [head, anchor];
  const left = Math.min(anchor.column, head.column);
  const right = Math.max(anchor.column, head.column) + 1;
  const runs: GridRun[] = [];
  for (let row = first.row; row <= last.row; row += 1) {
    const columns = columnsOf[row] ?? 0;
    const from = shape === "block" ? left : row === first.row ? first.column : 0;
    const to = Math.min(shape === "block" ? right : row === last.row ? last.column + 1 : columns, columns);
    if (from < to) runs.push({ row, from, to });
  }
  return runs;
}

/** Where an arrow key leads; the grid's edges hold. */
export function moved(
  { row, column }: GridCell,
  by: { rows?: number; columns?: number },
  columnsOf: readonly number[],
): GridCell {
  const clamp = (value: number, most: number) => Math.max(0, Math.min(value, most));
  const target = clamp(row + (by.rows ?? 0), columnsOf.length - 1);
  return { row: target, column: clamp(column + (by.columns ?? 0), (columnsOf[target] ?? 1) - 1) };
}

/** Widened to whole steps of so many columns, in the direction it was made. */
export function widened({ anchor, head }: GridSelection, step: number): GridSelection {
  const first = (column: number) => Math.floor(column / step) * step;
  const last = (column: number) => first(column) + step - 1;
  const isForward = anchor.column <= head.column;
  return {
    anchor: { row: anchor.row, column: (isForward ? first : last)(anchor.column) },
    head: { row: head.row, column: (isForward ? last : first)(head.column) },
  };
}
