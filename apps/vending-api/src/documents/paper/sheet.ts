import PDFDocument from "pdfkit";
import { FONT_NAMES, type FontName, fontFile } from "./fonts.ts";
import type { PaperSize } from "./paper-sizes.ts";

export const INK = "#1b2733";
export const MUTED = "#5d6b7a";
export const LINE = "#d4dbe2";
export const PALE = "#eef4f8";
export const ACCENT = "#0b5c8a";
export const WARNING = "#b3261e";

/** The longest page that PDF 1.6 readers must show: 200 inches (ISO 32000-1, annex C.2). A roll is measured on it. */
export const LONGEST_PAGE = 14_400;

export type Pdf = InstanceType<typeof PDFDocument>;

/** A document while it is drawn: everything goes to `y`, and moves it. */
export interface Sheet {
  pdf: Pdf;
  paper: PaperSize;
  /** Left edge and width of what may be printed on. */
  x: number;
  width: number;
  y: number;
  /** Nothing of the body goes below. */
  bottom: number;
  /** Draws what stands above the body of a page, and leaves `y` under it. */
  drawHead(sheet: Sheet, isFirst: boolean): void;
}

export interface SheetInfo {
  title: string;
  author: string;
  createdAt: Date;
}

/** Room for page number and code under the body of a page. */
const FOOT_HEIGHT = 22;

export function openSheet(
  paper: PaperSize,
  { title, author, createdAt }: SheetInfo,
  drawHead: Sheet["drawHead"],
  rollHeight = LONGEST_PAGE,
): Sheet {
  const { width, margin } = paper;
  const height = paper.height ?? rollHeight;
  const pdf = new PDFDocument({
    size: [width, height],
    // pdfkit must never break a page by itself: what stands on the next one would lack its head.
    margin: 0,
    bufferPages: true,
    info: { Title: title, Author: author, Creator: "Hallmeter", CreationDate: createdAt, ModDate: createdAt },
  });
  for (const name of FONT_NAMES) pdf.registerFont(name, fontFile(name));
  const bottom = height - (paper.height === null ? 0 : margin + FOOT_HEIGHT);
  const sheet: Sheet = { pdf, paper, x: margin, width: width - 2 * margin, y: margin, bottom, drawHead };
  drawHead(sheet, true);
  return sheet;
}

export function addPage(sheet: Sheet): void {
  sheet.pdf.addPage();
  sheet.y = sheet.paper.margin;
  sheet.drawHead(sheet, false);
}

/** Goes to the next page unless this much fits on this one. */
export function ensureRoom(sheet: Sheet, height: number): void {
  if (sheet.y + height > sheet.bottom) addPage(sheet);
}

/** A Chinese font draws ’ and “ as wide as a character, which suits Chinese text only (OpenType `pwid`). */
function featuresFor(text: string): PDFKit.Mixins.OpenTypeFeatures[] {
  return /\p{Script=Han}/u.test(text) ? [] : ["pwid"];
}

export interface TextStyle {
  font?: FontName;
  /** In proportion to the paper's text. */
  scale?: number;
  color?: string;
  align?: "left" | "right" | "center";
  x?: number;
  width?: number;
}

/** Draws at `y` without moving it, and tells how high the text is. */
export function drawText(sheet: Sheet, text: string, style: TextStyle = {}): number {
  const height = textHeight(sheet, text, style);
  const { x = sheet.x, align = "left", color = INK, width = sheet.width } = style;
  sheet.pdf.fillColor(color).text(text, x, sheet.y, { width, align, features: featuresFor(text) });
  return height;
}

export function textHeight(sheet: Sheet, text: string, style: TextStyle): number {
  const { font = "regular", scale = 1, width = sheet.width } = style;
  sheet.pdf.font(font).fontSize(sheet.paper.textSize * scale);
  return sheet.pdf.heightOfString(text === "" ? " " : text, { width, features: featuresFor(text) });
}

/** Draws at `y` and goes below. */
export function writeText(sheet: Sheet, text: string, style: TextStyle = {}, gap = 0): void {
  sheet.y += drawText(sheet, text, style) + gap;
}

export function drawRule(sheet: Sheet, { color = LINE, weight = 0.5 } = {}): void {
  sheet.pdf
    .moveTo(sheet.x, sheet.y)
    .lineTo(sheet.x + sheet.width, sheet.y)
    .lineWidth(weight)
    .stroke(color);
}

export function closeSheet(pdf: Pdf): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
    pdf.on("end", () => resolve(Buffer.concat(chunks)));
    pdf.on("error", reject);
    pdf.end();
  });
}
