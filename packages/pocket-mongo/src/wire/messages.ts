import { decode } from "../bson/decode.ts";
import { encode } from "../bson/encode.ts";
import { type Doc, RawDocument, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { crc32c } from "./crc32c.ts";

/** MongoDB wire protocol, "Opcodes". OP_QUERY is left only for the first handshake. */
export const opcodes = { reply: 1, query: 2004, message: 2013, compressed: 2012 } as const;

/** MongoDB wire protocol, OP_MSG, "Flag Bits". */
const flags = { checksumPresent: 1, moreToCome: 2 } as const;
/** Bits below 16 are required: a receiver that does not know one must refuse the message. */
const requiredBits = 0xffff;

export const headerBytes = 16;
/** maxMessageSizeBytes of the handshake. */
export const largestMessageBytes = 48_000_000;

export type Header = { readonly length: number; readonly requestId: number; readonly opcode: number };

export type Request = {
  readonly requestId: number;
  readonly opcode: typeof opcodes.query | typeof opcodes.message;
  readonly body: Doc;
  /** False when the client does not wait for an answer (`w: 0`). */
  readonly wantsReply: boolean;
};

function malformed(why: string): PocketMongoError {
  return new PocketMongoError("ProtocolError", `malformed message: ${why}`);
}

/** Reads the header that begins at `at`; throws ProtocolError when no message can be like that. */
export function readHeader(bytes: Buffer, at: number): Header {
  const length = bytes.readInt32LE(at);
  if (length < headerBytes || length > largestMessageBytes) throw malformed(`length ${length}`);
  return { length, requestId: bytes.readInt32LE(at + 4), opcode: bytes.readInt32LE(at + 12) };
}

export function readRequest(message: Buffer): Request {
  const { requestId, opcode } = readHeader(message, 0);
  if (opcode === opcodes.message) return readMessage(message, requestId);
  if (opcode === opcodes.query) return readQuery(message, requestId);
  throw malformed(`opcode ${opcode}`);
}

function readMessage(message: Buffer, requestId: number): Request {
  if (message.length < headerBytes + 5) throw malformed("no section");
  const bits = message.readUInt32LE(headerBytes);
  const known = flags.checksumPresent | flags.moreToCome;
  if ((bits & requiredBits & ~known) !== 0) throw malformed(`unknown flag bits ${bits.toString(2)}`);
  let end = message.length;
  if (bits & flags.checksumPresent) {
    end -= 4;
    if (crc32c(message.subarray(0, end)) !== message.readUInt32LE(end))
      throw malformed("checksum does not match");
  }
  let body: Doc | undefined;
  const sequences: [string, Value[]][] = [];
  let at = headerBytes + 4;
  while (at < end) {
    const kind = message[at] as number;
    at += 1;
    const length = at + 4 <= end ? message.readInt32LE(at) : -1;
    if (length < 5 || at + length > end) throw malformed("a section runs past the message");
    if (kind === 0) {
      if (body !== undefined) throw malformed("two bodies");
      body = decode(message.subarray(at, at + length));
    } else if (kind === 1) sequences.push(readSequence(message, at, at + length));
    else throw malformed(`section kind ${kind}`);
    at += length;
  }
  if (body === undefined) throw malformed("no body");
  for (const [name, documents] of sequences) {
    if (body.has(name)) throw malformed(`field ${name} is both in the body and a sequence`);
    body.set(name, documents);
  }
  return { requestId, opcode: opcodes.message, body, wantsReply: (bits & flags.moreToCome) === 0 };
}

/** Documents of a sequence stay encoded: those of an insert go to the store as they came. */
function readSequence(message: Buffer, begin: number, end: number): [string, Value[]] {
  const nameEnd = message.indexOf(0, begin + 4);
  if (nameEnd < 0 || nameEnd >= end) throw malformed("a sequence has no name");
  const name = message.toString("utf8", begin + 4, nameEnd);
  const documents: Value[] = [];
  let at = nameEnd + 1;
  while (at < end) {
    const length = at + 4 <= end ? message.readInt32LE(at) : -1;
    if (length < 5 || at + length > end) throw malformed("a document runs past its sequence");
    documents.push(new RawDocument(message.subarray(at, at + length)));
    at += length;
  }
  return [name, documents];
}

function readQuery(message: Buffer, requestId: number): Request {
  const nameEnd = message.indexOf(0, headerBytes + 4);
  if (nameEnd < 0) throw malformed("no collection name");
  const namespace = message.toString("utf8", headerBytes + 4, nameEnd);
  if (!namespace.endsWith(".$cmd")) throw malformed("OP_QUERY is no longer supported");
  const at = nameEnd + 1 + 8;
  if (at + 5 > message.length) throw malformed("no query");
  const body = decode(message, at);
  body.set("$db", namespace.slice(0, -5));
  return { requestId, opcode: opcodes.query, body, wantsReply: true };
}

/** Frames a reply in the form its request came in. */
export function writeReply(request: Request, requestId: number, body: Doc): Buffer {
  const query = request.opcode === opcodes.query;
  const headBytes = query ? headerBytes + 20 : headerBytes + 5;
  const reply = encode(body, headBytes);
  reply.fill(0, headerBytes, headBytes);
  reply.writeInt32LE(reply.length, 0);
  reply.writeInt32LE(requestId, 4);
  reply.writeInt32LE(request.requestId, 8);
  reply.writeInt32LE(query ? opcodes.reply : opcodes.message, 12);
  // OP_REPLY: flags (AwaitCapable), cursor, starting from, number returned. OP_MSG: no flags, one section of kind 0.
  if (query) {
    reply.writeInt32LE(8, headerBytes);
    reply.writeInt32LE(1, headerBytes + 16);
  }
  return reply;
}
