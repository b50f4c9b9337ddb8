import { busConfigSchema, idSchema, instantSchema, lineSchema, pipeSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { READERS } from "../http/access.ts";
import { ok } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { editableRoutes } from "../places/editable-resource.ts";
import { assertNone, findReferenced } from "../places/reference.ts";
import { nameField } from "../places/site-fields.ts";
import { announceConfig } from "./announce.ts";
import { type BusBudgetRow, busBudgetModel, busModel } from "./bus.model.ts";
import { gatewayModel } from "./gateway.model.ts";
import { meterModel } from "./meter.model.ts";

/** As domain.md's demonstration: a circuit is seen often enough for a person to watch it. */
const DEFAULT_POLL_INTERVAL_MS = 5000;

const busFields = {
  name: nameField,
  pipe: pipeSchema,
  line: lineSchema,
  pollIntervalMs: busConfigSchema.shape.pollIntervalMs,
};

const busAnswer = z
  .object({ id: idSchema, siteId: idSchema, gatewayId: idSchema, ...busFields })
  .meta({ id: "Bus" });

const budgetAnswer = z
  .object({
    busId: idSchema,
    at: instantSchema,
    utilisationMilli: z.int(),
    plannedMilli: z.int(),
    transactions: z.int(),
    timeouts: z.int(),
    crcErrors: z.int(),
    protocolErrors: z.int(),
    lanes: z.record(z.string(), z.object({ queued: z.int(), worstWaitMs: z.int() })),
  })
  .meta({ id: "BusBudget" });

export function busRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const model = busModel(connection);
  return [
    ...editableRoutes(deps, {
      name: "buses",
      one: "bus",
      tag: "Network",
      read: READERS,
      write: ["administrator", "maintenance"],
      model,
      list: listQuery({
        sort: ["name"],
        filter: { siteId: oneOrMany(idSchema).optional(), gatewayId: oneOrMany(idSchema).optional() },
      }),
      condition: equalityConditions,
      answer: busAnswer,
      present: async (rows) => rows.map(({ _id: id, ...bus }) => ({ id, ...bus })),
      newFields: z.strictObject({
        gatewayId: idSchema,
        ...busFields,
        pollIntervalMs: busFields.pollIntervalMs.default(DEFAULT_POLL_INTERVAL_MS),
      }),
      async newRow(body, { caller }) {
        const { siteId } = await findReferenced(
          gatewayModel(connection),
          body.gatewayId,
          caller,
          "gatewayId",
        );
        return { _id: newId(), siteId, ...body };
      },
      patchFields: z.strictObject(busFields).partial(),
      patch: async (_row, body) => body,
      written: ({ gatewayId }) => announceConfig(deps, [gatewayId]),
      assertUnused: ({ _id }) => assertNone(meterModel(connection), { busId: _id }, "The bus has meters"),
      duplicate: { code: "name-taken", path: "name", message: "Another bus has this name" },
    }),
    route({
      method: "get",
      path: "/buses/:id/budget",
      tag: "Network",
      summary: "How the bus' time is spent, as the gateway last told",
      access: { roles: READERS },
      answers: { 200: budgetAnswer },
      async handle({ caller, params }) {
        const bus = await findVisible(model, params.id, caller);
        const budget = await busBudgetModel(connection).findById(bus._id).lean<BusBudgetRow | null>();
        if (!budget) throw new ApiError("not-found", "The gateway has not told of this bus yet");
        const { _id: busId, at, ...figures } = budget;
        return ok({ busId, at: at.toISOString(), ...figures });
      },
    }),
  ];
}
