import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** A drawer or a desk where money is taken. */
export interface Till {
  _id: string;
  siteId: string;
  name: string;
  /** Out of use: no shift opens on it any more. */
  isRetired: boolean;
}

const tillSchema = new Schema<Till>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    isRetired: { type: Boolean, default: false },
  },
  { collection: "tills", versionKey: false },
);
tillSchema.index({ siteId: 1, name: 1 }, { unique: true });

export const tillModel = (connection: Connection) => boundModel<Till>(connection, "Till", tillSchema);
