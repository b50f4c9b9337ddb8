import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../../db/model.ts";
import type { LineOutcome } from "./judge-readings.ts";

/** A line of the file with what it would do, or has done. */
export interface ImportLine {
  line: number;
  outcome: LineOutcome;
  /** Of a bad line: which field. */
  field: string | null;
  message: string;
  serial: string | null;
  circuitId: string | null;
  at: Date | null;
  /** After ratios. */
  registerWh: number | null;
  operator: string | null;
  usedWh: number | null;
}

/** `previewed` has changed nothing · `applying` has decided which lines count · `applied` has charged them. One way. */
export const IMPORT_STATES = ["previewed", "applying", "applied"] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** A list of readings: shown first, applied by its id. Its lines stay as the record of who read what. */
export interface ReadingImport {
  _id: string;
  siteId: string;
  state: ImportState;
  lines: ImportLine[];
  by: { id: string; name: string };
  at: Date;
  appliedBy: { id: string; name: string } | null;
  appliedAt: Date | null;
  requestHash: string;
}

const readingImportSchema = new Schema<ReadingImport>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    state: { type: String, enum: IMPORT_STATES, required: true },
    lines: { type: Schema.Types.Mixed, required: true },
    by: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true },
    appliedBy: { type: Schema.Types.Mixed, default: null },
    appliedAt: { type: Date, default: null },
    requestHash: { type: String, required: true },
  },
  { collection: "reading-imports", versionKey: false, strict: "throw" },
);
readingImportSchema.index({ siteId: 1, at: -1 });

export const readingImportModel = (connection: Connection) =>
  boundModel<ReadingImport>(connection, "ReadingImport", readingImportSchema);
