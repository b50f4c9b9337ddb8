import { type Connection, Schema } from "mongoose";
import { boundModel, newId } from "../db/model.ts";
import { actorOf, EVERY_SITE } from "../http/access.ts";
import type { ChangeRequest } from "../http/router.ts";
import type { AuditEntry } from "./audit.model.ts";
import { auditLogOf } from "./audit-log.ts";

/** A request that is about to change something. It is gone once its change stands in the audit. */
interface ChangeIntent {
  /** Becomes the id of the audit entry if the request is cut off, so that two processes report it once. */
  _id: string;
  at: Date;
  siteId: string;
  actor: AuditEntry["actor"];
  method: string;
  path: string;
  requestId: string;
}

const intentSchema = new Schema<ChangeIntent>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    siteId: { type: String, required: true },
    actor: { id: String, name: String, role: String, _id: false },
    method: { type: String, required: true },
    path: { type: String, required: true },
    requestId: { type: String, required: true },
  },
  { collection: "change-intents", versionKey: false },
);
intentSchema.index({ at: 1 });

export const changeIntentModel = (connection: Connection) =>
  boundModel<ChangeIntent>(connection, "ChangeIntent", intentSchema);

/** No request runs so long; what is older was cut off. Range 1–60 min. */
export const CUT_OFF_AFTER_MS = 5 * 60_000;

/** Writes down who is about to change what, before anything changes. Returns what takes it back once the audit has the change. */
export async function beginChange(
  connection: Connection,
  request: ChangeRequest,
): Promise<() => Promise<void>> {
  const { caller, now: at, id: requestId, method, path } = request;
  const [siteId = EVERY_SITE, ...otherSites] = caller.siteIds;
  const intents = changeIntentModel(connection);
  const _id = newId();
  await intents.create({
    _id,
    at,
    siteId: otherSites.length === 0 ? siteId : EVERY_SITE,
    actor: actorOf(caller),
    method,
    path,
    requestId,
  });
  return async () => {
    await intents.deleteOne({ _id });
  };
}

/** Brings requests that were cut off into the audit: who asked for what, and that it may have happened. Returns how many. */
export async function auditCutOffChanges(connection: Connection, now: Date): Promise<number> {
  const intents = changeIntentModel(connection);
  const forgotten = await intents
    .find({ at: { $lt: new Date(now.getTime() - CUT_OFF_AFTER_MS) } })
    .sort({ at: 1 })
    .lean<ChangeIntent[]>();
  for (const { _id, at, siteId, actor, method, path, requestId } of forgotten) {
    const [, resource = "", resourceId = ""] = path.split("/");
    await auditLogOf(connection).append({
      _id,
      at,
      siteId,
      actor,
      action: `${resource}.cut-off`,
      resource,
      resourceId,
      before: null,
      after: null,
      reason: `${method} ${path} was cut off: the change may or may not have happened`,
      requestId,
    });
    await intents.deleteOne({ _id });
  }
  return forgotten.length;
}
