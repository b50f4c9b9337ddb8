import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { siteScope } from "../http/access.ts";
import { accepted, created, emptyOf, noContent, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { findVisibleSite } from "../places/site.routes.ts";
import { NOTICE_KIND_NAMES } from "./notice.ts";
import {
  NOTIFICATION_STATES,
  type Notification,
  notificationId,
  notificationModel,
} from "./notification.model.ts";
import { notificationAnswer, presentNotification } from "./present-notification.ts";
import { type Webhook, webhookModel } from "./webhook.model.ts";
import { formerAfter, sealedSecret, validFormer } from "./webhook-secrets.ts";

const TAG = "Webhooks";
const ACCESS = { roles: ["administrator", "integrator"] } as const;

/** A week: longer, and nobody remembers that there is a second secret. */
const MOST_OVERLAP_HOURS = 168;

const urlField = z.url({ protocol: /^https?$/, error: "Is no http:// or https:// address" }).max(2000);
const kindsField = z
  .array(z.enum(NOTICE_KIND_NAMES))
  .max(NOTICE_KIND_NAMES.length)
  .meta({ description: "Empty: every kind, those of later releases too." });

const webhookAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    name: z.string(),
    url: z.string(),
    kinds: kindsField,
    isEnabled: z.boolean(),
    createdAt: instantSchema,
    formerSecretUntil: instantSchema.nullable().meta({
      description: "Until then messages are signed with the secret before this one as well.",
    }),
  })
  .meta({ id: "Webhook" });
const newWebhookAnswer = webhookAnswer
  .extend({ secret: z.string().meta({ description: "Shown only now. Standard Webhooks, whsec_…" }) })
  .meta({ id: "NewWebhook" });

const fields = z.strictObject({
  name: z.string().trim().min(1).max(120),
  url: urlField,
  kinds: kindsField.default([]),
  isEnabled: z.boolean().default(true),
});
const patchFields = z
  .strictObject({
    name: fields.shape.name,
    url: urlField,
    kinds: kindsField,
    isEnabled: z.boolean(),
  })
  .partial();

const webhookList = listQuery({
  sort: ["name", "createdAt"],
  filter: { siteId: oneOrMany(z.string()).optional(), isEnabled: z.boolean().optional() },
});
const deliveryList = listQuery({
  sort: ["at", "sentAt", "state"],
  defaultSort: ["at", "DESC"],
  filter: {
    kind: oneOrMany(z.enum([...NOTICE_KIND_NAMES, "test"])).optional(),
    state: oneOrMany(z.enum(NOTIFICATION_STATES)).optional(),
  },
});

export function webhookRoutes(deps: Deps): Route[] {
  const { connection, changes, secrets } = deps;
  const webhooks = webhookModel(connection);
  const notifications = notificationModel(connection);

  const audit = (
    request: Parameters<typeof recordAudit>[1]["request"],
    action: string,
    { _id: id, siteId }: Webhook,
    seen: { before?: Webhook | undefined; after?: Webhook | undefined },
  ) =>
    recordAudit(deps, {
      request,
      siteId,
      action,
      subject: { resource: "webhooks", id },
      before: seen.before && present(seen.before, request.now),
      after: seen.after && present(seen.after, request.now),
    });

  return [
    route({
      method: "get",
      path: "/webhooks",
      tag: TAG,
      summary: "Endpoints of your sites",
      access: ACCESS,
      query: webhookList,
      answers: { 200: pageOf(webhookAnswer) },
      handle: ({ caller, query, now }) =>
        readPage(
          webhooks,
          query,
          { ...siteScope(caller), $and: [equalityConditions(query.filter)] },
          (webhook) => present(webhook, now),
        ),
    }),
    route({
      method: "get",
      path: "/webhooks/:id",
      tag: TAG,
      summary: "One endpoint",
      access: ACCESS,
      answers: { 200: webhookAnswer },
      handle: async ({ caller, params, now }) =>
        ok(present(await findVisible(webhooks, params.id, caller), now)),
    }),
    route({
      method: "post",
      path: "/webhooks",
      tag: TAG,
      summary: "Add an endpoint; its secret is shown once",
      description:
        "Each message is a POST signed by Standard Webhooks 1.0 (headers webhook-id, webhook-timestamp, webhook-signature). " +
        "Answer 2xx within 10 s; anything else is tried again for 40 hours, except 410, which ends the endpoint. A message may " +
        "come twice, with the same webhook-id.",
      access: ACCESS,
      body: fields.extend({ siteId: z.string().min(1).max(64) }),
      answers: { 201: newWebhookAnswer },
      problems: ["name-taken", "reference-unknown"],
      async handle(request) {
        const { caller, body, now } = request;
        const site = await findVisibleSite(deps, body.siteId, caller);
        const _id = newId();
        const { secret, sealedSecret: sealed } = sealedSecret(secrets.sealingSecret, _id);
        const webhook: Webhook = {
          ...{ _id, ...body, siteId: site._id, createdAt: now },
          ...{ sealedSecret: sealed, formerSecrets: [] },
        };
        await webhooks.create(webhook).catch(refuseTaken);
        await audit(request, "webhooks.create", webhook, { after: webhook });
        changes.publish({ resource: "webhooks", id: _id, siteId: site._id });
        return created({ ...present(webhook, now), secret });
      },
    }),
    route({
      method: "patch",
      path: "/webhooks/:id",
      tag: TAG,
      summary: "Change an endpoint",
      access: ACCESS,
      body: patchFields,
      answers: { 200: webhookAnswer },
      problems: ["name-taken"],
      async handle(request) {
        const before = await findVisible(webhooks, request.params.id, request.caller);
        const after = await webhooks
          .findOneAndUpdate({ _id: before._id }, { $set: request.body }, { returnDocument: "after" })
          .lean<Webhook | null>()
          .catch(refuseTaken);
        if (!after) throw new ApiError("not-found");
        await audit(request, "webhooks.update", after, { before, after });
        changes.publish({ resource: "webhooks", id: after._id, siteId: after.siteId });
        return ok(present(after, request.now));
      },
    }),
    route({
      method: "delete",
      path: "/webhooks/:id",
      tag: TAG,
      summary: "Remove an endpoint; what was not delivered yet is not any more",
      access: ACCESS,
      answers: { 204: emptyOf("Removed") },
      async handle(request) {
        const before = await findVisible(webhooks, request.params.id, request.caller);
        await webhooks.deleteOne({ _id: before._id });
        await audit(request, "webhooks.delete", before, { before });
        changes.publish({ resource: "webhooks", id: before._id, siteId: before.siteId });
        return noContent();
      },
    }),
    route({
      method: "post",
      path: "/webhooks/:id/secret",
      tag: TAG,
      summary: "Replace the endpoint's secret; the new one is shown once",
      description:
        "For the overlap each message is signed with both, so that your program can be given the new one at leisure. Without an overlap the old one ends at once.",
      access: ACCESS,
      body: z.strictObject({ overlapHours: z.int().min(0).max(MOST_OVERLAP_HOURS).default(24) }),
      answers: { 201: newWebhookAnswer },
      async handle(request) {
        const { caller, params, body, now } = request;
        const before = await findVisible(webhooks, params.id, caller);
        const { secret, sealedSecret: sealed } = sealedSecret(secrets.sealingSecret, before._id);
        const after = await webhooks
          .findOneAndUpdate(
            // Of two rotations at once the later must not lose the secret of the earlier.
            { _id: before._id, sealedSecret: before.sealedSecret },
            { $set: { sealedSecret: sealed, formerSecrets: formerAfter(before, body.overlapHours, now) } },
            { returnDocument: "after" },
          )
          .lean<Webhook | null>();
        if (!after) throw new ApiError("wrong-state", "The secret was replaced meanwhile");
        await audit(request, "webhooks.replace-secret", after, { before, after });
        changes.publish({ resource: "webhooks", id: after._id, siteId: after.siteId });
        return created({ ...present(after, now), secret });
      },
      problems: ["wrong-state"],
    }),
    route({
      method: "post",
      path: "/webhooks/:id/test",
      tag: TAG,
      summary: "Send a message of type test, also to an endpoint that is switched off",
      access: ACCESS,
      answers: { 202: z.object({ notificationId: idSchema }) },
      async handle({ caller, params, now, id: requestId }) {
        const webhook = await findVisible(webhooks, params.id, caller);
        const test = testNotification(webhook, requestId, now);
        await notifications.create(test);
        changes.publish({ resource: "notifications", id: test._id, siteId: webhook.siteId });
        return accepted({ notificationId: test._id });
      },
    }),
    route({
      method: "get",
      path: "/webhooks/:id/deliveries",
      tag: TAG,
      summary: "What the endpoint was sent, with every attempt; the newest first",
      access: ACCESS,
      query: deliveryList,
      answers: { 200: pageOf(notificationAnswer) },
      async handle({ caller, params, query }) {
        const { _id: recipientId } = await findVisible(webhooks, params.id, caller);
        const condition = {
          recipientId,
          channel: "webhook" as const,
          $and: [equalityConditions(query.filter)],
        };
        return readPage(notifications, query, condition, (row) => presentNotification(row, "en"));
      },
    }),
    route({
      method: "post",
      path: "/webhooks/:id/deliveries/:deliveryId/redeliver",
      tag: TAG,
      summary: "Send a message once more, with the same webhook-id",
      access: ACCESS,
      answers: { 202: notificationAnswer },
      problems: ["wrong-state"],
      async handle(request) {
        const { caller, params, now } = request;
        const webhook = await findVisible(webhooks, params.id, caller);
        const mine = { _id: params.deliveryId, recipientId: webhook._id, channel: "webhook" as const };
        if (!(await notifications.exists(mine))) throw new ApiError("not-found");
        const again = await notifications
          .findOneAndUpdate(
            { ...mine, state: { $ne: "pending" } },
            { $set: { state: "pending", attempts: 0, problem: null, notBefore: now, lease: null } },
            { returnDocument: "after" },
          )
          .lean<Notification | null>();
        if (!again) throw new ApiError("wrong-state", "It is still on its way");
        await audit(request, "webhooks.redeliver", webhook, {});
        changes.publish({ resource: "notifications", id: again._id, siteId: webhook.siteId });
        return accepted(presentNotification(again, "en"));
      },
    }),
  ];
}

function refuseTaken(error: unknown): never {
  throw isDuplicateKey(error, "name") ? new ApiError("name-taken") : error;
}

function testNotification(webhook: Webhook, requestId: string, now: Date): Notification {
  const causeKey = `test:${requestId}`;
  return {
    _id: notificationId(causeKey, "webhook", webhook._id),
    siteId: webhook.siteId,
    causeKey,
    kind: "test",
    at: now,
    householdId: null,
    channel: "webhook",
    recipientId: webhook._id,
    recipientName: webhook.name,
    notice: null,
    place: null,
    state: "pending",
    attempts: 0,
    log: [],
    notBefore: now,
    lease: null,
    sentAt: null,
    problem: null,
    readAt: null,
  };
}

function present({ _id: id, siteId, name, url, kinds, isEnabled, ...webhook }: Webhook, now: Date) {
  const [former] = validFormer(webhook.formerSecrets, now);
  return {
    ...{ id, siteId, name, url, kinds, isEnabled },
    createdAt: webhook.createdAt.toISOString(),
    formerSecretUntil: former?.until.toISOString() ?? null,
  };
}
