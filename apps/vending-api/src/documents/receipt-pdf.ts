import PDFDocument from "pdfkit";
import { fontFile } from "./fonts.ts";
import { moneyText } from "./money-text.ts";

export interface Receipt {
  siteName: string;
  receiptNumber: string;
  /** Instant of sale, also the document's creation date. */
  at: Date;
  timeZone: string;
  householdName: string;
  unitName: string;
  amountMinor: number;
  balanceAfterMinor: number;
  currency: string;
  currencyDigits: number;
  method: "cash" | "card" | "transfer" | "provider";
  cashier: string;
  note: string;
  entry: { seq: number; hash: string };
  voided: { at: Date; by: string; reason: string } | null;
  /** Counts the prints after the first; 0 is the receipt itself. */
  copy: number;
}

/** A5 portrait in points: 148 × 210 mm. */
const PAGE = { width: 419.53, height: 595.28, margin: 36 } as const;
const INK = "#1b2733";
const MUTED = "#5d6b7a";
const LINE = "#d4dbe2";
const ACCENT = "#0b5c8a";
const WARNING = "#b3261e";

const METHOD_TEXTS = {
  cash: "Cash  现金",
  card: "Card  银行卡",
  transfer: "Transfer  转账",
  provider: "Online payment  网上支付",
} as const satisfies Record<Receipt["method"], string>;

/** The receipt in English and Chinese. The same receipt gives the same bytes. */
export async function receiptPdf(receipt: Receipt): Promise<Buffer> {
  const document = new PDFDocument({
    size: "A5",
    margin: PAGE.margin,
    info: {
      Title: `Receipt ${receipt.receiptNumber}`,
      Author: receipt.siteName,
      Creator: "Hallmeter",
      CreationDate: receipt.at,
      ModDate: receipt.at,
    },
  });
  document.registerFont("regular", fontFile("regular"));
  document.registerFont("medium", fontFile("medium"));
  const bytes = collect(document);
  drawHead(document, receipt);
  const amountEndY = drawAmount(document, receipt);
  const rowsEndY = drawRows(document, receipt, amountEndY + 16);
  if (receipt.voided) drawVoid(document, receipt.voided, receipt.timeZone, rowsEndY + 14);
  drawFoot(document, receipt);
  document.end();
  return bytes;
}

type Document = InstanceType<typeof PDFDocument>;
const innerWidth = PAGE.width - 2 * PAGE.margin;

function collect(document: Document): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document.on("data", (chunk: Buffer) => chunks.push(chunk));
    document.on("end", () => resolve(Buffer.concat(chunks)));
    document.on("error", reject);
  });
}

function drawHead(document: Document, receipt: Receipt): void {
  const { margin } = PAGE;
  document.rect(0, 0, PAGE.width, 6).fill(ACCENT);
  document
    .font("medium")
    .fontSize(12)
    .fillColor(INK)
    .text(receipt.siteName, margin, 32, { width: innerWidth * 0.6 });
  document
    .font("regular")
    .fontSize(8.5)
    .fillColor(MUTED)
    .text("Prepaid electricity  预付费用电", margin, document.y + 1);
  document
    .font("medium")
    .fontSize(17)
    .fillColor(ACCENT)
    .text("Receipt  收据", margin, 29, { width: innerWidth, align: "right" });
  document
    .font("regular")
    .fontSize(9)
    .fillColor(MUTED)
    .text(receipt.receiptNumber, margin, 54, { width: innerWidth, align: "right" });
  if (receipt.copy > 0)
    document
      .font("medium")
      .fillColor(WARNING)
      .text(`Copy ${receipt.copy}  副本 ${receipt.copy}`, margin, 68, { width: innerWidth, align: "right" });
}

/** The figure that everybody looks for. Returns where it ends. */
function drawAmount(document: Document, receipt: Receipt): number {
  const top = 92;
  const height = 74;
  document.roundedRect(PAGE.margin, top, innerWidth, height, 6).fill("#eef4f8");
  document
    .font("regular")
    .fontSize(9)
    .fillColor(MUTED)
    .text("Amount paid  实收金额", PAGE.margin + 16, top + 12);
  document
    .font("medium")
    .fontSize(26)
    .fillColor(INK)
    .text(money(receipt, receipt.amountMinor), PAGE.margin + 16, top + 30, {
      width: innerWidth - 32,
      lineBreak: false,
    });
  return top + height;
}

/** Label and value, one below the other. Returns where they end. */
function drawRows(document: Document, receipt: Receipt, top: number): number {
  const rows: [english: string, chinese: string, value: string][] = [
    ["Room", "房间", receipt.unitName],
    ["Household", "住户", receipt.householdName],
    ["Date", "日期", localTime(receipt.at, receipt.timeZone)],
    ["Paid by", "付款方式", METHOD_TEXTS[receipt.method]],
    ["Balance after", "充值后余额", money(receipt, receipt.balanceAfterMinor)],
    ["Cashier", "收银员", receipt.cashier],
    ...(receipt.note ? [["Note", "备注", receipt.note] as [string, string, string]] : []),
  ];
  const valueX = PAGE.margin + 138;
  let y = top;
  for (const [english, chinese, value] of rows) {
    document
      .font("regular")
      .fontSize(9)
      .fillColor(MUTED)
      .text(`${english}  ${chinese}`, PAGE.margin, y + 7.5);
    document
      .font("medium")
      .fontSize(10)
      .fillColor(INK)
      .text(value, valueX, y + 7, {
        width: PAGE.width - PAGE.margin - valueX,
        align: "right",
        height: 42,
        ellipsis: true,
      });
    y = Math.max(document.y, y + 20) + 7;
    document
      .moveTo(PAGE.margin, y)
      .lineTo(PAGE.width - PAGE.margin, y)
      .lineWidth(0.5)
      .stroke(LINE);
  }
  return y;
}

function drawVoid(
  document: Document,
  voided: NonNullable<Receipt["voided"]>,
  timeZone: string,
  top: number,
): void {
  const text = `${localTime(voided.at, timeZone)} · ${voided.by} · ${voided.reason}`;
  document.roundedRect(PAGE.margin, top, innerWidth, 42, 6).lineWidth(1).stroke(WARNING);
  document
    .font("medium")
    .fontSize(11)
    .fillColor(WARNING)
    .text("VOID  已作废", PAGE.margin + 12, top + 6);
  document
    .font("regular")
    .fontSize(8.5)
    .text(text, PAGE.margin + 12, top + 23, { width: innerWidth - 24, height: 12, ellipsis: true });
}

function drawFoot(document: Document, { entry }: Receipt): void {
  const top = PAGE.height - 78;
  document.font("regular").fontSize(7).fillColor(MUTED);
  document.text(`Ledger entry  账目  #${entry.seq}`, PAGE.margin, top, { width: innerWidth });
  document.text(entry.hash, PAGE.margin, document.y + 1, { width: innerWidth });
  document.text(
    "The number of this receipt is the beginning of the entry's hash.  收据编号取自账目哈希值的开头。",
    PAGE.margin,
    document.y + 3,
    { width: innerWidth },
  );
}

function money({ currency, currencyDigits }: Receipt, amountMinor: number): string {
  return moneyText(amountMinor, currency, currencyDigits);
}

/** ISO order reads the same in both languages. */
function localTime(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(at);
}
