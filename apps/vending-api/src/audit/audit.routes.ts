import { z } from "zod";
import type { Deps } from "../deps.ts";
import { roleSchema, siteScope } from "../http/access.ts";
import { ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { type AuditEntry, auditModel } from "./audit.model.ts";
import { AUDIT_FINDINGS, verifyAudit } from "./verify-audit.ts";

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
    seq: z
      .int()
      .nullable()
      .meta({ description: "Place in the site's chain; null from before there was one." }),
    hash: z.string().nullable(),
  })
  .meta({ id: "AuditEntry" });

const findingCodes = Object.keys(AUDIT_FINDINGS) as [keyof typeof AUDIT_FINDINGS];
const auditCheckAnswer = z
  .object({
    sites: z.array(
      z.object({
        siteId: z.string(),
        entries: z.int(),
        unchained: z.int().meta({ description: "From before there was a chain: nothing vouches for them." }),
        headHash: z.string(),
        findings: z.array(z.object({ seq: z.int(), code: z.enum(findingCodes), detail: z.string() })),
      }),
    ),
    isUnbroken: z.boolean(),
  })
  .meta({ id: "AuditCheck" });

function presentAuditEntry({
  _id: id,
  at,
  before,
  after,
  seq,
  hash,
  ...entry
}: AuditEntry): z.input<typeof auditAnswer> {
  return {
    id,
    at: at.toISOString(),
    before: before && { ...before },
    after: after && { ...after },
    seq: seq ?? null,
    hash: hash ?? null,
    ...entry,
  };
}

const auditList = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: oneOrMany(z.string()).optional(),
    resource: oneOrMany(z.string()).optional(),
    resourceId: z.string().optional(),
    action: z.string().optional(),
    actorId: z.string().optional(),
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
  },
});

export function auditRoutes(deps: Deps): Route[] {
  const { connection } = deps;
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
    route({
      method: "get",
      path: "/audit/verify",
      tag: "Audit",
      summary: "Whether every site's chain of changes is unbroken",
      description: "Reads the whole audit of your sites.",
      access: { roles: ["administrator"] },
      answers: { 200: auditCheckAnswer },
      async handle({ caller }) {
        const siteIds: string[] = await auditModel(connection).distinct("siteId", siteScope(caller));
        const reports = await verifyAudit(connection, { siteIds });
        return ok({
          sites: reports.map(({ siteId, entries, unchained, head, findings }) => ({
            siteId,
            entries,
            unchained,
            headHash: head.hash,
            findings: findings.map(({ seq, code, detail }) => ({ seq, code, detail })),
          })),
          isUnbroken: reports.every(({ findings }) => findings.length === 0),
        });
      },
    }),
  ];
}
