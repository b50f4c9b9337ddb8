import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

export interface Building {
  _id: string;
  siteId: string;
  name: string;
  /** How many floors it has. */
  floors: number;
}

const buildingSchema = new Schema<Building>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    floors: { type: Number, required: true },
  },
  { collection: "buildings", versionKey: false },
);
buildingSchema.index({ siteId: 1, name: 1 }, { unique: true });

export const buildingModel = (connection: Connection) =>
  boundModel<Building>(connection, "Building", buildingSchema);
