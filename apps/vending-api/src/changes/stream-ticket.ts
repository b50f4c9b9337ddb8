import { createHash, randomBytes } from "node:crypto";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { PersonCaller } from "../http/access.ts";

/** Range 10–60 s: the page opens its stream at once. */
export const TICKET_LIFETIME_S = 30;

interface StreamTicket {
  /** SHA-256 of the ticket: a reader of the store can't use it. */
  _id: string;
  userId: string;
  endsAt: Date;
}

const streamTicketSchema = new Schema<StreamTicket>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    endsAt: { type: Date, required: true },
  },
  { collection: "stream_tickets", versionKey: false },
);
streamTicketSchema.index({ endsAt: 1 }, { expireAfterSeconds: 0 });

export const streamTicketModel = (connection: Connection) =>
  boundModel<StreamTicket>(connection, "StreamTicket", streamTicketSchema);

const hashOf = (ticket: string) => createHash("sha256").update(ticket).digest("hex");

/** EventSource can't send a header, and an access token in an address would end up in logs: hence a ticket for one use. */
export async function issueStreamTicket(
  connection: Connection,
  caller: PersonCaller,
  now: Date,
): Promise<string> {
  const ticket = randomBytes(32).toString("base64url");
  await streamTicketModel(connection).create({
    _id: hashOf(ticket),
    userId: caller.id,
    endsAt: new Date(now.getTime() + TICKET_LIFETIME_S * 1000),
  });
  return ticket;
}

/** The user it was given to; undefined when it was used before, has ended, or never existed. */
export async function redeemStreamTicket(
  connection: Connection,
  ticket: string,
  now: Date,
): Promise<string | undefined> {
  const redeemed = await streamTicketModel(connection)
    .findOneAndDelete({ _id: hashOf(ticket) })
    .lean<StreamTicket | null>();
  return redeemed && redeemed.endsAt > now ? redeemed.userId : undefined;
}
