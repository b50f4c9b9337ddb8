import { z } from "zod";
import type { Deps } from "../deps.ts";
import { roleSchema, siteScope } from "../http/access.ts";
import { pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { type AuditEntry, auditModel } from "./audit.ts";

const auditAnswer = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    siteId: z.string(),
    actor: z.object({ id: z.string(), name: z.string(), role: roleSchema }),
    action: z.string(),
    resource: z.string(),
    resourceId: z.string(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    reason: z.string().nullable(),
    requestId: z.string(),
  })
  .meta({ id: "AuditEntry" });

function presentAuditEntry({
  _id: id,
  at,
  before,
  after,
  ...entry
}: AuditEntry): z.input<typeof auditAnswer> {
  return {
    id,
    at: at.toISOString(),
    before: before && { ...before },
    after: after && { ...after },
    ...entry,
  };
}

const auditList = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: oneOrMany(z.string()).optional(),
    resource: z.string().optional(),
    resourceId: z.string().optional(),
    action: z.string().optional(),
    actorId: z.string().optional(),
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
  },
});

export function auditRoutes({ connection }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/audit",
      tag: "Audit",
      summary: "What persons changed",
      access: { roles: ["administrator"] },
      query: auditList,
      answers: { 200: pageOf(auditAnswer) },
      async handle({ caller, query }) {
        const { actorId, from, to, ...equal } = query.filter;
        const at = { ...(from ? { $gte: new Date(from) } : {}), ...(to ? { $lt: new Date(to) } : {}) };
        const condition = {
          $and: [
            siteScope(caller),
            equalityConditions({ ...equal, "actor.id": actorId }),
            ...(from || to ? [{ at }] : []),
          ],
        };
        return readPage(auditModel(connection), query, condition, presentAuditEntry);
      },
    }),
  ];
}
