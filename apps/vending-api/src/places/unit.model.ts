import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** A room or flat. Who lives there is told by the household that occupies it, see household.model.ts. */
export interface Unit {
  _id: string;
  siteId: string;
  buildingId: string;
  name: string;
  /** See search-words.ts. */
  words: string[];
  /** 0 is the ground floor of a building that counts so; cellars are negative. */
  floor: number;
}

const unitSchema = new Schema<Unit>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    buildingId: { type: String, required: true },
    name: { type: String, required: true },
    words: { type: [String], required: true },
    floor: { type: Number, required: true },
  },
  { collection: "units", versionKey: false },
);
unitSchema.index({ siteId: 1, buildingId: 1, name: 1 }, { unique: true });
unitSchema.index({ siteId: 1, words: 1 });

export const unitModel = (connection: Connection) => boundModel<Unit>(connection, "Unit", unitSchema);
