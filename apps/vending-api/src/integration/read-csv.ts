import { CsvError, parse } from "csv-parse/sync";
import { ApiError, type FieldError } from "../errors.ts";
import { brokenTextPaths } from "../http/input-shape.ts";
import { type ColumnName, columnTitled } from "./csv-columns.ts";
import { restored } from "./formulas.ts";
import { SEPARATORS, type Separator } from "./write-csv.ts";

/** A large campus's rooms; more is several files. */
export const MOST_LINES = 5000;
export const MOST_BYTES = 2_000_000;

export const ENCODINGS = ["auto", "utf-8", "gb18030"] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface CsvLine {
  /** As an editor counts: the header is line 1. */
  line: number;
  /** By the columns that the file has, without spaces around them. */
  cells: Readonly<Partial<Record<ColumnName, string>>>;
}

export interface CsvFile {
  encoding: Exclude<Encoding, "auto"> | "utf-16le";
  separator: Separator;
  columns: ColumnName[];
  lines: CsvLine[];
}

/**
 * Reads a table that has a header with some of `columns`. Throws `invalid-body`, each mistake named by line and column, and
 * `payload-too-large` beyond 5000 lines.
 */
export function readCsv(bytes: Uint8Array, columns: readonly ColumnName[], encoding: Encoding): CsvFile {
  const decoded = decode(bytes, encoding);
  const separator = separatorOf(decoded.text);
  const [header, ...records] = recordsOf(decoded.text, separator);
  if (!header) throw unreadable([mistake(1, "", "required", "The file has no header")]);
  const present = columnsOf(header.record, columns);
  if (records.length > MOST_LINES)
    throw new ApiError("payload-too-large", `At most ${MOST_LINES} lines at once`);
  const tooWide = records.filter(({ record }) => record.length > present.length);
  if (tooWide.length > 0)
    throw unreadable(
      tooWide.map(({ line }) => mistake(line, "", "unknown-field", "Has more cells than the header")),
    );
  const lines = records.map(({ line, record }) => ({
    line,
    cells: Object.fromEntries(present.map((name, index) => [name, restored((record[index] ?? "").trim())])),
  }));
  return { encoding: decoded.encoding, separator, columns: present, lines };
}

function decode(bytes: Uint8Array, asked: Encoding): { text: string; encoding: CsvFile["encoding"] } {
  // What Excel calls "Unicode text".
  const candidates =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? (["utf-16le"] as const)
      : asked === "auto"
        ? // GB 18030 makes something of almost any bytes, UTF-8 only of its own: the strict one is asked first.
          (["utf-8", "gb18030"] as const)
        : [asked];
  for (const encoding of candidates) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (brokenTextPaths(text).length === 0) return { text, encoding };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw unreadable([mistake(1, "", "malformed", `Is no text in ${candidates.join(" or ")}`)]);
}

/** The one that cuts the header into most columns that we know. */
function separatorOf(text: string): Separator {
  const [header = ""] = text.split(/[\r\n]/, 1);
  const known = (separator: Separator) =>
    header.split(SEPARATORS[separator]).filter((cell) => columnTitled(unquoted(cell)) !== undefined).length;
  return (Object.keys(SEPARATORS) as Separator[]).reduce((best, next) =>
    known(next) > known(best) ? next : best,
  );
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, "$1");
}

interface ParsedRecord {
  record: string[];
  /** `bytes`: where the record ends. */
  info: { bytes: number };
}

function recordsOf(text: string, separator: Separator): { line: number; record: string[] }[] {
  const bytes = Buffer.from(text);
  try {
    const parsed = parse(bytes, {
      delimiter: SEPARATORS[separator],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as ParsedRecord[];
    const lineAt = lineCounter(bytes);
    let end = 0;
    const records = parsed.map(({ record, info }) => {
      const line = lineAt(end);
      end = info.bytes;
      return { line, record };
    });
    // Excel writes rows that were cleared as separators alone.
    return records.filter(({ record }) => record.some((cell) => cell.trim() !== ""));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? error.lines : 1;
    throw unreadable([
      mistake(line, "", "malformed", "A quote that began up to here is not closed, or stands inside a cell"),
    ]);
  }
}

/** The line of the first character at or after an offset that ends no line. Offsets must not fall. */
function lineCounter(bytes: Buffer): (offset: number) => number {
  let line = 1;
  let at = 0;
  const isEnd = (index: number) => bytes[index] === LF || bytes[index] === CR;
  return (offset) => {
    for (; at < offset || isEnd(at); at += 1)
      if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) line += 1;
    return line;
  };
}

const LF = 0x0a;
const CR = 0x0d;

function columnsOf(header: readonly string[], allowed: readonly ColumnName[]): ColumnName[] {
  const mistakes: FieldError[] = [];
  const columns = header.map((title): ColumnName => {
    const column = columnTitled(restored(title));
    if (column === undefined || !allowed.includes(column))
      mistakes.push(
        mistake(1, title, "unknown-field", `There is no such column; known: ${allowed.join(", ")}`),
      );
    return column ?? "id";
  });
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index);
  if (mistakes.length > 0) throw unreadable(mistakes);
  if (twice.length > 0)
    throw unreadable(twice.map((column) => mistake(1, column, "duplicate", "The column stands there twice")));
  return columns;
}

const MOST_MISTAKES = 50;

function unreadable(mistakes: readonly FieldError[]): ApiError {
  const [first] = mistakes;
  return new ApiError("invalid-body", first && `${first.path}: ${first.message}`, {
    errors: mistakes.slice(0, MOST_MISTAKES),
  });
}

function mistake(line: number, column: string, code: string, message: string): FieldError {
  return { path: column === "" ? `line ${line}` : `line ${line}, ${column}`, code, message };
}
