import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { LineMistake } from "./import-table.ts";
import type { CsvLine } from "./read-csv.ts";

/** One line of a file that is being imported, as it was read. */
export interface ImportLine extends CsvLine {
  /** Import and line: stored twice, it is the same document. */
  _id: string;
  siteId: string;
  importId: string;
  /** What was wrong with it as part of its file. */
  mistakes: LineMistake[];
  at: Date;
}

/** Names and telephone numbers are kept no longer than somebody asks what became of a line. Range 7–365 days. */
const KEPT_S = 90 * 86_400;

const importLineSchema = new Schema<ImportLine>(
  {
    _id: { type: String, required: true },
    siteId: { type: String, required: true },
    importId: { type: String, required: true },
    line: { type: Number, required: true },
    cells: { type: Schema.Types.Mixed, required: true },
    mistakes: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true },
  },
  { collection: "import-lines", versionKey: false, minimize: false },
);
importLineSchema.index({ importId: 1, line: 1 });
importLineSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_S });

export const importLineModel = (connection: Connection) =>
  boundModel<ImportLine>(connection, "ImportLine", importLineSchema);

export function importLineId(importId: string, line: number | string): string {
  return `${importId}:${line}`;
}
