import { type Connection, Schema } from "mongoose";
import { boundModel, idField, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { actorOf, type Caller, type Role } from "../http/access.ts";

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
}

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
  },
  { collection: "audit", versionKey: false, minimize: false },
);
auditSchema.index({ siteId: 1, at: -1 });
auditSchema.index({ resource: 1, resourceId: 1, at: -1 });

export const auditModel = (connection: Connection) =>
  boundModel<AuditEntry>(connection, "AuditEntry", auditSchema);

export interface AuditedChange {
  /** The request that made the change: who, when, and its id in the log. */
  request: { readonly caller: Caller; readonly id: string; readonly now: Date };
  siteId: string;
  action: string;
  subject: { resource: string; id: string };
  /** As the API shows them, never raw rows: those hold secrets. */
  before?: object | undefined;
  after?: object | undefined;
  reason?: string | undefined;
}

/** Call after the change succeeded and before answering. */
export async function recordAudit(
  { connection }: Pick<Deps, "connection">,
  change: AuditedChange,
): Promise<void> {
  const { request, siteId, action, subject } = change;
  await auditModel(connection).create({
    _id: newId(),
    at: request.now,
    siteId,
    actor: actorOf(request.caller),
    action,
    resource: subject.resource,
    resourceId: subject.id,
    before: change.before ?? null,
    after: change.after ?? null,
    reason: change.reason ?? null,
    requestId: request.id,
  });
}
