import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { GrantPolicy } from "./grant-policy.ts";

const policySchema = new Schema<GrantPolicy>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    audience: { type: Schema.Types.Mixed, required: true },
    gift: { type: Schema.Types.Mixed, required: true },
    dayOfMonth: { type: Number, required: true },
    excludedMonths: { type: [Number], required: true },
    carry: { type: Schema.Types.Mixed, required: true },
    expiry: { type: Schema.Types.Mixed, required: true },
    validFrom: { type: String, required: true },
    validUntil: { type: String, default: null },
    isAutomatic: { type: Boolean, required: true },
    automaticSince: { type: Date, required: true },
  },
  { collection: "grant-policies", versionKey: false },
);
policySchema.index({ siteId: 1, name: 1 }, { unique: true });

export const grantPolicyModel = (connection: Connection) =>
  boundModel<GrantPolicy>(connection, "GrantPolicy", policySchema);
