import {
  busReportSchema,
  commandResultSchema,
  creditPositionSchema,
  downlinkMessageSchema,
  gatewayConfigSchema,
  uplinkBatchSchema,
  uplinkReplySchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../../deps.ts";
import { ApiError } from "../../errors.ts";
import { emptyOf, eventStreamOf, noContent, notModified, ok, stream } from "../../http/answer.ts";
import { type Route, route } from "../../http/route.ts";
import { announceEverything } from "../announce.ts";
import { takeBusReport } from "../bus-requests/take-bus-report.ts";
import { takeResult } from "../commands.ts";
import { type Gateway, gatewayModel } from "../gateway.model.ts";
import { currentConfig } from "../gateway-config.ts";
import { creditPositionsOf, gatewayMessagesOf } from "../gateway-messages.ts";
import { noteSeen } from "../watch-gateways.ts";
import { followMessages } from "./follow-messages.ts";
import { takeBatch } from "./take-batch.ts";

const TAG = "Gateway";
const ACCESS = "gateway";
/** 1000 samples of a three-phase circuit with their evidence. Range 1–16 MB. */
const BATCH_LIMIT_BYTES = 8_000_000;
/** 500 frames of the longest with their registers. Range 500 kB–2 MB. */
const REPORT_LIMIT_BYTES = 1_000_000;
const MESSAGES_PER_ANSWER = 500;

const afterField = z.coerce.number().int().nonnegative();

export function uplinkRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const messages = gatewayMessagesOf(deps);
  /** A gateway that was away longer than messages are kept is told everything anew, behind those that are left. */
  const fillGap = async (gatewayId: string, after: number) => {
    if (!(await messages.isComplete(gatewayId, after))) await announceEverything(deps, gatewayId);
  };
  return [
    route({
      method: "get",
      path: "/gateway/config",
      tag: TAG,
      summary: "The gateway's configuration",
      access: ACCESS,
      answers: { 200: gatewayConfigSchema, 304: emptyOf("Unchanged since If-None-Match") },
      async handle({ caller, now, header }) {
        await noteSeen(connection, caller.id, now);
        const config = await currentConfig(deps, caller.id);
        const etag = `"${config.revision}"`;
        const headers = { ETag: etag };
        return header("if-none-match") === etag ? notModified({ headers }) : ok(config, { headers });
      },
    }),
    route({
      method: "get",
      path: "/gateway/credit",
      tag: TAG,
      summary: "Every credit position, and the sequence from which to listen on",
      access: ACCESS,
      answers: { 200: z.object({ positions: z.array(creditPositionSchema), sequence: z.int() }) },
      handle: async ({ caller, now }) => ok(await creditPositionsOf(connection, messages, caller.id, now)),
    }),
    route({
      method: "post",
      path: "/gateway/batches",
      tag: TAG,
      summary: "Samples, states, results, events, alarms; idempotent by sequence",
      access: ACCESS,
      body: uplinkBatchSchema,
      bodyLimitBytes: BATCH_LIMIT_BYTES,
      answers: { 200: uplinkReplySchema },
      async handle({ caller, body, now, header }) {
        const reply = await takeBatch(deps, caller.id, body, header("date"));
        // Powers change with every batch; open boards hear of it on the slower beat.
        if (await noteSeen(connection, caller.id, now)) {
          const [siteId] = caller.siteIds;
          deps.changes.publish({ resource: "board", id: siteId, siteId });
        }
        return ok(reply);
      },
    }),
    route({
      method: "get",
      path: "/gateway/batches/last",
      tag: TAG,
      summary: "The newest batch taken",
      access: ACCESS,
      answers: { 200: z.object({ acceptedSequence: z.int() }) },
      async handle({ caller }) {
        const gateway = await gatewayModel(connection).findById(caller.id).lean<Gateway | null>();
        if (!gateway) throw new ApiError("not-found");
        return ok({ acceptedSequence: gateway.acceptedSequence });
      },
    }),
    route({
      method: "get",
      path: "/gateway/stream",
      tag: TAG,
      summary: "Messages to the gateway (server-sent events), resumed after Last-Event-ID",
      access: ACCESS,
      query: z.strictObject({ after: afterField.optional() }),
      answers: { 200: eventStreamOf("Each event is a message; its id is the sequence") },
      async handle({ caller, query, header, now, log }) {
        await noteSeen(connection, caller.id, now);
        const named = afterField.safeParse(header("last-event-id") ?? query.after);
        const after = named.success ? named.data : await messages.newestSequence(caller.id);
        await fillGap(caller.id, after);
        return stream((sink) => followMessages({ ...deps, log }, messages, caller.id, after, sink));
      },
    }),
    route({
      method: "get",
      path: "/gateway/messages",
      tag: TAG,
      summary: "The same messages by polling",
      access: ACCESS,
      query: z.strictObject({ after: afterField.default(0) }),
      answers: { 200: z.array(downlinkMessageSchema) },
      async handle({ caller, query, now }) {
        await noteSeen(connection, caller.id, now);
        await fillGap(caller.id, query.after);
        return ok(await messages.after(caller.id, query.after, MESSAGES_PER_ANSWER));
      },
    }),
    route({
      method: "post",
      path: "/gateway/bus-reports",
      tag: TAG,
      summary: "How a scan, a relay test or a watched bus goes; a report that is lost is made up by the next",
      access: ACCESS,
      body: busReportSchema,
      bodyLimitBytes: REPORT_LIMIT_BYTES,
      answers: { 204: emptyOf("Taken, or of no interest any more") },
      async handle({ caller, body }) {
        await takeBusReport(deps, caller.id, body);
        return noContent();
      },
    }),
    route({
      method: "post",
      path: "/gateway/commands/:id/result",
      tag: TAG,
      summary: "What became of a command",
      access: ACCESS,
      body: commandResultSchema,
      answers: { 204: emptyOf("Taken, or known already") },
      async handle({ caller, params, body }) {
        if (params.id !== body.commandId)
          throw new ApiError("invalid-body", "commandId is not the one of the address", {
            errors: [{ path: "commandId", code: "mismatch", message: "Is not the one of the address" }],
          });
        if (!(await takeResult(deps, caller.id, body))) throw new ApiError("not-found");
        return noContent();
      },
    }),
  ];
}
