import type { FieldError } from "../errors.ts";
import type { EditableResource } from "../places/editable-resource.ts";
import type { ColumnName } from "./csv-columns.ts";
import type { KnownPlaces } from "./known-places.ts";
import type { CsvLine } from "./read-csv.ts";

export const IMPORTABLE = [
  ...(["buildings", "units", "households", "residents"] as const),
  ...(["purchases", "opening-balances"] as const),
] as const;
export type Importable = (typeof IMPORTABLE)[number];

/** A mistake in one line; `path` is the column. */
export type LineMistake = FieldError;

/** Where a line belongs. */
export interface Target<Row> {
  /** The row that the line names, by its id or by what it is called. */
  row: Row | undefined;
  /** Equal for two lines that mean one thing. */
  key: string;
  /** What a new row stands in, e.g. its building. A row that exists stays where it is. */
  standsIn: Readonly<Record<string, string>>;
}

export interface ImportTable<
  Row extends { _id: string; siteId: string },
  Filter,
  Answer extends object,
  New,
  Patch,
> {
  /** What the export has; some of it is only shown. */
  columns: readonly ColumnName[];
  /** Shown by the export, and left unread. */
  shownOnly: readonly ColumnName[];
  resource: EditableResource<Row, Filter, Answer, New, Patch>;
  /** Throws LineProblem. */
  target(line: CsvLine, known: KnownPlaces): Target<Row>;
  /** Fields by what the cells say; cells that the file does not have are left out. Throws LineProblem. */
  values(line: CsvLine, known: KnownPlaces): Readonly<Record<string, unknown>>;
  /** Fields by their column, where the names differ. */
  columnOf: Readonly<Record<string, ColumnName>>;
}

/** One line cannot be understood: caught where lines are planned, and told with its line. */
export class LineProblem extends Error {
  override readonly name = "LineProblem";
  readonly mistake: LineMistake;

  constructor(column: ColumnName, code: string, message: string) {
    super(message);
    this.mistake = { path: column, code, message };
  }
}

/** The cell, or undefined when it is empty or the file has no such column. */
export function given({ cells }: CsvLine, column: ColumnName): string | undefined {
  const text = cells[column];
  return text === undefined || text === "" ? undefined : text;
}

/** A whole number; an empty cell says nothing. */
export function wholeNumber(line: CsvLine, column: ColumnName): number | undefined {
  const text = given(line, column);
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new LineProblem(column, "wrong-type", "Is not a whole number");
  return Number(text);
}

/** Without the fields that the file says nothing of. */
export function stated(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
