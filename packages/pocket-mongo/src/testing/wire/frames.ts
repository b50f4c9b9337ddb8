import { BSON, type Document } from "mongodb";

/** Opcodes of the wire protocol, written down again: the fuzzer must not share the server's own reading of it. */
const opQuery = 2004;
const opMessage = 2013;

function frame(opcode: number, body: Uint8Array, requestId = 7): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + body.length, 0);
  header.writeInt32LE(requestId, 4);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, body]);
}

/** OP_MSG with one body section and, for the insert, update and delete of a driver, a document sequence. */
export function messageFrame(body: Document, sequence?: { name: string; documents: Document[] }): Buffer {
  const sections = [Buffer.from([0, 0, 0, 0, 0]), BSON.serialize(body)];
  if (sequence) {
    const content = Buffer.concat([
      Buffer.from(`${sequence.name}\0`),
      ...sequence.documents.map((one) => BSON.serialize(one)),
    ]);
    const length = Buffer.alloc(5);
    length.writeUInt8(1, 0);
    length.writeInt32LE(4 + content.length, 1);
    sections.push(length, content);
  }
  return frame(opMessage, Buffer.concat(sections));
}

/** The legacy handshake: flags, collection, skip, return, query. */
function queryFrame(body: Document): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeInt32LE(-1, 4);
  return frame(
    opQuery,
    Buffer.concat([Buffer.alloc(4), Buffer.from("admin.$cmd\0"), numbers, BSON.serialize(body)]),
  );
}

/** Asks for an answer that can be told from all others. */
export const lastRequestId = 0x5eed;
export const lastFrame = frame(
  opMessage,
  Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), BSON.serialize({ ping: 1, $db: "admin" })]),
  lastRequestId,
);

/** Whether a reader of lengths comes out at the end of `bytes`: if not, it waits for more or gives up. */
export function endsOnBoundary(bytes: Buffer): boolean {
  let at = 0;
  while (at + 16 <= bytes.length) {
    const length = bytes.readInt32LE(at);
    if (length < 16) return false;
    at += length;
  }
  return at === bytes.length;
}

/** The complete messages at the beginning of what was received. */
export function repliesIn(received: Buffer): Buffer[] {
  const replies: Buffer[] = [];
  for (let at = 0; at + 16 <= received.length; ) {
    const length = received.readInt32LE(at);
    if (at + length > received.length) break;
    replies.push(received.subarray(at, at + length));
    at += length;
  }
  return replies;
}

export const isLastReply = (reply: Buffer): boolean => reply.readInt32LE(8) === lastRequestId;

/** Code and message of a reply that is an error. */
export function errorIn(reply: Buffer): { code: number; message: string } | undefined {
  if (reply.readInt32LE(12) !== opMessage) return undefined;
  const body = BSON.deserialize(reply.subarray(21));
  return body.ok === 1 ? undefined : { code: Number(body.code), message: String(body.errmsg) };
}

const $db = "fuzz";
const document = {
  _id: 1,
  a: 1,
  b: BSON.Long.fromString("9007199254740993"),
  c: "text",
  d: { x: [1, null, { y: 2.5 }] },
};

/** What drivers really send, one of each kind, to be mutated. */
export const validFrames: readonly Buffer[] = [
  queryFrame({ ismaster: 1, helloOk: true, client: { driver: { name: "nodejs", version: "7" } } }),
  messageFrame({ hello: 1, $db: "admin" }),
  messageFrame({ ping: 1, $db: "admin" }),
  messageFrame(
    { insert: "c", ordered: false, $db },
    { name: "documents", documents: [document, { a: [1, 2, 3] }] },
  ),
  messageFrame({
    insert: "c",
    documents: [{ when: new Date(0), re: /a.*b/i, bin: Buffer.from("xyz") }],
    $db,
  }),
  messageFrame({
    find: "c",
    filter: { a: { $gt: 1 }, "d.x.y": { $in: [2.5, null] } },
    sort: { a: -1 },
    limit: 5,
    $db,
  }),
  messageFrame({
    find: "c",
    filter: { $or: [{ c: { $regex: "^t", $options: "i" } }, { d: { $elemMatch: { x: 1 } } }] },
    $db,
  }),
  messageFrame({ getMore: BSON.Long.fromNumber(12345), collection: "c", batchSize: 2, $db }),
  messageFrame({ killCursors: "c", cursors: [BSON.Long.fromNumber(5)], $db }),
  messageFrame(
    { update: "c", $db },
    {
      name: "updates",
      documents: [
        {
          q: { a: 1 },
          u: { $set: { "d.z": 1 }, $inc: { b: BSON.Long.ONE }, $push: { l: { $each: [1, 2], $slice: -2 } } },
          upsert: true,
        },
      ],
    },
  ),
  messageFrame({
    update: "c",
    updates: [{ q: {}, u: [{ $set: { s: { $add: ["$a", 1] } } }], multi: true }],
    $db,
  }),
  messageFrame({ delete: "c", deletes: [{ q: { a: 3 }, limit: 1 }], $db }),
  messageFrame({
    findAndModify: "c",
    query: { _id: 1 },
    update: { $inc: { a: 1 } },
    new: true,
    fields: { a: 1 },
    $db,
  }),
  messageFrame({
    aggregate: "c",
    pipeline: [
      { $match: { a: { $gte: 0 } } },
      { $group: { _id: "$c", n: { $sum: "$a" } } },
      { $sort: { n: 1 } },
    ],
    cursor: {},
    $db,
  }),
  messageFrame({ count: "c", query: { a: { $type: "number" } }, $db }),
  messageFrame({ distinct: "c", key: "d.x", query: {}, $db }),
  messageFrame({
    createIndexes: "c",
    indexes: [{ key: { a: 1, "d.x": -1 }, name: "a_d", sparse: true }],
    $db,
  }),
  messageFrame({ dropIndexes: "c", index: "a_d", $db }),
  messageFrame({ listIndexes: "c", cursor: {}, $db }),
  messageFrame({ listCollections: 1, filter: { name: "c" }, cursor: {}, $db }),
  messageFrame({ collMod: "c", index: { name: "a_d", hidden: true }, $db }),
  messageFrame({ explain: { find: "c", filter: { a: 1 } }, verbosity: "queryPlanner", $db }),
  messageFrame({ serverStatus: 1, $db: "admin" }),
  messageFrame({ dropDatabase: 1, $db }),
];
