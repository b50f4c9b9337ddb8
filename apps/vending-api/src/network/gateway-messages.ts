import { EventEmitter } from "node:events";
import type { BulkAnswer, BusRequest, Command, DownlinkMessage, Sale } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { createKeyedQueue, type Pending } from "../chain/keyed-queue.ts";
import { isDuplicateKey } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { type CommandRow, commandModel } from "./command.model.ts";
import { creditPosition, gatewaysOf, householdsOf } from "./credit-position.ts";
import { currentConfig } from "./gateway-config.ts";
import { type GatewayMessageRow, gatewayMessageModel } from "./gateway-message.model.ts";

/** What to tell; the content is read when the message gets its sequence, so a later message never carries older news. */
export type MessageDraft =
  | { type: "config" }
  | { type: "credit"; householdId: string }
  | { type: "command"; command: Command }
  | { type: "sale"; sale: Sale }
  | { type: "bulk-answer"; answer: BulkAnswer }
  | { type: "bus-request"; request: BusRequest };

export interface GatewayMessages {
  /** Resolves once the messages are stored. */
  send(gatewayId: string, drafts: readonly MessageDraft[]): Promise<void>;
  /** A new credit position to every gateway that has a circuit of the household. */
  sendCredit(householdIds: Iterable<string>): Promise<void>;
  /** Oldest first. */
  after(gatewayId: string, sequence: number, limit: number): Promise<DownlinkMessage[]>;
  newestSequence(gatewayId: string): Promise<number>;
  /** False when messages after `sequence` are no longer kept. */
  isComplete(gatewayId: string, sequence: number): Promise<boolean>;
  /** Called when this process has stored messages for the gateway. Returns the way to stop. */
  onSent(gatewayId: string, listener: () => void): () => void;
}

/** Where the content of messages comes from. */
export type MessageSources = Pick<Deps, "connection" | "clock" | "profiles">;

const LARGEST_BATCH = 500;
const MOST_ATTEMPTS = 100;

const opened = new WeakMap<Connection, GatewayMessages>();

/** The one outlet to gateways of this process on this connection. */
export function gatewayMessagesOf(sources: MessageSources): GatewayMessages {
  const { connection } = sources;
  const known = opened.get(connection);
  if (known) return known;
  const messages = openGatewayMessages(sources);
  opened.set(connection, messages);
  return messages;
}

function openGatewayMessages(sources: MessageSources): GatewayMessages {
  const { connection, clock } = sources;
  const model = gatewayMessageModel(connection);
  const sent = new EventEmitter().setMaxListeners(0);

  const newestSequence = async (gatewayId: string): Promise<number> => {
    const newest = await model.findOne({ gatewayId }).sort({ sequence: -1 }).lean<GatewayMessageRow | null>();
    return newest?.sequence ?? 0;
  };

  const writeBatch = async (
    gatewayId: string,
    batch: readonly Pending<MessageDraft, void>[],
  ): Promise<void> => {
    const drafts = withoutRepetition(batch.map(({ item }) => item));
    for (let attempt = 0; ; attempt += 1) {
      const now = clock.now();
      const rows = await rowsOf(sources, gatewayId, drafts, (await newestSequence(gatewayId)) + 1, now);
      try {
        if (rows.length > 0) await model.insertMany(rows, { ordered: true, lean: true });
        break;
      } catch (error) {
        // Another process was faster: what it saw may be newer than what we read, so everything is read again.
        if (!isDuplicateKey(error) || attempt >= MOST_ATTEMPTS) throw error;
      }
    }
    for (const pending of batch) pending.settle();
    sent.emit(gatewayId);
  };
  const queue = createKeyedQueue<MessageDraft, void>(writeBatch, LARGEST_BATCH);

  const send = async (gatewayId: string, drafts: readonly MessageDraft[]): Promise<void> => {
    await Promise.all(drafts.map((draft) => queue.add(gatewayId, draft)));
  };

  return {
    send,
    async sendCredit(householdIds) {
      await Promise.all(
        [...householdIds].map(async (householdId) => {
          const gatewayIds = await gatewaysOf(connection, householdId);
          await Promise.all(gatewayIds.map((id) => send(id, [{ type: "credit", householdId }])));
        }),
      );
    },
    async after(gatewayId, sequence, limit) {
      const rows = await model
        .find({ gatewayId, sequence: { $gt: sequence } })
        .sort({ sequence: 1 })
        .limit(limit)
        .lean<GatewayMessageRow[]>();
      return rows.map((row) => row.message);
    },
    newestSequence,
    async isComplete(gatewayId, sequence) {
      const oldest = await model
        .findOne({ gatewayId })
        .sort({ sequence: 1 })
        .lean<GatewayMessageRow | null>();
      return oldest === null || sequence >= oldest.sequence - 1;
    },
    onSent(gatewayId, listener) {
      sent.on(gatewayId, listener);
      return () => sent.off(gatewayId, listener);
    },
  };
}

/** One message says as much as several of the same meaning in one batch; commands and sales are never the same. */
function withoutRepetition(drafts: readonly MessageDraft[]): MessageDraft[] {
  return [...new Map(drafts.map((draft) => [meaningOf(draft), draft])).values()];
}

function meaningOf(draft: MessageDraft): string {
  switch (draft.type) {
    case "command":
      return `command ${draft.command.id}`;
    case "sale":
      return `sale ${draft.sale.id}`;
    case "bulk-answer":
      return `bulk-answer ${draft.answer.id}`;
    case "bus-request":
      return `bus-request ${draft.request.id}`;
    case "credit":
      return `credit ${draft.householdId}`;
    default:
      return "config";
  }
}

async function rowsOf(
  sources: MessageSources,
  gatewayId: string,
  drafts: readonly MessageDraft[],
  firstSequence: number,
  now: Date,
): Promise<GatewayMessageRow[]> {
  const contents = await Promise.all(
    drafts.map((draft) => contentOf(sources, gatewayId, draft, firstSequence, now)),
  );
  return contents
    .filter((content) => content !== undefined)
    .map((content, index) => {
      const sequence = firstSequence + index;
      return {
        _id: `${gatewayId}:${sequence}`,
        gatewayId,
        sequence,
        at: now,
        message: { ...content, sequence },
      };
    });
}

type Content = DownlinkMessage extends infer Message
  ? Message extends DownlinkMessage
    ? Omit<Message, "sequence">
    : never
  : never;

async function contentOf(
  sources: MessageSources,
  gatewayId: string,
  draft: MessageDraft,
  revision: number,
  now: Date,
): Promise<Content | undefined> {
  switch (draft.type) {
    case "config":
      return { type: "config", revision: (await currentConfig(sources, gatewayId)).revision };
    case "credit": {
      const position = await creditPosition(sources.connection, draft.householdId, revision, now);
      return position && { type: "credit", position };
    }
    default:
      return draft;
  }
}

/** Every position of a gateway, for one that starts; and where to listen on from, with no waiting command left behind. */
export async function creditPositionsOf(
  connection: Connection,
  messages: GatewayMessages,
  gatewayId: string,
  now: Date,
) {
  // The sequence is read first: a message stored meanwhile is delivered again, not lost.
  const sequence = await messages.newestSequence(gatewayId);
  const resumeAfter = Math.min(sequence, await beforeWaitingCommands(connection, gatewayId, now));
  const householdIds = await householdsOf(connection, gatewayId);
  const positions = await Promise.all(
    householdIds.map((id) => creditPosition(connection, id, sequence, now)),
  );
  return { sequence: resumeAfter, positions: positions.filter((position) => position !== undefined) };
}

/**
 * The sequence before the oldest command that nobody has reported on and that is still valid. What lies behind it is
 * delivered again, which changes nothing; a command that a new gateway never heard of would be lost.
 */
async function beforeWaitingCommands(connection: Connection, gatewayId: string, now: Date): Promise<number> {
  const waiting = await commandModel(connection)
    .find({ gatewayId, state: "queued", expiresAt: { $gt: now } }, { issuedAt: 1 })
    .sort({ issuedAt: 1 })
    .lean<Pick<CommandRow, "_id" | "issuedAt">[]>();
  const [oldest] = waiting;
  if (!oldest) return Number.POSITIVE_INFINITY;
  const message = await gatewayMessageModel(connection)
    .findOne({
      gatewayId,
      at: { $gte: oldest.issuedAt },
      "message.command.id": { $in: waiting.map(({ _id }) => _id) },
    })
    .sort({ sequence: 1 })
    .lean<GatewayMessageRow | null>();
  return message ? message.sequence - 1 : Number.POSITIVE_INFINITY;
}
