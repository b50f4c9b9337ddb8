/**
 * Answers a driver's commands with replies made beforehand and does nothing else: what mongoose reaches on it is what
 * mongoose itself costs on this machine, and so the limit of every server behind it. Run as a process by null-process.ts.
 */
import { createServer } from "node:net";
import { serialize } from "bson";
import { FrameReader } from "../../../packages/pocket-mongo/src/wire/frames.ts";
import { headerBytes, opcodes } from "../../../packages/pocket-mongo/src/wire/messages.ts";
import { account, grouped, ranged } from "./accounts.ts";

const defaultBatch = 101;
const namespace = "bench.accounts";
const stored = { _id: 1, ...account(1), __v: 0 };

/** A reply of OP_MSG; the number of the request it answers is filled in when it is sent. */
function framed(document: object): Buffer {
  const body = serialize(document);
  const head = Buffer.alloc(headerBytes + 5);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(opcodes.message, 12);
  return Buffer.concat([head, body]);
}

/** The first handshake comes as OP_QUERY and wants OP_REPLY (MongoDB wire protocol, OP_REPLY: flags, cursor, start, count). */
function framedLegacy(document: object): Buffer {
  const body = serialize(document);
  const head = Buffer.alloc(headerBytes + 20);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(opcodes.reply, 12);
  head.writeInt32LE(1, headerBytes + 16);
  return Buffer.concat([head, body]);
}

const rows = (count: number) => Array.from({ length: count }, () => stored);
const greeting = { ismaster: true, helloOk: true, minWireVersion: 0, maxWireVersion: 21, ok: 1 };
const oneRow = framed({ cursor: { firstBatch: [stored], id: 0n, ns: namespace }, ok: 1 });
const replies: Readonly<Record<string, Buffer>> = {
  hello: framed(greeting),
  insert: framed({ n: 1, ok: 1 }),
  find: framed({ cursor: { firstBatch: rows(defaultBatch), id: 1n, ns: namespace }, ok: 1 }),
  getMore: framed({ cursor: { nextBatch: rows(ranged - defaultBatch), id: 0n, ns: namespace }, ok: 1 }),
  findAndModify: framed({ lastErrorObject: { n: 1, updatedExisting: true }, value: stored, ok: 1 }),
  aggregate: framed({
    cursor: {
      firstBatch: Array.from({ length: 100 }, (_, i) => ({ _id: i, accounts: grouped / 100, balance: 1 })),
      id: 0n,
      ns: namespace,
    },
    ok: 1,
  }),
};
const agreed = framed({ ok: 1 });
const legacyGreeting = framedLegacy(greeting);

function replyTo(message: Buffer): Buffer {
  if (message.readInt32LE(12) === opcodes.query) return legacyGreeting;
  // OP_MSG: flags, section kind, then the document's length and its first element's type, whose name is the command's.
  const begin = headerBytes + 10;
  const command = message.toString("latin1", begin, message.indexOf(0, begin));
  // Of the bench's reads only findOne gives a limit.
  if (command === "find" && message.includes("limit\0")) return oneRow;
  return replies[command] ?? agreed;
}

const listener = createServer((socket) => {
  socket.setNoDelay(true);
  const frames = new FrameReader();
  socket.on("data", (bytes: Buffer) => {
    for (const message of frames.push(bytes)) {
      const reply = Buffer.from(replyTo(message));
      reply.writeInt32LE(message.readInt32LE(4), 8);
      socket.write(reply);
    }
  });
  socket.on("error", () => socket.destroy());
});
listener.listen(0, "127.0.0.1", () => process.send?.(listener.address()));
process.on("disconnect", () => process.exit());
