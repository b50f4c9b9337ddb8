import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Noto Sans Hans, the Chinese subset of Source Han Sans: Latin, Greek, Cyrillic, and every Chinese character of GB 18030's basic
 * plane with extension A, rare names included. pdfkit embeds the glyphs used, not the 8 MB.
 */
const FONT_FILES = {
  regular: "NotoSansHans-Regular.otf",
  medium: "NotoSansHans-Medium.otf",
} as const satisfies Record<string, string>;
export type FontName = keyof typeof FONT_FILES;
export const FONT_NAMES = Object.keys(FONT_FILES) as FontName[];

const read = new Map<FontName, Buffer>();

export function fontFile(name: FontName): Buffer {
  const known = read.get(name);
  if (known) return known;
  const entryPoint = createRequire(import.meta.url).resolve("@embedpdf/fonts-sc");
  const file = readFileSync(join(dirname(entryPoint), "..", "fonts", FONT_FILES[name]));
  read.set(name, file);
  return file;
}
