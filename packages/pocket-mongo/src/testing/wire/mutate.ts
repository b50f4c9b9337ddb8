import type { Random } from "../random.ts";
import { messageFrame, validFrames } from "./frames.ts";

/** Numbers that lengths, counts and types go wrong at. */
const extremes = [
  0, 1, -1, 4, 5, 15, 16, 127, 255, 256, 65535, 0x7fffffff, -0x80000000, 48_000_000, 48_000_001,
];

type Mutation = (random: Random, frame: Buffer) => Buffer;

const flipBits: Mutation = (random, frame) => {
  const made = Buffer.from(frame);
  for (let i = random.whole(1, 8); i > 0; i -= 1) {
    const at = random.whole(0, made.length - 1);
    made[at] = (made[at] as number) ^ (1 << random.whole(0, 7));
  }
  return made;
};

const replaceBytes: Mutation = (random, frame) => {
  const made = Buffer.from(frame);
  for (let i = random.whole(1, 4); i > 0; i -= 1)
    made[random.whole(0, made.length - 1)] = random.whole(0, 255);
  return made;
};

/** Also where no number stands: a text that is read as a length is what a parser must survive. */
const extremeNumber: Mutation = (random, frame) => {
  const made = Buffer.from(frame);
  made.writeInt32LE(random.pick(extremes), random.whole(0, made.length - 4));
  return made;
};

const cut: Mutation = (random, frame) => frame.subarray(0, random.whole(0, frame.length - 1));

const cutHonestly: Mutation = (random, frame) =>
  withLength(frame.subarray(0, random.whole(16, frame.length - 1)));

const insertBytes: Mutation = (random, frame) => {
  const at = random.whole(16, frame.length);
  const noise = Buffer.from(random.list(1, 40, () => random.whole(0, 255)));
  return withLength(Buffer.concat([frame.subarray(0, at), noise, frame.subarray(at)]));
};

const splice: Mutation = (random, frame) => {
  const other = random.pick(validFrames);
  const head = frame.subarray(0, random.whole(16, frame.length));
  return withLength(Buffer.concat([head, other.subarray(random.whole(16, other.length))]));
};

const repeatPart: Mutation = (random, frame) => {
  const from = random.whole(16, frame.length - 1);
  const part = frame.subarray(from, random.whole(from + 1, frame.length));
  const times = random.whole(1, 200);
  return withLength(Buffer.concat([frame.subarray(0, from), ...Array.from({ length: times }, () => part)]));
};

const noise: Mutation = (random) => Buffer.from(random.list(1, 200, () => random.whole(0, 255)));

function withLength(frame: Buffer): Buffer {
  const made = Buffer.from(frame);
  made.writeInt32LE(made.length, 0);
  return made;
}

const commandNames = [
  ...["insert", "find", "getMore", "update", "delete", "findAndModify", "aggregate", "count", "distinct"],
  ...["createIndexes", "dropIndexes", "listIndexes", "collMod", "explain", "create", "drop", "killCursors"],
];
const argumentNames = [
  ...[
    "filter",
    "query",
    "q",
    "u",
    "update",
    "updates",
    "deletes",
    "documents",
    "pipeline",
    "cursor",
    "sort",
    "limit",
  ],
  ...[
    "skip",
    "projection",
    "fields",
    "indexes",
    "index",
    "key",
    "batchSize",
    "collection",
    "hint",
    "arrayFilters",
  ],
  ...["multi", "upsert", "remove", "new", "ordered", "collation", "let", "maxTimeMS", "lsid", "writeConcern"],
];
const wordsOfQueries = [
  ...[
    "$set",
    "$inc",
    "$push",
    "$each",
    "$slice",
    "$pull",
    "$rename",
    "$unset",
    "$bit",
    "$mul",
    "$and",
    "$or",
    "$not",
  ],
  ...[
    "$in",
    "$all",
    "$elemMatch",
    "$regex",
    "$mod",
    "$type",
    "$size",
    "$expr",
    "$match",
    "$group",
    "$unwind",
    "$lookup",
  ],
  ...[
    "$facet",
    "$project",
    "$sum",
    "$add",
    "$cond",
    "$let",
    "$map",
    "$filter",
    "$dateTrunc",
    "$sort",
    "$limit",
    "$count",
  ],
  ...[
    "_id",
    "a",
    "d.x",
    "d.x.0.y",
    "a.$",
    "l.$[]",
    "l.$[i].x",
    "",
    ".",
    "a.",
    "$",
    "__proto__",
    "constructor",
  ],
];

function anyValue(random: Random, depth: number): unknown {
  const kind = random.whole(0, depth > 4 ? 6 : 10);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.pick(extremes);
  if (kind === 3) return random.pick([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e308, 0.1]);
  if (kind === 4) return random.pick(["", "c", "$a", "$$ROOT", "$$NOW", "(", "\u{1F600}", "a".repeat(300)]);
  if (kind === 5) return new Date(random.pick([0, -1, 8.64e15]));
  if (kind === 6) return random.pick([/a/, Buffer.from("x"), 2 ** 53]);
  if (kind <= 8) return random.list(0, 3, () => anyValue(random, depth + 1));
  const names = random.some(wordsOfQueries, 0, 3);
  return Object.fromEntries(names.map((name) => [name, anyValue(random, depth + 1)]));
}

/** A well-formed message that means nothing: a real command with arguments of any type. */
const senselessCommand: Mutation = (random) => {
  const body: Record<string, unknown> = {
    [random.pick(commandNames)]: random.chance(0.8) ? "c" : anyValue(random, 3),
  };
  for (const name of random.some(argumentNames, 1, 5)) body[name] = anyValue(random, 0);
  return messageFrame({ ...body, $db: random.chance(0.95) ? "fuzz" : anyValue(random, 4) });
};

/** Depth far beyond MongoDB's limit of 100 levels, and far beyond a call stack. */
const deepDocument: Mutation = (random) => {
  const depth = random.pick([90, 101, 250, 20_000]);
  const name = random.pick(["a", "$and", "$not"]);
  // Written by hand: a serializer would run out of stack itself.
  let bytes = Buffer.from([5, 0, 0, 0, 0]);
  const parts: Buffer[] = [];
  const head = Buffer.from([3, ...Buffer.from(name), 0]);
  const perLevel = 4 + head.length + 1;
  for (let level = depth; level > 0; level -= 1) {
    const length = Buffer.alloc(4);
    length.writeInt32LE(level * perLevel + 5);
    parts.push(length, head);
  }
  bytes = Buffer.concat([...parts, bytes, Buffer.alloc(depth)]);
  const message = messageFrame({ find: "c", $db: "fuzz" });
  // The body section of `message` ends with the document's closing zero: the deep one goes before it, as "filter".
  const filter = Buffer.concat([
    message.subarray(0, -1),
    Buffer.from("\x03filter\0"),
    bytes,
    Buffer.from([0]),
  ]);
  filter.writeInt32LE(filter.length - 21, 21);
  return withLength(filter);
};

const mutations: readonly Mutation[] = [
  ...[flipBits, replaceBytes, extremeNumber, cut, cutHonestly, insertBytes, splice, repeatPart],
  ...[noise, deepDocument],
  // Most others are turned away at the door; these go through it.
  ...Array.from({ length: 8 }, () => senselessCommand),
];

export function mutatedFrame(random: Random): Buffer {
  const made = random.pick(mutations)(random, random.pick(validFrames));
  return random.chance(0.2) && made.length > 4 ? random.pick([flipBits, replaceBytes])(random, made) : made;
}
