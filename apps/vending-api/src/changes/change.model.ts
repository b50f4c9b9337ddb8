import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { RecordedChange } from "./changes.ts";

/** `_id` is the sequence: gapless, because n + 1 is only written by one who saw n. */
export interface ChangeRow {
  _id: number;
  at: Date;
  resource: string;
  rowId: string;
  siteId: string;
  householdId: string | null;
}

const changeSchema = new Schema<ChangeRow>(
  {
    _id: { type: Number, required: true },
    at: { type: Date, required: true },
    resource: { type: String, required: true },
    rowId: { type: String, required: true },
    siteId: { type: String, required: true },
    householdId: { type: String, default: null },
  },
  { collection: "changes", versionKey: false },
);

export const changeModel = (connection: Connection) =>
  boundModel<ChangeRow>(connection, "Change", changeSchema);

export function toRecordedChange({ _id, rowId, householdId, ...row }: ChangeRow): RecordedChange {
  return { sequence: _id, id: rowId, ...row, ...(householdId === null ? {} : { householdId }) };
}
