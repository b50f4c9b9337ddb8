import type { UnitId } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

export interface Meter {
  _id: string;
  siteId: string;
  busId: string;
  name: string;
  /** Id of a profile. */
  profile: string;
  serial: string;
  firstUnitId: UnitId;
}

const meterSchema = new Schema<Meter>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    busId: { type: String, required: true },
    name: { type: String, required: true },
    profile: { type: String, required: true },
    serial: { type: String, default: "" },
    firstUnitId: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "meters", versionKey: false },
);
meterSchema.index({ busId: 1 });
meterSchema.index({ siteId: 1, name: 1 });

export const meterModel = (connection: Connection) => boundModel<Meter>(connection, "Meter", meterSchema);
