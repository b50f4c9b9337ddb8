import { createHash } from "node:crypto";
import { idSchema, instantSchema, RELAY_TEST_STATES, relayTestSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../../audit/audit.ts";
import { claimKey } from "../../db/claimed-key.ts";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { actorOf, READERS } from "../../http/access.ts";
import { accepted, ok } from "../../http/answer.ts";
import { type Route, route } from "../../http/route.ts";
import { findVisible } from "../../http/visible-row.ts";
import { circuitModel } from "../circuit.model.ts";
import { askBus, isSilent } from "./ask-bus.ts";
import { type RelayTestRow, relayTestModel } from "./relay-test.model.ts";

const relayTestAnswer = z
  .object({
    circuitId: idSchema,
    test: relayTestSchema
      .extend({
        state: z.enum(["asked", ...RELAY_TEST_STATES, "lost"]).meta({
          description: "asked: the gateway has not begun; lost: it fell silent before the end.",
        }),
        reason: z.string(),
        by: z.object({ id: idSchema, name: z.string() }),
        askedAt: instantSchema,
        toldAt: instantSchema.nullable(),
      })
      .nullable()
      .meta({ description: "Null before the first." }),
  })
  .meta({ id: "RelayTest" });

function present(circuitId: string, row: RelayTestRow | null, now: Date): z.input<typeof relayTestAnswer> {
  if (!row) return { circuitId, test: null };
  const { reason, by, askedAt, toldAt, state, steps, detail } = row;
  const isOver = state === "passed" || state === "failed";
  return {
    circuitId,
    test: {
      ...{ reason, by, steps, detail },
      state: !isOver && isSilent(row, now) ? "lost" : state,
      askedAt: askedAt.toISOString(),
      toldAt: toldAt?.toISOString() ?? null,
    },
  };
}

export function relayTestRoutes(deps: Deps): Route[] {
  const { connection, changes } = deps;
  const circuits = circuitModel(connection);
  const tests = relayTestModel(connection);
  const lastOf = (circuitId: string) => tests.findById(circuitId).lean<RelayTestRow | null>();
  return [
    route({
      method: "post",
      path: "/circuits/:id/relay-test",
      tag: "Circuits",
      summary: "Open the relay and close it again, each read back",
      description:
        "The power goes off for some eleven seconds. How a circuit that is not commissioned yet proves that it obeys; refused by the gateway where power must stay or a tag hangs.",
      access: { roles: ["administrator", "maintenance"] },
      idempotencyKey: "required",
      body: z.strictObject({ reason: z.string().trim().min(1).max(200) }),
      answers: { 202: relayTestAnswer },
      problems: ["wrong-state", "idempotency-key-reused"],
      async handle(request) {
        const { caller, body, now, idempotencyKey } = request;
        const circuit = await findVisible(circuits, request.params.id, caller);
        await claimKey(connection, request);
        // The same key is the same test: asked again, it is not run again.
        const requestId = createHash("sha256")
          .update(`${circuit._id}:${idempotencyKey}`)
          .digest("hex")
          .slice(0, 24);
        const before = await lastOf(circuit._id);
        if (before?.requestId === requestId) return accepted(present(circuit._id, before, now));
        const state = present(circuit._id, before, now).test?.state;
        if (state === "asked" || state === "opening" || state === "open" || state === "closing")
          throw new ApiError("wrong-state", "A relay test of this circuit is under way");
        const { id, name } = actorOf(caller);
        const row: Omit<RelayTestRow, "_id"> = {
          ...{ siteId: circuit.siteId, requestId, reason: body.reason, by: { id, name } },
          ...{ askedAt: now, toldAt: null, state: "asked", steps: [], detail: null },
        };
        await tests.updateOne({ _id: circuit._id }, { $set: row }, { upsert: true });
        await recordAudit(deps, {
          request,
          siteId: circuit.siteId,
          action: "circuits.test-relay",
          subject: { resource: "circuits", id: circuit._id },
          reason: body.reason,
        });
        await askBus(
          deps,
          circuit.gatewayId,
          { kind: "test-relay", id: requestId, busId: circuit.busId, circuitId: circuit._id, by: row.by },
          now,
        );
        changes.publish({ resource: "relay-tests", id: circuit._id, siteId: circuit.siteId });
        return accepted(present(circuit._id, { _id: circuit._id, ...row }, now));
      },
    }),
    route({
      method: "get",
      path: "/circuits/:id/relay-test",
      tag: "Circuits",
      summary: "The last relay test of the circuit, and how far it is",
      access: { roles: READERS },
      answers: { 200: relayTestAnswer },
      async handle({ caller, params, now }) {
        const circuit = await findVisible(circuits, params.id, caller);
        return ok(present(circuit._id, await lastOf(circuit._id), now));
      },
    }),
  ];
}
