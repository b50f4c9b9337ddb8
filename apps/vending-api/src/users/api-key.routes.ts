import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { siteScope } from "../http/access.ts";
import { created, emptyOf, noContent, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { type ApiKey, apiKeyModel } from "./api-key.model.ts";
import { newApiKey, stateOf } from "./api-keys.ts";

const ACCESS = { roles: ["administrator"] } as const;
const TAG = "API keys";

const apiKeyAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    name: z.string(),
    prefix: z.string().meta({ description: "How the key begins." }),
    state: z.enum(["active", "expired", "revoked"]),
    createdBy: z.string(),
    createdAt: instantSchema,
    expiresAt: instantSchema.nullable().meta({ description: "Null: until it is revoked." }),
    lastUsedAt: instantSchema.nullable().meta({ description: "To the minute." }),
    revokedAt: instantSchema.nullable(),
  })
  .meta({ id: "ApiKey" });
const newApiKeyAnswer = apiKeyAnswer
  .extend({ key: z.string().meta({ description: "Shown only now." }) })
  .meta({ id: "NewApiKey" });

const apiKeyList = listQuery({
  sort: ["createdAt", "name"],
  defaultSort: ["createdAt", "DESC"],
  filter: { siteId: oneOrMany(z.string()).optional() },
});

export function apiKeyRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const keys = apiKeyModel(connection);
  return [
    route({
      method: "get",
      path: "/api-keys",
      tag: TAG,
      summary: "Keys of programs at your sites, the newest first",
      access: ACCESS,
      query: apiKeyList,
      answers: { 200: pageOf(apiKeyAnswer) },
      handle: ({ caller, query, now }) =>
        readPage(keys, query, { $and: [siteScope(caller), equalityConditions(query.filter)] }, (row) =>
          present(row, now),
        ),
    }),
    route({
      method: "post",
      path: "/api-keys",
      tag: TAG,
      summary: "Let a program in; its key is shown once",
      description:
        "The program sends `Authorization: Bearer hmk_…` and may what an integrator may, at this site alone.",
      access: ACCESS,
      body: z.strictObject({
        siteId: z.string().min(1).max(64),
        name: z.string().trim().min(1).max(120),
        expiresAt: z.iso.datetime().nullable().default(null),
      }),
      answers: { 201: newApiKeyAnswer },
      problems: ["not-found"],
      async handle(request) {
        const { caller, body, now } = request;
        const site = await findVisibleSite(deps, body.siteId, caller);
        const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt);
        if (expiresAt !== null && expiresAt <= now) throw pastEnd();
        const { key, ...kept } = newApiKey();
        const row: ApiKey = {
          _id: newId(),
          siteId: site._id,
          name: body.name,
          ...kept,
          createdBy: caller.name,
          createdAt: now,
          expiresAt,
          lastUsedAt: null,
          revokedAt: null,
        };
        await keys.create(row);
        const after = present(row, now);
        const subject = { resource: "api-keys", id: row._id };
        await recordAudit(deps, { request, siteId: site._id, action: "api-keys.create", subject, after });
        return created({ ...after, key });
      },
    }),
    route({
      method: "delete",
      path: "/api-keys/:id",
      tag: TAG,
      summary: "Revoke a key; from now on it opens nothing",
      access: ACCESS,
      answers: { 204: emptyOf("Revoked, now or before") },
      async handle(request) {
        const { caller, params, now } = request;
        const before = await findVisible(keys, params.id, caller);
        const after = await keys
          .findOneAndUpdate(
            { _id: before._id, revokedAt: null },
            { $set: { revokedAt: now } },
            { returnDocument: "after" },
          )
          .lean<ApiKey | null>();
        if (after)
          await recordAudit(deps, {
            request,
            siteId: after.siteId,
            action: "api-keys.revoke",
            subject: { resource: "api-keys", id: after._id },
            before: present(before, now),
            after: present(after, now),
          });
        return noContent();
      },
    }),
  ];
}

function present(row: ApiKey, now: Date): z.input<typeof apiKeyAnswer> {
  const { _id: id, siteId, name, prefix, createdBy } = row;
  return {
    ...{ id, siteId, name, prefix, createdBy },
    state: stateOf(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

function pastEnd(): ApiError {
  const message = "Lies in the past";
  return new ApiError("invalid-body", `expiresAt: ${message}`, {
    errors: [{ path: "expiresAt", code: "refused", message }],
  });
}
