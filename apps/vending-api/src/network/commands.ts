import type { Command, CommandAction, CommandResult, HoldKind } from "@hallmeter/meter-model";
import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { actorOf, type PersonCaller } from "../http/access.ts";
import type { Circuit } from "./circuit.model.ts";
import { type CommandRow, commandModel } from "./command.model.ts";
import { MOVES_TO } from "./command-states.ts";
import { gatewayMessagesOf } from "./gateway-messages.ts";

/** How long a command may wait for its meter, seconds (gateway.md, S2): an old wish to close must not surprise anybody. */
export const COMMAND_EXPIRY_S = {
  open: { default: 600, most: 600 },
  lockout: { default: 600, most: 600 },
  close: { default: 120, most: 120 },
  release: { default: 120, most: 120 },
  "keep-power": { default: 600, most: 600 },
  read: { default: 60, most: 120 },
  "compare-parameters": { default: 120, most: 600 },
  // A write and a read-back for each that differs, on a slow line.
  "repair-parameters": { default: 600, most: 600 },
} as const satisfies Record<CommandAction, { default: number; most: number }>;

export interface CommandWish {
  action: CommandAction;
  hold?: HoldKind | undefined;
  keepPower?: boolean | undefined;
  reason: string;
  expiresInS?: number | undefined;
  until?: string | undefined;
  isLoadSideDead?: boolean | undefined;
}

export interface IssueRequest {
  caller: PersonCaller;
  idempotencyKey: string;
  requestHash: string;
  now: Date;
}

type CommandDeps = Pick<Deps, "connection" | "clock" | "changes" | "profiles">;

/**
 * Stores the command and hands it to the circuit's gateway. The same key and request give the same command; another request
 * under the key is refused with `idempotency-key-reused`.
 */
export async function issueCommand(
  deps: CommandDeps,
  circuit: Circuit,
  wish: CommandWish,
  request: IssueRequest,
): Promise<{ command: CommandRow; repeated: boolean }> {
  const row = newCommand(circuit, wish, request);
  const commands = commandModel(deps.connection);
  try {
    await commands.create(row);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const { siteId, idempotencyKey } = row;
    const first = await commands.findOne({ siteId, idempotencyKey }).lean<CommandRow | null>();
    if (first?.requestHash !== request.requestHash) throw new ApiError("idempotency-key-reused");
    if (!first.handedOver && first.state === "queued") await handOver(deps, first);
    return { command: first, repeated: true };
  }
  await handOver(deps, row);
  publishCommand(deps, row);
  return { command: row, repeated: false };
}

function newCommand(circuit: Circuit, wish: CommandWish, request: IssueRequest): CommandRow {
  const expiresInS = wish.expiresInS ?? COMMAND_EXPIRY_S[wish.action].default;
  return {
    _id: newId(),
    siteId: circuit.siteId,
    gatewayId: circuit.gatewayId,
    circuitId: circuit._id,
    householdId: circuit.householdId,
    action: wish.action,
    hold: wish.hold ?? null,
    keepPower: wish.keepPower ?? null,
    reason: wish.reason,
    by: actorOf(request.caller),
    issuedAt: request.now,
    expiresAt: new Date(request.now.getTime() + expiresInS * 1000),
    until: wish.until === undefined ? null : new Date(wish.until),
    isLoadSideDead: wish.isLoadSideDead ?? false,
    state: "queued",
    resultAt: null,
    code: null,
    detail: null,
    idempotencyKey: request.idempotencyKey,
    requestHash: request.requestHash,
    handedOver: false,
  };
}

/** A crash between storing and handing over is healed by `handOverForgotten`; handed over twice, it is executed once. */
async function handOver(deps: CommandDeps, row: CommandRow): Promise<void> {
  await gatewayMessagesOf(deps).send(row.gatewayId, [{ type: "command", command: toCommand(row) }]);
  await commandModel(deps.connection).updateOne({ _id: row._id }, { $set: { handedOver: true } });
}

/** Younger ones are still being handed over by whoever issued them. Range 1–30 s. */
const FORGOTTEN_AFTER_MS = 5000;

export async function handOverForgotten(deps: CommandDeps, now: Date): Promise<void> {
  const forgotten = await commandModel(deps.connection)
    .find({
      state: "queued",
      expiresAt: { $gt: now },
      handedOver: false,
      issuedAt: { $lt: new Date(now.getTime() - FORGOTTEN_AFTER_MS) },
    })
    .lean<CommandRow[]>();
  for (const row of forgotten) await handOver(deps, row);
}

function toCommand(row: CommandRow): Command {
  return {
    id: row._id,
    circuitId: row.circuitId,
    action: row.action,
    ...(row.hold === null ? {} : { hold: row.hold }),
    ...(row.keepPower === null ? {} : { keepPower: row.keepPower }),
    reason: row.reason,
    by: row.by,
    issuedAt: row.issuedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    ...(row.isLoadSideDead === true ? { isLoadSideDead: true } : {}),
    ...(row.until === null ? {} : { until: row.until.toISOString() }),
  };
}

/** Takes a gateway's word about a command; told twice or late it changes nothing. False for a command that it never got. */
export async function takeResult(
  deps: CommandDeps,
  gatewayId: string,
  result: CommandResult,
): Promise<boolean> {
  const commands = commandModel(deps.connection);
  const moved = await commands
    .findOneAndUpdate(
      { _id: result.commandId, gatewayId, state: { $in: [...MOVES_TO[result.state]] } },
      {
        $set: {
          state: result.state,
          resultAt: new Date(result.at),
          code: result.code ?? null,
          detail: result.detail ?? null,
        },
      },
      { returnDocument: "after" },
    )
    .lean<CommandRow | null>();
  if (moved) publishCommand(deps, moved);
  return moved !== null || (await commands.exists({ _id: result.commandId, gatewayId })) !== null;
}

/** The gateway drops a late command and says so; this long after its expiry the server stops waiting for that. */
const SILENCE_AFTER_EXPIRY_MS = 15_000;

/** What the gateway has said nothing of: `expired` if it never took it, `unknown` if it did. */
export async function expireCommands(deps: CommandDeps, now: Date): Promise<void> {
  const commands = commandModel(deps.connection);
  const before = new Date(now.getTime() - SILENCE_AFTER_EXPIRY_MS);
  const ends = { queued: "expired", sent: "unknown" } as const;
  for (const state of ["queued", "sent"] as const) {
    const late = await commands.find({ state, expiresAt: { $lt: before } }).lean<CommandRow[]>();
    for (const { _id } of late) {
      const moved = await commands
        .findOneAndUpdate(
          { _id, state },
          { $set: { state: ends[state], resultAt: now, code: "no-answer-from-gateway" } },
          { returnDocument: "after" },
        )
        .lean<CommandRow | null>();
      if (moved) publishCommand(deps, moved);
    }
  }
}

function publishCommand({ changes }: CommandDeps, { _id, siteId, circuitId, householdId }: CommandRow): void {
  const whose = { siteId, ...(householdId === null ? {} : { householdId }) };
  changes.publish({ resource: "commands", id: _id, ...whose });
  changes.publish({ resource: "circuits", id: circuitId, ...whose });
}
