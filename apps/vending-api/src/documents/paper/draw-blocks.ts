import type { Block, LabelledValue } from "./composition.ts";
import { drawChart } from "./draw-chart.ts";
import { drawTable } from "./draw-table.ts";
import {
  drawRule,
  drawText,
  ensureRoom,
  INK,
  MUTED,
  PALE,
  type Sheet,
  textHeight,
  WARNING,
  writeText,
} from "./sheet.ts";

/** A heading alone at the end of a page belongs on the next. */
const ROOM_AFTER_HEADING = 56;

export function drawBlock(sheet: Sheet, block: Block): void {
  switch (block.kind) {
    case "figure":
      drawFigure(sheet, block);
      return;
    case "heading":
      drawHeading(sheet, block.text);
      return;
    case "facts":
      drawFacts(sheet, block.rows);
      return;
    case "table":
      drawTable(sheet, block);
      return;
    case "chart":
      drawChart(sheet, block);
      return;
    case "note":
      drawNote(sheet, block.text);
      return;
    case "warning":
      drawWarning(sheet, block);
      return;
    case "signatures":
      drawSignatures(sheet, block.labels);
      return;
  }
}

function drawFigure(sheet: Sheet, { label, value }: { label: string; value: string }): void {
  const padding = sheet.paper.textSize * (isRoll(sheet) ? 0.9 : 1.6);
  const inner = { x: sheet.x + padding, width: sheet.width - 2 * padding };
  const labelStyle = { ...inner, color: MUTED } as const;
  const valueStyle = { ...inner, font: "medium", scale: isRoll(sheet) ? 2 : 2.5 } as const;
  const height = textHeight(sheet, label, labelStyle) + textHeight(sheet, value, valueStyle) + padding;
  ensureRoom(sheet, height + 12);
  const top = sheet.y;
  sheet.pdf.roundedRect(sheet.x, top, sheet.width, height, 5).fill(PALE);
  // The font's line has more room under its figures than above them.
  sheet.y += 0.8 * padding;
  writeText(sheet, label, labelStyle);
  drawText(sheet, value, valueStyle);
  sheet.y = top + height + 12;
}

function drawHeading(sheet: Sheet, text: string): void {
  ensureRoom(sheet, ROOM_AFTER_HEADING);
  sheet.y += 8;
  writeText(sheet, text, { font: "medium", scale: 1.15, color: INK }, 5);
}

function drawFacts(sheet: Sheet, rows: readonly LabelledValue[]): void {
  const labelWidth = sheet.width * (isRoll(sheet) ? 0.4 : 0.34);
  const gap = 8;
  const valueX = sheet.x + labelWidth + gap;
  const padding = isRoll(sheet) ? 2 : 4;
  for (const [label, value] of rows) {
    const labelStyle = { color: MUTED, width: labelWidth } as const;
    const valueStyle = {
      font: "medium",
      x: valueX,
      width: sheet.width - labelWidth - gap,
      align: "right",
    } as const;
    const height = Math.max(textHeight(sheet, label, labelStyle), textHeight(sheet, value, valueStyle));
    ensureRoom(sheet, height + 2 * padding);
    sheet.y += padding;
    drawText(sheet, label, labelStyle);
    drawText(sheet, value, valueStyle);
    sheet.y += height + padding;
    drawRule(sheet);
  }
  sheet.y += 10;
}

function drawNote(sheet: Sheet, text: string): void {
  const style = { color: MUTED, scale: 0.85 } as const;
  ensureRoom(sheet, textHeight(sheet, text, style));
  writeText(sheet, text, style, 8);
}

function drawWarning(sheet: Sheet, { title, text }: { title: string; text: string }): void {
  const padding = 8;
  const inner = { x: sheet.x + padding, width: sheet.width - 2 * padding, color: WARNING };
  const titleStyle = { ...inner, font: "medium", scale: 1.2 } as const;
  const height = textHeight(sheet, title, titleStyle) + textHeight(sheet, text, inner) + 1.6 * padding;
  ensureRoom(sheet, height + 10);
  const top = sheet.y;
  sheet.pdf.roundedRect(sheet.x, top, sheet.width, height, 5).lineWidth(1).stroke(WARNING);
  sheet.y += 0.8 * padding;
  writeText(sheet, title, titleStyle);
  drawText(sheet, text, inner);
  sheet.y = top + height + 10;
}

/** A hand needs this much above the line. */
const SIGNATURE_ROOM = 36;

function drawSignatures(sheet: Sheet, labels: readonly string[]): void {
  const height = 54;
  ensureRoom(sheet, height);
  const gap = 24;
  const width = (sheet.width - gap * (labels.length - 1)) / labels.length;
  sheet.y += SIGNATURE_ROOM;
  labels.forEach((label, index) => {
    const x = sheet.x + index * (width + gap);
    sheet.pdf
      .moveTo(x, sheet.y)
      .lineTo(x + width, sheet.y)
      .lineWidth(0.7)
      .stroke(MUTED);
    sheet.y += 4;
    drawText(sheet, label, { x, width, color: MUTED, scale: 0.85 });
    sheet.y -= 4;
  });
  sheet.y += height - SIGNATURE_ROOM;
}

function isRoll({ paper }: Sheet): boolean {
  return paper.height === null;
}
