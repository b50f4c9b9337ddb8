import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";

/** A way in for one of the customer's programs: one site's, with the rights of an integrator. */
export interface ApiKey {
  _id: string;
  siteId: string;
  name: string;
  /** Begins the key, so that a person can tell which of two a program has. */
  prefix: string;
  keyHash: string;
  createdBy: string;
  createdAt: Date;
  /** Null: until it is revoked. */
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

const apiKeySchema = new Schema<ApiKey>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    name: { type: String, required: true },
    prefix: { type: String, required: true },
    keyHash: { type: String, required: true },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, default: null },
    lastUsedAt: { type: Date, default: null },
    revokedAt: { type: Date, default: null },
  },
  { collection: "api-keys", versionKey: false },
);
apiKeySchema.index({ keyHash: 1 }, { unique: true });
apiKeySchema.index({ siteId: 1, createdAt: -1 });

export const apiKeyModel = (connection: Connection) => boundModel<ApiKey>(connection, "ApiKey", apiKeySchema);
