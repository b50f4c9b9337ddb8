import { createHash } from "node:crypto";
import { type Connection, Schema } from "mongoose";
import { boundModel, idField } from "../db/model.ts";
import type { Role } from "../http/access.ts";
import { canonicalJson } from "../http/request-hash.ts";

/** One change by one person, as it was and as it became. Never updated, never deleted. */
export interface AuditEntry {
  _id: string;
  at: Date;
  /** Site of the row that changed; `EVERY_SITE` for what belongs to more than one. */
  siteId: string;
  actor: { id: string; name: string; role: Role };
  /** `<resource>.<what>`, e.g. `households.update`. */
  action: string;
  resource: string;
  resourceId: string;
  before: object | null;
  after: object | null;
  reason: string | null;
  requestId: string;
  /** Place in the site's chain; the three are missing in rows from before there was one. */
  seq?: number;
  previousHash?: string;
  hash?: string;
}

/** An entry in its place. */
export type ChainedAuditEntry = AuditEntry & Required<Pick<AuditEntry, "seq" | "previousHash" | "hash">>;

const auditSchema = new Schema<AuditEntry>(
  {
    _id: idField,
    at: { type: Date, required: true },
    siteId: { type: String, required: true },
    actor: { id: String, name: String, role: String, _id: false },
    action: { type: String, required: true },
    resource: { type: String, required: true },
    resourceId: { type: String, required: true },
    before: { type: Schema.Types.Mixed, default: null },
    after: { type: Schema.Types.Mixed, default: null },
    reason: { type: String, default: null },
    requestId: { type: String, required: true },
    seq: { type: Number },
    previousHash: { type: String },
    hash: { type: String },
  },
  { collection: "audit", versionKey: false, minimize: false },
);
// Lists go by time, ties by `_id`: with it in the index no page sorts what it does not show.
auditSchema.index({ siteId: 1, at: 1, _id: 1 });
auditSchema.index({ siteId: 1, resource: 1, at: 1, _id: 1 });
auditSchema.index({ siteId: 1, "actor.id": 1, at: 1, _id: 1 });
auditSchema.index({ resource: 1, resourceId: 1, at: -1 });
auditSchema.index({ siteId: 1, seq: 1 }, { unique: true, partialFilterExpression: { seq: { $gt: 0 } } });

export const auditModel = (connection: Connection) =>
  boundModel<AuditEntry>(connection, "AuditEntry", auditSchema);

/** sha256 over the canonical JSON of everything but the hash itself. */
export function hashAuditEntry({ hash: _, ...entry }: AuditEntry): string {
  const content = canonicalJson({ ...entry, at: entry.at.toISOString() });
  return createHash("sha256").update(content, "utf8").digest("hex");
}
