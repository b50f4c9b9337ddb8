import { z } from "zod";
import type { IssuedDocument } from "./document.model.ts";
import { numberText } from "./document.model.ts";
import { drawingQueue } from "./drawing/drawing-queue.ts";
import { DOCUMENT_KINDS, type DocumentKind } from "./kinds/document-kinds.ts";
import { timeText } from "./paper/amounts.ts";
import type { Composition } from "./paper/composition.ts";
import { LANGUAGES, type Language } from "./paper/language.ts";
import { PAPER_NAMES } from "./paper/paper-sizes.ts";

/** One for the process: what a document costs is a core's time, whoever asks. */
const drawings = drawingQueue();

/** How somebody wants to have a document. */
export const printQuery = z.strictObject({
  language: z.enum(LANGUAGES).optional().meta({ description: "Default: what the site has chosen." }),
  paper: z
    .enum(PAPER_NAMES)
    .optional()
    .meta({ description: "Default: what its kind is usually printed on." }),
  copy: z
    .string()
    .regex(/^\d{1,5}$/, "Is no number of a copy")
    .transform(Number)
    .optional()
    .meta({ description: "A print that was counted; it says so on its face." }),
});
export type PrintWish = z.output<typeof printQuery>;

export interface PrintedFile {
  bytes: Buffer;
  fileName: string;
}

/** What took a document back after it was issued: the void of a purchase. */
export interface Withdrawn {
  at: Date;
  by: string;
  reason: string;
}

const VOID_WORDS = { en: "VOID", zh: "已作废" } as const;

/** The same document, wish, language of the site and withdrawal give the same bytes. */
export async function printIssued(
  document: IssuedDocument,
  wish: PrintWish,
  siteLanguage: Language,
  withdrawn: Withdrawn | null = null,
): Promise<PrintedFile> {
  const { language = siteLanguage, paper, copy = 0 } = wish;
  const kind = DOCUMENT_KINDS[document.kind];
  const facts = kind.read(document.facts);
  const number = numberText(document);
  const bytes = await drawings.draw({
    composition: withVoid(facts.compose(language), withdrawn, facts.place.timeZone, language),
    siteName: facts.place.siteName,
    seal: { number, code: document.code },
    copy,
    createdAt: document.issuedAt,
    language,
    paper: paper ?? kind.paper,
  });
  return { bytes, fileName: fileName(document.kind, number, copy) };
}

/** Of something that is not over: no number, no code, and it says so. */
export async function printPreliminary(
  kind: DocumentKind,
  unread: unknown,
  { language: wished, paper }: Pick<PrintWish, "language" | "paper">,
  siteLanguage: Language,
): Promise<PrintedFile> {
  const language = wished ?? siteLanguage;
  const row = DOCUMENT_KINDS[kind];
  const facts = row.read(unread);
  const bytes = await drawings.draw({
    composition: facts.compose(language),
    siteName: facts.place.siteName,
    seal: null,
    copy: 0,
    createdAt: new Date(facts.at),
    language,
    paper: paper ?? row.paper,
  });
  return { bytes, fileName: fileName(kind, "preliminary", 0) };
}

function fileName(kind: DocumentKind, number: string, copy: number): string {
  return `${kind}-${number}${copy > 0 ? `-copy-${copy}` : ""}.pdf`;
}

function withVoid(
  composition: Composition,
  withdrawn: Withdrawn | null,
  timeZone: string,
  language: Language,
): Composition {
  if (!withdrawn) return composition;
  const { at, by, reason } = withdrawn;
  const text = [timeText(at.toISOString(), timeZone), by, reason].filter(Boolean).join(" · ");
  const warning = { kind: "warning", title: VOID_WORDS[language], text } as const;
  return { ...composition, blocks: [warning, ...composition.blocks] };
}
