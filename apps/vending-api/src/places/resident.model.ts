import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** A person of a household; with `userId`, one who may log in. */
export interface Resident {
  _id: string;
  siteId: string;
  householdId: string;
  name: string;
  /** See search-words.ts. */
  words: string[];
  phone: string | null;
  userId: string | null;
}

const residentSchema = new Schema<Resident>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    householdId: { type: String, required: true },
    name: { type: String, required: true },
    words: { type: [String], required: true },
    phone: { type: String, default: null },
    userId: { type: String, default: null },
  },
  { collection: "residents", versionKey: false },
);
residentSchema.index({ siteId: 1, words: 1 });
residentSchema.index({ householdId: 1 });
residentSchema.index({ userId: 1 });

export const residentModel = (connection: Connection) =>
  boundModel<Resident>(connection, "Resident", residentSchema);
