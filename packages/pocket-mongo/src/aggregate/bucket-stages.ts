import { wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { type Doc, doc, isDoc, typeName, typeRank, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import { mostSortBytes, pause, type Stream } from "../plan/stream.ts";
import { type Column, makeColumns } from "./group.ts";
import { type PipelineContext, scopeOf, sizeOf, variableNames } from "./stage.ts";

const defaultOutput = doc({ count: doc({ $sum: 1 }) });

function rows(columns: readonly Column[], context: PipelineContext, documents: readonly Doc[]): Doc {
  const made: Doc = new Map();
  for (const column of columns) {
    const accumulator = column.make();
    for (const document of documents) accumulator.add(column.expression(scopeOf(context, document)));
    const value = accumulator.result();
    if (value !== undefined) made.set(column.name, value);
  }
  return made;
}

type Keyed = { key: Value; document: Doc };

function* keyed(input: Stream<Doc>, keyOf: (document: Doc) => Value, into: Keyed[]): Stream<never> {
  let bytes = 0;
  for (const document of input) {
    if (document === pause) {
      yield pause;
      continue;
    }
    into.push({ key: keyOf(document), document });
    bytes += sizeOf(document);
    if (bytes > mostSortBytes) {
      throw new PocketMongoError(
        "ExceededMemoryLimit",
        `$bucket exceeded its memory limit of ${mostSortBytes} bytes`,
      );
    }
  }
}

/** $bucket: groups by given boundaries, the lower inclusive. */
export function bucketStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!isDoc(spec))
    throw new PocketMongoError(
      40201,
      `Argument to $bucket stage must be an object, but found type: ${typeName(spec)}`,
    );
  const by = spec.get("groupBy");
  const given = spec.get("boundaries");
  if (by === undefined || given === undefined) {
    throw new PocketMongoError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  }
  if (!Array.isArray(given))
    throw new PocketMongoError(
      40200,
      `The $bucket 'boundaries' field must be an array, but found type: ${typeName(given)}`,
    );
  if (given.length < 2)
    throw new PocketMongoError(40192, "The $bucket 'boundaries' field must have at least 2 values");
  const names = variableNames(context);
  const boundaries = given.map((one) => compile(one, names)(scopeOf(context, new Map())) ?? null);
  for (let at = 1; at < boundaries.length; at += 1) {
    const [low, high] = [boundaries[at - 1] as Value, boundaries[at] as Value];
    if (typeRank(low) !== typeRank(high))
      throw new PocketMongoError(
        40193,
        "All values in the 'boundaries' option to $bucket must have the same type",
      );
    if (compare(low, high) >= 0)
      throw new PocketMongoError(
        40194,
        "The 'boundaries' option to $bucket must be sorted in ascending order",
      );
  }
  const fallback = spec.get("default");
  const keyOf = compile(by, names);
  const columns = makeColumns(outputOf(spec), names);
  return function* (input) {
    const all: Keyed[] = [];
    yield* keyed(input, (document) => keyOf(scopeOf(context, document)) ?? null, all);
    const buckets: { id: Value; documents: Doc[] }[] = boundaries
      .slice(0, -1)
      .map((id) => ({ id, documents: [] }));
    const others: Doc[] = [];
    for (const { key, document } of all) {
      const at = boundaries.findIndex(
        (high, i) => i > 0 && compare(key, high) < 0 && compare(key, boundaries[i - 1] as Value) >= 0,
      );
      if (at > 0) buckets[at - 1]?.documents.push(document);
      else if (fallback === undefined) {
        throw new PocketMongoError(
          40066,
          "$switch could not find a matching branch for an input, and no default was specified.",
        );
      } else others.push(document);
    }
    if (others.length > 0) buckets.push({ id: fallback as Value, documents: others });
    buckets.sort((a, b) => compare(a.id, b.id));
    for (const { id, documents } of buckets) {
      if (documents.length > 0) yield new Map([["_id", id], ...rows(columns, context, documents)]);
    }
  };
}

function outputOf(spec: Doc): Doc {
  const output = spec.get("output");
  if (output === undefined) return defaultOutput;
  if (!isDoc(output))
    throw new PocketMongoError(
      40196,
      `The 'output' field must be an object, but found type: ${typeName(output)}`,
    );
  return output;
}

/** $bucketAuto: about equally many documents in each group; equal keys stay together. */
export function bucketAutoStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!isDoc(spec))
    throw new PocketMongoError(
      40240,
      `The argument to $bucketAuto must be an object, but found type: ${typeName(spec)}`,
    );
  const by = spec.get("groupBy");
  const count = wholeNumber(spec.get("buckets"));
  if (by === undefined || !spec.has("buckets"))
    throw new PocketMongoError(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified");
  if (count === undefined || count <= 0)
    throw new PocketMongoError(40243, "The $bucketAuto 'buckets' field must be greater than 0");
  if (spec.has("granularity"))
    throw new PocketMongoError(
      "NotImplemented",
      "$bucketAuto with 'granularity' is not supported by this server",
    );
  const names = variableNames(context);
  const keyOf = compile(by, names);
  const columns = makeColumns(outputOf(spec), names);
  return function* (input) {
    const all: Keyed[] = [];
    yield* keyed(input, (document) => keyOf(scopeOf(context, document)) ?? null, all);
    all.sort((a, b) => compare(a.key, b.key));
    const size = Math.max(1, Math.round(all.length / count));
    let at = 0;
    for (let bucket = 0; at < all.length; bucket += 1) {
      let end = bucket === count - 1 ? all.length : Math.min(at + size, all.length);
      while (end < all.length && compare((all[end - 1] as Keyed).key, (all[end] as Keyed).key) === 0)
        end += 1;
      const part = all.slice(at, end);
      // The upper bound is the next bucket's first key; only the last bucket includes its own greatest.
      const max = (all[end] ?? (part[part.length - 1] as Keyed)).key;
      const id = doc({ min: (part[0] as Keyed).key, max });
      yield new Map<string, Value>([
        ["_id", id],
        ...rows(
          columns,
          context,
          part.map((one) => one.document),
        ),
      ]);
      at = end;
    }
  };
}

/** $sample: that many documents, each as likely as any other. */
export function sampleStage(spec: Value, random: () => number): (input: Stream<Doc>) => Stream<Doc> {
  const size = isDoc(spec) ? wholeNumber(spec.get("size")) : undefined;
  if (size === undefined || size < 1)
    throw new PocketMongoError(28747, "size argument to $sample must be a positive integer");
  return function* (input) {
    const kept: Doc[] = [];
    let seen = 0;
    for (const document of input) {
      if (document === pause) {
        yield pause;
        continue;
      }
      seen += 1;
      if (kept.length < size) kept.push(document);
      else {
        const at = Math.floor(random() * seen);
        if (at < size) kept[at] = document;
      }
    }
    yield* kept;
  };
}
