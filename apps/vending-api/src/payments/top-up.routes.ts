import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { READERS, siteScope } from "../http/access.ts";
import { emptyOf, noContent, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { moveTopUp } from "./move-top-up.ts";
import { clearPaymentAlarms } from "./payment-alarms.ts";
import { PROVIDER_NAMES } from "./payment-settings.model.ts";
import { presentStray, presentTopUp, strayPaymentAnswer, topUpAnswer } from "./present-top-up.ts";
import { findProvider } from "./providers.ts";
import { paymentDeps } from "./stored-payments.ts";
import { type StrayPayment, strayPaymentModel } from "./stray-payment.model.ts";
import { takeReport } from "./take-report.ts";
import { topUpModel } from "./top-up.model.ts";
import { TOP_UP_STATES } from "./top-up-facts.ts";

const TAG = "Payments";
const CLERKS = { roles: ["administrator", "property-manager", "campus-admin"] } as const;
/** Far above what a provider's event comes to. */
const WEBHOOK_LIMIT_BYTES = 500_000;

const siteFilter = { siteId: oneOrMany(idSchema).optional() };
const topUpList = listQuery({
  sort: ["createdAt", "changedAt"],
  defaultSort: ["createdAt", "DESC"],
  filter: {
    ...siteFilter,
    householdId: oneOrMany(idSchema).optional(),
    state: oneOrMany(z.enum(TOP_UP_STATES)).optional(),
    provider: oneOrMany(z.enum(PROVIDER_NAMES)).optional(),
  },
});
const strayList = listQuery({
  sort: ["receivedAt"],
  defaultSort: ["receivedAt", "DESC"],
  filter: siteFilter,
});
const resolveBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });

export function topUpRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const topUps = topUpModel(connection);
  const strays = strayPaymentModel(connection);
  return [
    route({
      method: "post",
      path: "/payment-webhooks/:siteId/:provider",
      tag: TAG,
      summary: "A payment provider's word, signed",
      description: "204 says that it is stored and done. Anything else asks the provider to say it again.",
      access: "public",
      takesBytes: true,
      bodyLimitBytes: WEBHOOK_LIMIT_BYTES,
      answers: { 204: emptyOf("Taken, or none of our business") },
      problems: ["not-found", "webhook-untrusted", "bad-json", "invalid-body"],
      async handle({ params, bytes, header, now, log }) {
        const { siteId } = params;
        const provider = await findProvider(deps, siteId, params.provider);
        if (!provider) throw new ApiError("not-found");
        const report = provider.readWebhook(bytes, header, now);
        if (!report) return noContent();
        const topUp = await takeReport(paymentDeps(deps), { siteId, provider: provider.name }, report);
        const { eventId, status } = report;
        log.info({ eventId, status, topUpId: topUp?._id, state: topUp?.state }, "payment report taken");
        return noContent();
      },
    }),
    route({
      method: "get",
      path: "/top-ups",
      tag: TAG,
      summary: "Payments of residents, newest first",
      access: { roles: READERS },
      query: topUpList,
      answers: { 200: pageOf(topUpAnswer) },
      handle: ({ caller, query }) =>
        readPage(
          topUps,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          presentTopUp,
        ),
    }),
    route({
      method: "get",
      path: "/top-ups/:id",
      tag: TAG,
      summary: "One payment, with what its provider said",
      access: { roles: READERS },
      answers: { 200: topUpAnswer },
      handle: async ({ params, caller }) => ok(presentTopUp(await findVisible(topUps, params.id, caller))),
    }),
    route({
      method: "post",
      path: "/top-ups/:id/resolve",
      tag: TAG,
      summary: "Say what was done about a doubtful payment; its alarms end",
      access: CLERKS,
      body: resolveBody,
      answers: { 200: topUpAnswer },
      async handle(request) {
        const before = await findVisible(topUps, request.params.id, request.caller);
        const { now, caller, body } = request;
        const topUp = await moveTopUp(paymentDeps(deps), before, () => ({
          resolvedBy: { id: caller.id, name: caller.name },
          resolvedAt: now,
          resolution: body.reason,
        }));
        await clearPaymentAlarms(deps, { id: topUp._id, siteId: topUp.siteId, at: now });
        const after = presentTopUp(topUp);
        await recordAudit(deps, {
          request,
          siteId: topUp.siteId,
          action: "top-ups.resolve",
          subject: { resource: "top-ups", id: topUp._id },
          before: presentTopUp(before),
          after,
          reason: body.reason,
        });
        return ok(after);
      },
    }),
    route({
      method: "get",
      path: "/stray-payments",
      tag: TAG,
      summary: "What providers said about payments of which no order is known",
      access: { roles: READERS },
      query: strayList,
      answers: { 200: pageOf(strayPaymentAnswer) },
      handle: ({ caller, query }) =>
        readPage(
          strays,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          presentStray,
        ),
    }),
    route({
      method: "post",
      path: "/stray-payments/:id/resolve",
      tag: TAG,
      summary: "Say what was done about a stray payment; its alarm ends",
      access: CLERKS,
      body: resolveBody,
      answers: { 200: strayPaymentAnswer },
      async handle(request) {
        const before = await findVisible(strays, request.params.id, request.caller);
        const { now, caller, body } = request;
        const resolvedBy = { id: caller.id, name: caller.name };
        const stray = await strays
          .findOneAndUpdate(
            { _id: before._id },
            { $set: { resolvedBy, resolvedAt: now, resolution: body.reason } },
            { returnDocument: "after" },
          )
          .lean<StrayPayment | null>();
        if (!stray) throw new ApiError("not-found");
        await clearPaymentAlarms(deps, { id: stray._id, siteId: stray.siteId, at: now });
        const after = presentStray(stray);
        await recordAudit(deps, {
          request,
          siteId: stray.siteId,
          action: "stray-payments.resolve",
          subject: { resource: "stray-payments", id: stray._id },
          before: presentStray(before),
          after,
          reason: body.reason,
        });
        deps.changes.publish({ resource: "stray-payments", id: stray._id, siteId: stray.siteId });
        return ok(after);
      },
    }),
  ];
}
