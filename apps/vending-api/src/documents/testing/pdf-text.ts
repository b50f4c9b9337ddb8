import { inflateSync } from "node:zlib";

/**
 * The text of a PDF of ours, page by page, as a reader's search finds it: glyphs by the fonts' ToUnicode maps (ISO 32000-1,
 * 9.10.3), in the order in which they are drawn.
 */
export function pdfText(bytes: Buffer): string[] {
  const objects = readObjects(bytes);
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b/.test(head));
  return pages.map(({ head }) => {
    const fonts = fontsOf(objects, resolved(objects, head, "Resources"));
    const content = streamOf(objects, head, "Contents");
    return textOf(content, fonts);
  });
}

interface PdfObject {
  head: string;
  stream: Buffer | undefined;
}
type Objects = ReadonlyMap<number, PdfObject>;
type Glyphs = ReadonlyMap<number, string>;

function readObjects(bytes: Buffer): Map<number, PdfObject> {
  const objects = new Map<number, PdfObject>();
  const whole = bytes.toString("latin1");
  for (const match of whole.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, id = "", body = ""] = match;
    const [head = "", rest] = body.split(/\nstream\n/, 2);
    const end = rest?.lastIndexOf("\nendstream");
    const stream = rest === undefined ? undefined : Buffer.from(rest.slice(0, end), "latin1");
    objects.set(Number(id), { head, stream });
  }
  return objects;
}

function reference(head: string, name: string): number | undefined {
  const id = new RegExp(`/${name} \\[?(\\d+) 0 R`).exec(head)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** The object behind a reference, or the dictionary itself where it stands in place. */
function resolved(objects: Objects, head: string, name: string): string {
  const id = reference(head, name);
  return id === undefined ? head : (objects.get(id)?.head ?? "");
}

function streamOf(objects: Objects, head: string, name: string): string {
  const { head: streamHead = "", stream } = objects.get(reference(head, name) ?? -1) ?? {};
  if (!stream) return "";
  return (streamHead.includes("FlateDecode") ? inflateSync(stream) : stream).toString("latin1");
}

function fontsOf(objects: Objects, resources: string): Map<string, Glyphs> {
  const fonts = new Map<string, Glyphs>();
  for (const [, name = "", id = ""] of resources.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const font = objects.get(Number(id))?.head ?? "";
    fonts.set(name, glyphsOf(streamOf(objects, font, "ToUnicode")));
  }
  return fonts;
}

/** `<first> <last> [<text> …]`, the form in which pdfkit writes its maps. */
function glyphsOf(cmap: string): Glyphs {
  const glyphs = new Map<number, string>();
  for (const [, first = "", texts = ""] of cmap.matchAll(/<(\w+)> <\w+> \[([^\]]*)\]/g)) {
    [...texts.matchAll(/<([\w ]*)>/g)].forEach(([, hex = ""], index) => {
      const units = hex.replaceAll(" ", "").match(/.{4}/g) ?? [];
      const text = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
      glyphs.set(Number.parseInt(first, 16) + index, text);
    });
  }
  return glyphs;
}

function textOf(content: string, fonts: ReadonlyMap<string, Glyphs>): string {
  let glyphs: Glyphs = new Map();
  const lines: string[] = [];
  for (const [, font, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) glyphs = fonts.get(font) ?? new Map();
    if (shown === undefined) continue;
    const codes = [...shown.matchAll(/<(\w+)>/g)].flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? []);
    lines.push(codes.map((code) => glyphs.get(Number.parseInt(code, 16)) ?? "�").join(""));
  }
  return lines.join("\n");
}
