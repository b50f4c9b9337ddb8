import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** Load shedding: circuits of a site that stay open for a while on grid demand. */
export interface CampaignRow {
  _id: string;
  siteId: string;
  name: string;
  startsAt: Date;
  /** Moved forward when it is ended early. */
  endsAt: Date;
  circuitIds: string[];
  by: { id: string; name: string; role: string };
  idempotencyKey: string;
  requestHash: string;
}

const campaignSchema = new Schema<CampaignRow>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    startsAt: { type: Date, required: true },
    endsAt: { type: Date, required: true },
    circuitIds: { type: [String], required: true },
    by: { id: String, name: String, role: String, _id: false },
    idempotencyKey: { type: String, required: true },
    requestHash: { type: String, required: true },
  },
  { collection: "campaigns", versionKey: false },
);
campaignSchema.index({ siteId: 1, idempotencyKey: 1 }, { unique: true });
campaignSchema.index({ siteId: 1, endsAt: -1 });

export const campaignModel = (connection: Connection) =>
  boundModel<CampaignRow>(connection, "Campaign", campaignSchema);
