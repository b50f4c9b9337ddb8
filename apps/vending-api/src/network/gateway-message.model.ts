import type { DownlinkMessage } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";

/** One message to one gateway; sequences of a gateway are gapless, because n + 1 is only written by one who saw n. */
export interface GatewayMessageRow {
  /** `gateway:sequence`. */
  _id: string;
  gatewayId: string;
  sequence: number;
  at: Date;
  message: DownlinkMessage;
}

const gatewayMessageSchema = new Schema<GatewayMessageRow>(
  {
    _id: { type: String, required: true },
    gatewayId: { type: String, required: true },
    sequence: { type: Number, required: true },
    at: { type: Date, required: true },
    message: { type: Schema.Types.Mixed, required: true },
  },
  { collection: "gateway-messages", versionKey: false, minimize: false },
);
gatewayMessageSchema.index({ gatewayId: 1, sequence: 1 }, { unique: true });
gatewayMessageSchema.index({ at: 1 });

export const gatewayMessageModel = (connection: Connection) =>
  boundModel<GatewayMessageRow>(connection, "GatewayMessage", gatewayMessageSchema);
