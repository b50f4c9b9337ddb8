import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";

/** Up to which instant a site's grants have expired in the books. */
interface ExpiryMark {
  /** The site. */
  _id: string;
  expiredUntil: Date;
}

const markSchema = new Schema<ExpiryMark>(
  { _id: { type: String, required: true }, expiredUntil: { type: Date, required: true } },
  { collection: "grant-expiry-marks", versionKey: false },
);

export const expiryMarkModel = (connection: Connection) =>
  boundModel<ExpiryMark>(connection, "GrantExpiryMark", markSchema);
