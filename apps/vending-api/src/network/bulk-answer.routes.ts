import { bulkAnswerSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import { claimKey } from "../db/claimed-key.ts";
import type { Deps } from "../deps.ts";
import { actorOf } from "../http/access.ts";
import { accepted } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { gatewayModel } from "./gateway.model.ts";
import { gatewayMessagesOf } from "./gateway-messages.ts";

/** Heard later than this by the gateway, the answer is about something that the person has not seen (S2). Range 1–60 min. */
const EXPIRES_MS = 10 * 60_000;
/** How long an answer counts: a go-on for the cuts of this bulk, a never-mind until the cause can have been corrected. */
const VALID_MS = { "go-on": 3_600_000, "never-mind": 24 * 3_600_000 } as const;

const bulkAnswerAnswer = z
  .object({ answerId: z.string(), expiresAt: instantSchema, validUntil: instantSchema })
  .meta({ id: "BulkAnswer" });

export function bulkAnswerRoutes(deps: Deps): Route[] {
  const gateways = gatewayModel(deps.connection);
  return [
    route({
      method: "post",
      path: "/gateways/:id/bulk-answers",
      tag: "Network",
      summary: "Answer a paused bulk of cuts for credit",
      description:
        "go-on lets the cuts that wait now be made; never-mind calls them off for a day, while the cause is corrected.",
      access: { roles: ["administrator", "campus-admin", "property-manager"] },
      idempotencyKey: "required",
      body: z.strictObject({
        decision: bulkAnswerSchema.shape.decision,
        reason: z.string().trim().min(1).max(500),
      }),
      answers: { 202: bulkAnswerAnswer },
      async handle(request) {
        const { body, caller, now, requestHash } = request;
        const gateway = await findVisible(gateways, request.params.id, caller);
        await claimKey(deps.connection, request);
        const at = (inMs: number) => new Date(now.getTime() + inMs).toISOString();
        const answer = {
          // The same request is the same answer: heard twice, it says the same.
          id: requestHash.slice(0, 32),
          ...body,
          by: actorOf(caller),
          issuedAt: at(0),
          expiresAt: at(EXPIRES_MS),
          validUntil: at(VALID_MS[body.decision]),
        };
        await recordAudit(deps, {
          request,
          siteId: gateway.siteId,
          action: `gateways.bulk-${body.decision}`,
          subject: { resource: "gateways", id: gateway._id },
          reason: body.reason,
        });
        await gatewayMessagesOf(deps).send(gateway._id, [{ type: "bulk-answer", answer }]);
        return accepted({ answerId: answer.id, expiresAt: answer.expiresAt, validUntil: answer.validUntil });
      },
    }),
  ];
}
