import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { NoticeKind } from "./notice.ts";

export interface FormerSecret {
  sealed: string;
  until: Date;
}

/** An address of one of the customer's programs that hears what happens at a site. */
export interface Webhook {
  _id: string;
  siteId: string;
  name: string;
  url: string;
  /** Empty: every kind, those of tomorrow too. */
  kinds: NoticeKind[];
  isEnabled: boolean;
  /** Sealed; the program has the only other copy. */
  sealedSecret: string;
  /** Replaced, and signed with beside the new one until then; the newest first. */
  formerSecrets?: FormerSecret[];
  createdAt: Date;
}

const webhookSchema = new Schema<Webhook>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    url: { type: String, required: true },
    kinds: { type: [String], required: true },
    isEnabled: { type: Boolean, required: true },
    sealedSecret: { type: String, required: true },
    formerSecrets: { type: Schema.Types.Mixed, default: [] },
    createdAt: { type: Date, required: true },
  },
  { collection: "webhooks", versionKey: false },
);
webhookSchema.index({ siteId: 1, name: 1 }, { unique: true });

export const webhookModel = (connection: Connection) =>
  boundModel<Webhook>(connection, "Webhook", webhookSchema);
