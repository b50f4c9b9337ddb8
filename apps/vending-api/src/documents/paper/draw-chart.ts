import { decimalText } from "./amounts.ts";
import type { ChartBlock } from "./composition.ts";
import { drawText, ensureRoom, LINE, MUTED, type Sheet } from "./sheet.ts";

/** Told apart in print without colour too: light and dark by turns. */
const FILLS = ["#0b5c8a", "#8fc1de", "#e0a43b", "#4f7d52", "#b9d6a9", "#7a5195", "#c9b3d9", "#5d6b7a"];
const PLOT_HEIGHT = 104;
const AXIS_WIDTH = 34;
const TICKS = 4;

/** Stacked bars over a quiet grid, with a legend where there is more than one series. */
export function drawChart(sheet: Sheet, chart: ChartBlock): void {
  ensureRoom(sheet, PLOT_HEIGHT + 52);
  drawLegend(sheet, chart);
  const top = sheet.y + 4;
  const plot = { x: sheet.x + AXIS_WIDTH, width: sheet.width - AXIS_WIDTH, bottom: top + PLOT_HEIGHT };
  const sums = chart.labels.map((_, bar) => sumAt(chart, bar));
  const highest = niceCeiling(Math.max(1, ...sums));
  drawGrid(sheet, chart, plot, highest);
  const slot = plot.width / Math.max(1, chart.labels.length);
  chart.labels.forEach((label, bar) => {
    const x = plot.x + slot * bar;
    let bottom = plot.bottom;
    chart.series.forEach(({ values }, index) => {
      const height = ((values[bar] ?? 0) / highest) * PLOT_HEIGHT;
      if (height > 0)
        sheet.pdf.rect(x + slot * 0.14, bottom - height, slot * 0.72, height).fill(fillOf(index));
      bottom -= height;
    });
    if (label === "") return;
    sheet.y = plot.bottom + 3;
    drawText(sheet, label, { x: x - slot, width: slot * 3, align: "center", color: MUTED, scale: 0.75 });
  });
  sheet.y = plot.bottom + 22;
}

function drawLegend(sheet: Sheet, { series, unit }: ChartBlock): void {
  const style = { color: MUTED, scale: 0.8 } as const;
  const height = drawText(sheet, unit, style);
  let x = sheet.x + AXIS_WIDTH;
  if (series.length > 1)
    series.forEach(({ name }, index) => {
      const width = sheet.pdf.widthOfString(name) + 2;
      sheet.pdf.rect(x, sheet.y + height * 0.3, 6, 6).fill(fillOf(index));
      drawText(sheet, name, { ...style, x: x + 9, width });
      x += width + 21;
    });
  sheet.y += height;
}

function drawGrid(
  sheet: Sheet,
  { digits }: ChartBlock,
  plot: { x: number; width: number; bottom: number },
  highest: number,
): void {
  for (let tick = 0; tick <= TICKS; tick += 1) {
    const y = plot.bottom - (PLOT_HEIGHT * tick) / TICKS;
    sheet.pdf
      .moveTo(plot.x, y)
      .lineTo(plot.x + plot.width, y)
      .lineWidth(tick === 0 ? 0.8 : 0.4)
      .stroke(tick === 0 ? MUTED : LINE);
    const text = decimalText((highest * tick) / TICKS, digits)
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
    const size = sheet.paper.textSize * 0.75;
    sheet.y = y - size * 0.75;
    drawText(sheet, text, { width: AXIS_WIDTH - 5, align: "right", color: MUTED, scale: 0.75 });
  }
}

function fillOf(index: number): string {
  return FILLS[index % FILLS.length] ?? MUTED;
}

function sumAt({ series }: ChartBlock, bar: number): number {
  return series.reduce((sum, { values }) => sum + (values[bar] ?? 0), 0);
}

/** The next of 4, 8, 12, 20, 40 … × 10ⁿ: four ticks of it are short numbers. */
function niceCeiling(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 8, 10].find((factor) => factor * decade >= value) ?? 10;
  return Math.max(TICKS, step * decade);
}
