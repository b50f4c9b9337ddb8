import type { TableBlock, TableColumn } from "./composition.ts";
import {
  addPage,
  drawRule,
  drawText,
  ensureRoom,
  MUTED,
  PALE,
  type Sheet,
  type TextStyle,
  textHeight,
} from "./sheet.ts";

const CELL_GAP = 8;
const ROW_PADDING = 3.5;

interface Column extends TableColumn {
  x: number;
  width: number;
}

/** On a sheet a grid, on a roll a list for every row. */
export function drawTable(sheet: Sheet, table: TableBlock): void {
  if (table.rows.length === 0) {
    const style = { color: MUTED } as const;
    ensureRoom(sheet, textHeight(sheet, table.empty, style));
    sheet.y += drawText(sheet, table.empty, style) + 8;
    if (table.totals.length === 0) return;
  }
  if (sheet.paper.height === null) drawAsList(sheet, table);
  else drawAsGrid(sheet, table);
}

/** A row never breaks, and on every page the head stands above the rows again. */
function drawAsGrid(sheet: Sheet, table: TableBlock): void {
  const columns = columnsOf(sheet, table.columns);
  drawTableHead(sheet, columns);
  for (const row of table.rows) {
    drawRow(sheet, columns, row, {});
    drawRule(sheet);
  }
  for (const row of table.totals) drawRow(sheet, columns, row, { font: "medium" });
  sheet.y += 10;
}

function columnsOf(sheet: Sheet, columns: readonly TableColumn[]): Column[] {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const forCells = sheet.width - CELL_GAP * (columns.length - 1);
  let x = sheet.x;
  return columns.map((column) => {
    const width = (forCells * column.share) / shares;
    const placed = { ...column, x, width };
    x += width + CELL_GAP;
    return placed;
  });
}

const HEAD_STYLE = { color: MUTED, scale: 0.88 } as const satisfies TextStyle;

function headHeight(sheet: Sheet, columns: readonly Column[]): number {
  return Math.max(...columns.map(({ title, width }) => textHeight(sheet, title, { ...HEAD_STYLE, width })));
}

function drawTableHead(sheet: Sheet, columns: readonly Column[]): void {
  const height = headHeight(sheet, columns) + 2 * ROW_PADDING;
  // A head without a row under it says nothing.
  ensureRoom(sheet, height + 3 * sheet.paper.textSize);
  sheet.pdf.rect(sheet.x - 4, sheet.y, sheet.width + 8, height).fill(PALE);
  sheet.y += ROW_PADDING;
  for (const { title, x, width, align } of columns)
    drawText(sheet, title, { ...HEAD_STYLE, x, width, align });
  sheet.y += height - ROW_PADDING;
}

function drawRow(sheet: Sheet, columns: readonly Column[], row: readonly string[], style: TextStyle): void {
  const cells = columns.map(({ x, width, align }, index) => ({
    text: row[index] ?? "",
    style: { ...style, x, width, align },
  }));
  const height = Math.max(...cells.map((cell) => textHeight(sheet, cell.text, cell.style))) + 2 * ROW_PADDING;
  if (sheet.y + height > sheet.bottom) {
    addPage(sheet);
    drawTableHead(sheet, columns);
  }
  sheet.y += ROW_PADDING;
  for (const cell of cells) drawText(sheet, cell.text, cell.style);
  sheet.y += height - ROW_PADDING;
}

function drawAsList(sheet: Sheet, { columns, rows, totals }: TableBlock): void {
  const [first, ...others] = columns;
  for (const row of [...rows, ...totals]) {
    const [key = "", ...values] = row;
    if (first) sheet.y += drawText(sheet, key, { font: "medium" }) + 1;
    others.forEach(({ title }, index) => {
      const value = values[index] ?? "";
      if (value === "") return;
      const label = { color: MUTED, width: sheet.width * 0.5 } as const;
      const figure = { x: sheet.x + sheet.width * 0.5, width: sheet.width * 0.5, align: "right" } as const;
      const height = Math.max(textHeight(sheet, title, label), textHeight(sheet, value, figure));
      drawText(sheet, title, label);
      drawText(sheet, value, figure);
      sheet.y += height + 1;
    });
    sheet.y += 3;
    drawRule(sheet);
    sheet.y += 3;
  }
  sheet.y += 6;
}
