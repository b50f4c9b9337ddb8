import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENT_KIND_NAMES, DOCUMENT_KINDS, type DocumentKind } from "./kinds/document-kinds.ts";
import { LANGUAGES, type Language } from "./paper/language.ts";
import type { PaperName } from "./paper/paper-sizes.ts";
import { printDocument } from "./paper/print-document.ts";
import { pdfText } from "./testing/pdf-text.ts";
import { SAMPLE_FACTS, SAMPLE_MONTHLY_STATEMENT, SAMPLE_REFUND_STATEMENT } from "./testing/sample-facts.ts";

const SEAL = { number: "XX-000123", code: "7K2M-9QXA-04TZ" };
interface Change {
  facts?: object;
  paper?: PaperName;
  copy?: number;
  sealed?: boolean;
}

function print(
  kind: DocumentKind,
  language: Language,
  { facts, paper, copy = 0, sealed = true }: Change = {},
) {
  const row = DOCUMENT_KINDS[kind];
  const read = row.read({ ...SAMPLE_FACTS[kind], ...facts });
  return printDocument({
    composition: read.compose(language),
    siteName: read.place.siteName,
    seal: sealed ? SEAL : null,
    copy,
    createdAt: new Date(read.at),
    language,
    paper: paper ?? row.paper,
  });
}

const printed = new Map<string, Promise<Buffer>>();

/** The sample as it is, printed once for all tests: a font takes its time. */
function sample(kind: DocumentKind, language: Language): Promise<Buffer> {
  const key = `${kind}:${language}`;
  const known = printed.get(key) ?? print(kind, language);
  printed.set(key, known);
  return known;
}

/** Line breaks depend on widths; what is said does not. */
const said = (bytes: Buffer) => pdfText(bytes).join("\n").replaceAll(/\s+/g, "");
const spaceless = (texts: readonly string[]) => texts.map((text) => text.replaceAll(" ", ""));

describe.each(DOCUMENT_KIND_NAMES)("%s", (kind) => {
  it("is the same bytes for the same facts", async () => {
    const first = await sample(kind, "zh");
    expect(first.subarray(0, 5).toString()).toBe("%PDF-");
    expect(first.equals(await print(kind, "zh"))).toBe(true);
    expect(first.length).toBeLessThan(200_000);
  });

  it.each(LANGUAGES)(
    "can be searched, and draws no character that its font lacks, in %s",
    async (language) => {
      const text = said(await sample(kind, language));
      expect(text).toContain("WillowHall柳园公寓");
      expect(text).toContain(SEAL.code);
      expect(text).toContain(SEAL.number);
      expect(text).toContain(DOCUMENT_KINDS[kind].name[language].replaceAll(" ", ""));
      expect(text).not.toContain("�");
    },
  );

  it("numbers every page of all", async () => {
    const pages = pdfText(await sample(kind, "en"));
    pages.forEach((page, index) => {
      expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    });
  });
});

const EXPECTED = [
  ["receipt", "en", ["Receipt", "50.00 CNY", "48.37 CNY", "2025-03-01 10:15:30", "Cash", "Li Wei 李伟"]],
  ["receipt", "zh", ["收据", "实收金额", "充值后余额", "现金", "收银员"]],
  ["till-report", "en", ["Front desk 前台 · Shift 47", "-1.00 CNY", "3,435.00", "2,124.00", "-300.00"]],
  ["till-report", "zh", ["收银班次报表", "差额", "清点", "银行卡"]],
  ["monthly-statement", "en", ["November 2025", "12.40", "67.31", "-95.09", "86.648395000", "2025-11-30"]],
  ["monthly-statement", "zh", ["2025年11月", "月末余额", "尾数结转", "每日用电"]],
  ["refund-statement", "en", ["16.13 CNY", "500.00", "-483.87", "0.004310250 CNY", "1,284.310", "Typed"]],
  ["refund-statement", "zh", ["应退金额", "补贴到期", "人工录入", "领款人签字"]],
  ["class-summary", "en", ["Class of 2025", "Refunded 57", "type its reading", "A-604"]],
  ["class-summary", "zh", ["批量退费汇总", "已退费", "欠费，须由他人批准", "审批人签字"]],
  ["grant-run", "en", ["865.000 kWh", "5.000 kWh per resident", "No residents", "O’Brien & Ørsted"]],
  ["grant-run", "zh", ["补贴发放清单", "每人", "犇鑫淼 · 赟龑", "喆堃"]],
] as const satisfies [DocumentKind, Language, string[]][];

describe("what is said", () => {
  it.each(EXPECTED)("on a %s in %s", async (kind, language, texts) => {
    const text = said(await sample(kind, language));
    for (const expected of spaceless(texts)) expect(text).toContain(expected);
  });

  it("repeats a table's head on every page that has rows of it", async () => {
    const pages = pdfText(await sample("grant-run", "en")).filter((page) => /A-\d{3}/.test(page));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(page).toContain("Amount kWh");
  });

  it("is preliminary while it has no number", async () => {
    const text = said(await print("till-report", "en", { sealed: false }));
    expect(text).toContain("Preliminary");
    expect(text).not.toContain(SEAL.number);
    expect(text).not.toContain("Verification");
  });

  it("marks a copy on every page", async () => {
    for (const page of pdfText(await print("grant-run", "en", { copy: 3 }))) expect(page).toContain("Copy 3");
  });
});

describe("rolls", () => {
  it.each(["roll-80", "roll-58"] as const)(
    "are one strip of the length that they need, on %s",
    async (paper) => {
      const short = await print("receipt", "zh", { paper });
      const long = await print("receipt", "zh", { paper, facts: { note: "n ".repeat(400) } });
      expect(pdfText(long)).toHaveLength(1);
      expect(heightOf(long)).toBeGreaterThan(heightOf(short) + 50);
      expect(said(short)).toContain("7K2M-9QXA-04TZ");
    },
  );
});

function heightOf(bytes: Buffer): number {
  return Number(/\/MediaBox \[0 0 [\d.]+ ([\d.]+)\]/.exec(bytes.toString("latin1"))?.[1]);
}

describe("sums", () => {
  it("of the sample month go from opening to closing, and from Wh to money", () => {
    const { opening, closing, movements, charges } = SAMPLE_MONTHLY_STATEMENT;
    const moved = movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    expect(opening.amountMinor + moved - charges.chargedMinor).toBe(closing.amountMinor);
    const ratedNano = charges.rates.reduce((sum, { costNano }) => sum + costNano, 0);
    expect(ratedNano - charges.freeNano + charges.carriedNano).toBe(charges.chargedMinor * 10_000_000);
  });

  it("of the sample refund leave nothing on the account", () => {
    const { movements, months } = SAMPLE_REFUND_STATEMENT;
    const moved = movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    expect(moved - months.reduce((sum, { chargedMinor }) => sum + chargedMinor, 0)).toBe(0);
  });
});

const hasPoppler = spawnSync("pdftotext", ["-v"]).error === undefined;

describe("poppler", () => {
  it.skipIf(!hasPoppler)("reads the same text out of the documents (needs pdftotext)", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hallmeter-documents-"));
    try {
      for (const [kind, language, texts] of EXPECTED) {
        const file = join(folder, `${kind}.pdf`);
        writeFileSync(file, await sample(kind, language));
        const text = execFileSync("pdftotext", ["-layout", file, "-"]).toString().replaceAll(/\s+/g, "");
        for (const expected of spaceless(texts)) expect(text).toContain(expected);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
