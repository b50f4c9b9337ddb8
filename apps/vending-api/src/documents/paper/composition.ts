/** What stands on a document, from top to bottom, before anybody knows on which paper. */
export interface Composition {
  title: string;
  /** Under the title: the month, the till. */
  subtitle?: string;
  blocks: readonly Block[];
}

export type Block =
  /** The figure that everybody looks for. */
  | { kind: "figure"; label: string; value: string }
  | { kind: "heading"; text: string }
  | { kind: "facts"; rows: readonly LabelledValue[] }
  | TableBlock
  | ChartBlock
  | { kind: "note"; text: string }
  /** What nobody may overlook: void, reversed. */
  | { kind: "warning"; title: string; text: string }
  | { kind: "signatures"; labels: readonly string[] };

export type LabelledValue = readonly [label: string, value: string];

export interface TableColumn {
  title: string;
  /** Of the width, in proportion to the other columns'. */
  share: number;
  align: "left" | "right";
}

export interface TableBlock {
  kind: "table";
  columns: readonly TableColumn[];
  /** One text per column; an empty one draws nothing. */
  rows: readonly (readonly string[])[];
  /** The last rows, set apart. */
  totals: readonly (readonly string[])[];
  /** Said in place of rows when there are none. */
  empty: string;
}

/** Stacked bars, one per label. */
export interface ChartBlock {
  kind: "chart";
  unit: string;
  /** One per bar. Those without a text are not labelled. */
  labels: readonly string[];
  series: readonly { name: string; values: readonly number[] }[];
  /** Digits that the values have behind the point: 3 for Wh drawn in kWh. */
  digits: number;
}
