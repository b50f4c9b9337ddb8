import {
  type CommandAction,
  commandActionSchema,
  commandStateSchema,
  HOLD_KIND_NAMES,
  idSchema,
  instantSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { hasRole, type PersonCaller, type Role, siteScope } from "../http/access.ts";
import { accepted, ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { findVisible } from "../http/visible-row.ts";
import { announceConfig } from "./announce.ts";
import { type Circuit, circuitModel } from "./circuit.model.ts";
import { type CommandRow, commandModel } from "./command.model.ts";
import { COMMAND_EXPIRY_S, issueCommand } from "./commands.ts";
import { isOnlyResident, visibleCircuit } from "./visible-circuit.ts";

/** Who may send which command. A resident's own releases are checked by hold below. */
const MAY_SEND = {
  open: ["administrator", "property-manager", "campus-admin", "maintenance"],
  close: ["administrator", "property-manager", "campus-admin", "maintenance"],
  lockout: ["administrator", "maintenance"],
  "keep-power": ["administrator", "property-manager", "campus-admin"],
  release: ["administrator", "property-manager", "campus-admin", "maintenance", "resident"],
  read: ["administrator", "property-manager", "campus-admin", "maintenance", "integrator"],
  "compare-parameters": ["administrator", "maintenance"],
  "repair-parameters": ["administrator", "maintenance"],
} as const satisfies Record<CommandAction, readonly Role[]>;

/** These reach the relay, so they need a device that has proved to obey. */
const NEEDS_COMMISSIONING: readonly CommandAction[] = ["open", "close", "lockout", "release"];

const commandBody = z
  .strictObject({
    action: commandActionSchema,
    hold: z.enum(HOLD_KIND_NAMES).optional().meta({ description: "For release; default all that you may." }),
    keepPower: z.boolean().optional().meta({ description: "For keep-power; default true." }),
    reason: z.string().trim().max(500).default(""),
    expiresInS: z.int().min(1).max(600).optional(),
    isLoadSideDead: z.boolean().optional().meta({
      description: "For close and release of a circuit with a second source: you have measured it.",
    }),
    until: instantSchema.optional().meta({ description: "For open: when it ends by itself." }),
  })
  .superRefine((body, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if ((body.action === "open" || body.action === "lockout") && body.reason === "")
      issue("reason", "Whoever finds it off wants to know why");
    if (body.action === "repair-parameters" && body.reason === "")
      issue("reason", "Whoever finds the meter changed wants to know why");
    const { most } = COMMAND_EXPIRY_S[body.action];
    if (body.expiresInS !== undefined && body.expiresInS > most)
      issue("expiresInS", `${body.action} may wait at most ${most} s`);
    if (body.hold !== undefined && body.action !== "release") issue("hold", "Only for release");
    if (body.until !== undefined && body.action !== "open") issue("until", "Only for open");
    if (body.keepPower !== undefined && body.action !== "keep-power")
      issue("keepPower", "Only for keep-power");
  });
type CommandBody = z.output<typeof commandBody>;

export const commandAnswer = z
  .object({
    id: idSchema,
    circuitId: idSchema,
    action: commandActionSchema,
    state: commandStateSchema,
    reason: z.string(),
    by: z.object({ id: idSchema, name: z.string(), role: z.string() }),
    issuedAt: instantSchema,
    expiresAt: instantSchema,
    resultAt: instantSchema.optional(),
    code: z.string().optional(),
    detail: z.string().optional(),
  })
  .meta({ id: "Command" });

function presentCommand(row: CommandRow): z.input<typeof commandAnswer> {
  const { _id: id, circuitId, action, state, reason, by, resultAt, code, detail } = row;
  return {
    id,
    circuitId,
    action,
    state,
    reason,
    by,
    issuedAt: row.issuedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    ...(resultAt === null ? {} : { resultAt: resultAt.toISOString() }),
    ...(code === null ? {} : { code }),
    ...(detail === null ? {} : { detail }),
  };
}

const commandList = listQuery({
  sort: ["issuedAt"],
  defaultSort: ["issuedAt", "DESC"],
  filter: {
    siteId: oneOrMany(idSchema).optional(),
    circuitId: oneOrMany(idSchema).optional(),
    householdId: oneOrMany(idSchema).optional(),
    state: oneOrMany(commandStateSchema).optional(),
  },
});

export function commandRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const commands = commandModel(connection);
  return [
    route({
      method: "post",
      path: "/circuits/:id/commands",
      tag: "Circuits",
      summary: "Ask the circuit's gateway to do something",
      access: "signed-in",
      idempotencyKey: "required",
      body: commandBody,
      answers: { 202: z.object({ commandId: idSchema }) },
      problems: ["circuit-not-commissioned", "idempotency-key-reused"],
      async handle(request) {
        const { caller, body, idempotencyKey, requestHash, now } = request;
        const circuit = await visibleCircuit(connection, request.params.id, caller);
        assertMaySend(caller, circuit, body);
        if (NEEDS_COMMISSIONING.includes(body.action) && circuit.commissionedAt === null)
          throw new ApiError("circuit-not-commissioned");
        const keepPower = body.action === "keep-power" ? (body.keepPower ?? true) : undefined;
        const { command, repeated } = await issueCommand(
          deps,
          circuit,
          { ...body, keepPower },
          {
            caller,
            idempotencyKey,
            requestHash,
            now,
          },
        );
        if (keepPower !== undefined && !repeated) {
          await circuitModel(connection).updateOne({ _id: circuit._id }, { $set: { keepPower } });
          await announceConfig(deps, [circuit.gatewayId]);
        }
        return accepted({ commandId: command._id });
      },
    }),
    route({
      method: "get",
      path: "/commands/:id",
      tag: "Circuits",
      summary: "How far a command is",
      access: "signed-in",
      answers: { 200: commandAnswer },
      async handle({ caller, params }) {
        const row = await findVisible(commands, params.id, caller);
        if (isOnlyResident(caller) && row.householdId !== (caller.householdId ?? ""))
          throw new ApiError("not-found");
        return ok(presentCommand(row));
      },
    }),
    route({
      method: "get",
      path: "/commands",
      tag: "Circuits",
      summary: "Commands, newest first",
      access: { roles: ["administrator", "property-manager", "campus-admin", "maintenance", "integrator"] },
      query: commandList,
      answers: { 200: pageOf(commandAnswer) },
      handle: ({ caller, query }) =>
        readPage(
          commands,
          query,
          { $and: [siteScope(caller), equalityConditions(query.filter)] },
          presentCommand,
        ),
    }),
  ];
}

/** Throws `forbidden`. A resident releases a reminder, and an overload where the circuit's rule allows it. */
function assertMaySend(caller: PersonCaller, circuit: Circuit, { action, hold }: CommandBody): void {
  if (!hasRole(caller, ...MAY_SEND[action])) throw new ApiError("forbidden");
  if (!isOnlyResident(caller)) return;
  const mayRelease =
    hold === "reminder" || (hold === "overload" && circuit.rules.overload?.residentMayRelease === true);
  if (!mayRelease) throw new ApiError("forbidden", "Only staff can release this");
}
