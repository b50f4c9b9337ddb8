import { stringify } from "csv-stringify/sync";
import { type ColumnName, type TitleChoice, titleOf } from "./csv-columns.ts";
import { neutralized } from "./formulas.ts";

/** Numbers stay numbers: only texts can be taken for formulas. Null is an empty cell. */
export type Cell = string | number | null;

export const SEPARATORS = { comma: ",", semicolon: ";", tab: "\t" } as const satisfies Record<string, string>;
export type Separator = keyof typeof SEPARATORS;
export const SEPARATOR_NAMES = Object.keys(SEPARATORS) as [Separator, ...Separator[]];

export interface CsvStyle {
  separator: Separator;
  /** A byte order mark: without it Excel takes UTF-8 for the machine's old code page. */
  bom: boolean;
  titles: TitleChoice;
}

/** RFC 4180 text, a batch of rows at a time; the header comes first even when there is no row. */
export async function* csvText(
  columns: readonly ColumnName[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
  { separator, bom, titles }: CsvStyle,
): AsyncGenerator<string> {
  const options = { delimiter: SEPARATORS[separator], record_delimiter: "windows" } as const;
  const header = stringify([columns.map((column) => titleOf(column, titles))], options);
  yield bom ? `\uFEFF${header}` : header;
  for await (const rows of batches) {
    const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? neutralized(cell) : cell)));
    yield stringify(cells, options);
  }
}
