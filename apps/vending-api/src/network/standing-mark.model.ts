import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";

/** How far a site's standing charges are posted. */
export interface StandingMark {
  /** The site. */
  _id: string;
  /** Local day, YYYY-MM-DD: it and all before are posted. */
  postedThrough: string;
}

const standingMarkSchema = new Schema<StandingMark>(
  { _id: { type: String, required: true }, postedThrough: { type: String, required: true } },
  { collection: "standing-marks", versionKey: false },
);

export const standingMarkModel = (connection: Connection) =>
  boundModel<StandingMark>(connection, "StandingMark", standingMarkSchema);
