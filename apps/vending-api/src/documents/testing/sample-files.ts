import { DOCUMENT_KIND_NAMES, DOCUMENT_KINDS, type DocumentKind } from "../kinds/document-kinds.ts";
import { LANGUAGES } from "../paper/language.ts";
import type { PaperName } from "../paper/paper-sizes.ts";
import { printDocument } from "../paper/print-document.ts";
import { SAMPLE_FACTS } from "./sample-facts.ts";

/** What is printed at a till goes onto rolls too. */
const MORE_PAPERS: Readonly<Partial<Record<DocumentKind, readonly PaperName[]>>> = {
  receipt: ["roll-80", "roll-58", "a4"],
  "till-report": ["a5", "roll-80"],
};

/** Every kind in both languages on its papers. The same bytes at every run. */
export async function sampleFiles(): Promise<{ name: string; bytes: Buffer }[]> {
  const files: { name: string; bytes: Buffer }[] = [];
  for (const kind of DOCUMENT_KIND_NAMES) {
    const { read, paper: usual, prefix } = DOCUMENT_KINDS[kind];
    const facts = read(SAMPLE_FACTS[kind]);
    for (const paper of [usual, ...(MORE_PAPERS[kind] ?? [])])
      for (const language of LANGUAGES) {
        const bytes = await printDocument({
          composition: facts.compose(language),
          siteName: facts.place.siteName,
          seal: { number: `${prefix}-000123`, code: "7K2M-9QXA-04TZ" },
          copy: 0,
          createdAt: new Date(facts.at),
          language,
          paper,
        });
        files.push({ name: `${kind}-${paper}-${language}.pdf`, bytes });
      }
  }
  return files;
}
