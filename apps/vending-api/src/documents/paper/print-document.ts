import encodeQr from "qr";
import type { Composition } from "./composition.ts";
import { drawBlock } from "./draw-blocks.ts";
import { type Language, speaker } from "./language.ts";
import { PAPER_SIZES, type PaperName } from "./paper-sizes.ts";
import {
  ACCENT,
  closeSheet,
  drawRule,
  drawText,
  ensureRoom,
  INK,
  MUTED,
  openSheet,
  type Sheet,
  textHeight,
  WARNING,
  writeText,
} from "./sheet.ts";

/** What makes a sheet of paper a document: without it, it is preliminary and says so. */
export interface Seal {
  /** "RC-000123". */
  number: string;
  /** "7K2M-9QXA-04TZ". */
  code: string;
}

export interface PrintOrder {
  composition: Composition;
  siteName: string;
  seal: Seal | null;
  /** Counts the prints after the first; 0 is the document itself. */
  copy: number;
  /** The file's creation date too: the same order gives the same bytes. */
  createdAt: Date;
  language: Language;
  paper: PaperName;
}

const WORDS = {
  trade: { en: "Prepaid electricity", zh: "预付费用电" },
  copy: { en: "Copy", zh: "副本" },
  preliminary: { en: "Preliminary", zh: "暂定稿" },
  page: { en: "Page {page} of {pages}", zh: "第 {page} 页，共 {pages} 页" },
  code: { en: "Verification code", zh: "验证码" },
  check: {
    en: "Whoever has this code can check kind, number, date and amount at",
    zh: "凭此验证码可核对单据种类、编号、日期和金额：",
  },
  unsealed: {
    en: "Not closed yet: figures may still change. This sheet has no number and no code.",
    zh: "尚未结束，数据仍可能变动。本页无编号，亦无验证码。",
  },
} as const;

export const VERIFY_ADDRESS = "/api/v1/documents/verify/";

/** The document as PDF. */
export async function printDocument(order: PrintOrder): Promise<Buffer> {
  const paper = PAPER_SIZES[order.paper];
  const { number } = order.seal ?? { number: "" };
  const info = {
    title: [order.composition.title, number].filter(Boolean).join(" "),
    author: order.siteName,
    createdAt: order.createdAt,
  };
  const drawHead: Sheet["drawHead"] =
    paper.height === null
      ? (sheet) => drawRollHead(sheet, order)
      : (sheet, isFirst) => (isFirst ? drawHeadOf(sheet, order) : drawRunningHead(sheet, order));
  const draw = (rollHeight?: number): Sheet => {
    const sheet = openSheet(paper, info, drawHead, rollHeight);
    for (const block of order.composition.blocks) drawBlock(sheet, block);
    drawSeal(sheet, order);
    return sheet;
  };
  // A roll is as long as what stands on it, which is known once it is drawn.
  const sheet = paper.height === null ? draw(draw().y + paper.margin) : draw();
  if (paper.height !== null) drawFeet(sheet, order);
  return closeSheet(sheet.pdf);
}

function drawHeadOf(sheet: Sheet, { composition, siteName, seal, copy, language }: PrintOrder): void {
  const say = speaker(WORDS, language);
  const { paper, pdf } = sheet;
  pdf.rect(0, 0, paper.width, 6).fill(ACCENT);
  const half = sheet.width * 0.48;
  const top = sheet.y;
  writeText(sheet, siteName, { font: "medium", scale: 1.3, width: half });
  writeText(sheet, say("trade"), { color: MUTED, scale: 0.95, width: half });
  const leftEnd = sheet.y;
  sheet.y = top - 3;
  const right = { x: sheet.x + sheet.width - half, width: half, align: "right" } as const;
  writeText(sheet, composition.title, { ...right, font: "medium", scale: 1.8, color: ACCENT });
  if (composition.subtitle) writeText(sheet, composition.subtitle, { ...right, font: "medium" }, 1);
  if (seal) writeText(sheet, seal.number, { ...right, color: MUTED });
  else writeText(sheet, say("preliminary"), { ...right, font: "medium", color: WARNING });
  if (copy > 0) writeText(sheet, `${say("copy")} ${copy}`, { ...right, font: "medium", color: WARNING });
  sheet.y = Math.max(leftEnd, sheet.y) + 14;
}

function drawRunningHead(sheet: Sheet, { composition, siteName, seal, copy, language }: PrintOrder): void {
  const { title, subtitle } = composition;
  const style = { color: MUTED, scale: 0.88 } as const;
  const what = [title, subtitle, seal?.number, copy > 0 && `${WORDS.copy[language]} ${copy}`];
  const half = sheet.width / 2;
  const siteHeight = drawText(sheet, siteName, { ...style, width: half - 8 });
  const whatHeight = drawText(sheet, what.filter(Boolean).join("  ·  "), {
    ...style,
    x: sheet.x + half,
    width: half,
    align: "right",
  });
  sheet.y += Math.max(siteHeight, whatHeight) + 4;
  drawRule(sheet);
  sheet.y += 12;
}

function drawRollHead(sheet: Sheet, { composition, siteName, seal, copy, language }: PrintOrder): void {
  const say = speaker(WORDS, language);
  const { title, subtitle } = composition;
  const centre = { align: "center" } as const;
  writeText(sheet, siteName, { ...centre, font: "medium", scale: 1.15 });
  writeText(sheet, title, { ...centre, font: "medium", scale: 1.6 });
  if (subtitle) writeText(sheet, subtitle, { ...centre, font: "medium" });
  writeText(sheet, seal ? seal.number : say("preliminary"), { ...centre, color: seal ? MUTED : WARNING });
  if (copy > 0) writeText(sheet, `${say("copy")} ${copy}`, { ...centre, font: "medium" });
  sheet.y += 8;
}

const QR_SIZE = 58;

/** The code for eyes and for a camera, under everything else. */
function drawSeal(sheet: Sheet, { seal, language }: PrintOrder): void {
  const say = speaker(WORDS, language);
  if (!seal) {
    const style = { color: MUTED, scale: 0.85 } as const;
    ensureRoom(sheet, textHeight(sheet, say("unsealed"), style) + 8);
    sheet.y += 8;
    writeText(sheet, say("unsealed"), style);
    return;
  }
  const isRoll = sheet.paper.height === null;
  ensureRoom(sheet, QR_SIZE + 8);
  // On a sheet it stands at the foot of the last page, whatever the length of the text above it.
  sheet.y = isRoll ? sheet.y + 6 : sheet.bottom - QR_SIZE;
  drawQr(sheet, seal.code, isRoll ? sheet.x + (sheet.width - QR_SIZE) / 2 : sheet.x);
  const beside = isRoll
    ? ({ align: "center" } as const)
    : ({ x: sheet.x + QR_SIZE + 12, width: sheet.width - QR_SIZE - 12 } as const);
  sheet.y += isRoll ? QR_SIZE + 4 : 6;
  writeText(sheet, say("code"), { ...beside, color: MUTED, scale: 0.85 });
  writeText(sheet, seal.code, { ...beside, font: "medium", scale: 1.2, color: INK }, 2);
  const address = `${say("check")} ${VERIFY_ADDRESS}${seal.code}`;
  writeText(sheet, address, { ...beside, color: MUTED, scale: 0.75 });
}

/** Upper case letters, digits and "-:" are QR's alphanumeric mode: fewer and larger dots (ISO/IEC 18004, 7.4.4). */
function drawQr(sheet: Sheet, code: string, x: number): void {
  // The library draws a border of at least one dot; ours is the empty paper around it.
  const bordered = encodeQr(`HALLMETER:${code}`, "raw", { ecc: "medium", border: 1 });
  const dots = bordered.slice(1, -1).map((row) => row.slice(1, -1));
  const size = QR_SIZE / dots.length;
  dots.forEach((row, line) => {
    row.forEach((isDark, column) => {
      if (isDark) sheet.pdf.rect(x + column * size, sheet.y + line * size, size, size);
    });
  });
  sheet.pdf.fill(INK);
}

function drawFeet(sheet: Sheet, { seal, language }: PrintOrder): void {
  const say = speaker(WORDS, language);
  const { pdf, paper } = sheet;
  const { start, count } = pdf.bufferedPageRange();
  const style = { color: MUTED, scale: 0.8 } as const;
  for (let page = 0; page < count; page += 1) {
    pdf.switchToPage(start + page);
    sheet.y = sheet.bottom + 11;
    if (seal) drawText(sheet, `${seal.number}  ·  ${seal.code}`, { ...style, width: sheet.width * 0.7 });
    const number = say("page")
      .replace("{page}", String(page + 1))
      .replace("{pages}", String(count));
    const width = sheet.width * 0.3;
    drawText(sheet, number, { ...style, x: paper.width - paper.margin - width, width, align: "right" });
  }
}
