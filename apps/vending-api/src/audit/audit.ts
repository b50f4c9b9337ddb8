import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { actorOf, type Caller } from "../http/access.ts";
import { auditLogOf } from "./audit-log.ts";

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

/** Call after the change succeeded and before answering: resolves once the entry stands in its site's chain. */
export async function recordAudit(
  { connection }: Pick<Deps, "connection">,
  change: AuditedChange,
): Promise<void> {
  const { request, siteId, action, subject } = change;
  await auditLogOf(connection).append({
    _id: newId(),
    at: request.now,
    siteId,
    actor: actorOf(request.caller),
    action,
    resource: subject.resource,
    resourceId: subject.id,
    before: asJson(change.before),
    after: asJson(change.after),
    reason: change.reason ?? null,
    requestId: request.id,
  });
}

/** What is hashed must be what the store gives back, which knows neither undefined members nor our classes. */
function asJson(value: object | undefined): object | null {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as object);
}
