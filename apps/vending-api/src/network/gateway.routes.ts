import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { READERS, siteScope } from "../http/access.ts";
import { created, emptyOf, noContent, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { unknownReference } from "../places/reference.ts";
import { siteModel } from "../places/site.model.ts";
import { busModel } from "./bus.model.ts";
import { type Gateway, gatewayModel } from "./gateway.model.ts";
import { createGatewayToken } from "./gateway-token.ts";
import { isOnline } from "./watch-gateways.ts";

const TAG = "Network";
const WRITERS = { roles: ["administrator", "maintenance"] } as const;

const gatewayAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    name: z.string(),
    lastSeenAt: instantSchema.nullable(),
    online: z.boolean(),
  })
  .meta({ id: "Gateway" });

const newGatewayAnswer = gatewayAnswer
  .extend({ token: z.string().meta({ description: "Shown this once; only its hash is kept." }) })
  .meta({ id: "NewGateway" });

const gatewayList = listQuery({ sort: ["name"], filter: { siteId: oneOrMany(idSchema).optional() } });
const nameField = z.string().trim().min(1).max(120);

function presentGateway(gateway: Gateway, now: Date): z.input<typeof gatewayAnswer> {
  const { _id: id, siteId, name, lastSeenAt } = gateway;
  return { id, siteId, name, lastSeenAt: lastSeenAt?.toISOString() ?? null, online: isOnline(gateway, now) };
}

export function gatewayRoutes(deps: Deps): Route[] {
  const { connection, changes } = deps;
  const gateways = gatewayModel(connection);
  return [
    route({
      method: "get",
      path: "/gateways",
      tag: TAG,
      summary: "Gateways of your sites",
      access: { roles: READERS },
      query: gatewayList,
      answers: { 200: pageOf(gatewayAnswer) },
      handle: ({ caller, query, now }) =>
        readPage(
          gateways,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          (gateway) => presentGateway(gateway, now),
        ),
    }),
    route({
      method: "get",
      path: "/gateways/:id",
      tag: TAG,
      summary: "One gateway",
      access: { roles: READERS },
      answers: { 200: gatewayAnswer },
      handle: async ({ caller, params, now }) =>
        ok(presentGateway(await findVisible(gateways, params.id, caller), now)),
    }),
    route({
      method: "post",
      path: "/gateways",
      tag: TAG,
      summary: "Add a gateway; the answer holds its token, once",
      access: WRITERS,
      body: z.strictObject({ siteId: idSchema, name: nameField }),
      answers: { 201: newGatewayAnswer },
      problems: ["reference-unknown"],
      async handle(request) {
        const { siteId, name } = request.body;
        const site = await siteModel(connection).exists({
          $and: [{ _id: siteId }, siteScope(request.caller, "_id")],
        });
        if (!site) throw unknownReference("siteId");
        const { token, tokenHash } = createGatewayToken();
        const gateway = await gateways.create({ _id: newId(), siteId, name, tokenHash });
        const after = presentGateway(gateway.toObject(), request.now);
        const subject = { resource: "gateways", id: gateway._id };
        await recordAudit(deps, { request, siteId, action: "gateways.create", subject, after });
        changes.publish({ ...subject, siteId });
        return created({ ...after, token });
      },
    }),
    route({
      method: "patch",
      path: "/gateways/:id",
      tag: TAG,
      summary: "Rename a gateway",
      access: WRITERS,
      body: z.strictObject({ name: nameField }),
      answers: { 200: gatewayAnswer },
      async handle(request) {
        const gateway = await findVisible(gateways, request.params.id, request.caller);
        await gateways.updateOne({ _id: gateway._id }, { $set: { name: request.body.name } });
        const before = presentGateway(gateway, request.now);
        const after = { ...before, name: request.body.name };
        const subject = { resource: "gateways", id: gateway._id };
        await recordAudit(deps, {
          request,
          siteId: gateway.siteId,
          action: "gateways.update",
          subject,
          before,
          after,
        });
        changes.publish({ ...subject, siteId: gateway.siteId });
        return ok(after);
      },
    }),
    route({
      method: "post",
      path: "/gateways/:id/token",
      tag: TAG,
      summary: "Replace the gateway's token; the old one ends at once",
      access: WRITERS,
      answers: { 201: newGatewayAnswer },
      async handle(request) {
        const gateway = await findVisible(gateways, request.params.id, request.caller);
        const { token, tokenHash } = createGatewayToken();
        await gateways.updateOne({ _id: gateway._id }, { $set: { tokenHash } });
        const subject = { resource: "gateways", id: gateway._id };
        await recordAudit(deps, {
          request,
          siteId: gateway.siteId,
          action: "gateways.replace-token",
          subject,
        });
        return created({ ...presentGateway(gateway, request.now), token });
      },
    }),
    route({
      method: "delete",
      path: "/gateways/:id",
      tag: TAG,
      summary: "Remove a gateway without buses",
      access: WRITERS,
      answers: { 204: emptyOf("Removed") },
      problems: ["still-in-use"],
      async handle(request) {
        const gateway = await findVisible(gateways, request.params.id, request.caller);
        if (await busModel(connection).exists({ gatewayId: gateway._id }))
          throw new ApiError("still-in-use", "The gateway still has buses");
        await gateways.deleteOne({ _id: gateway._id });
        const subject = { resource: "gateways", id: gateway._id };
        const before = presentGateway(gateway, request.now);
        await recordAudit(deps, {
          request,
          siteId: gateway.siteId,
          action: "gateways.delete",
          subject,
          before,
        });
        changes.publish({ ...subject, siteId: gateway.siteId });
        return noContent();
      },
    }),
  ];
}
