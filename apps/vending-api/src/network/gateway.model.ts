import type { UplinkReply } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

export interface Gateway {
  _id: string;
  siteId: string;
  name: string;
  /** SHA-256 of its token; the token itself is shown once and kept nowhere. */
  tokenHash: string;
  lastSeenAt: Date | null;
  /** The newest batch that was taken whole, and what was answered to it. */
  acceptedSequence: number;
  lastRejected: UplinkReply["rejected"];
  /** Grows whenever the configuration's content changes. */
  configRevision: number;
  configHash: string;
}

const gatewaySchema = new Schema<Gateway>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    tokenHash: { type: String, required: true },
    lastSeenAt: { type: Date, default: null },
    acceptedSequence: { type: Number, default: 0 },
    lastRejected: { type: Schema.Types.Mixed, default: [] },
    configRevision: { type: Number, default: 0 },
    configHash: { type: String, default: "" },
  },
  { collection: "gateways", versionKey: false },
);
gatewaySchema.index({ tokenHash: 1 }, { unique: true });
gatewaySchema.index({ siteId: 1, name: 1 });

export const gatewayModel = (connection: Connection) =>
  boundModel<Gateway>(connection, "Gateway", gatewaySchema);
