import { randomUUID } from "node:crypto";
import type { PipelineContext, Stage } from "../aggregate/stage.ts";
import { type Merge, parseMerge, parseOut, type Target, writingStages } from "../aggregate/write-stages.ts";
import { encode } from "../bson/encode.ts";
import { type Path, parsePath } from "../bson/path.ts";
import { type Doc, doc, ObjectId, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Variable } from "../expression/scope.ts";
import { parseFilter } from "../match/parse.ts";
import { pause, type Stream } from "../plan/stream.ts";
import type { Collection } from "../store/catalog.ts";
import type { WriteView } from "../store/write-view.ts";
import { parseOperators, parseReplacement, type Update } from "../update/update.ts";
import type { Call } from "./command.ts";
import { rest } from "./cursors.ts";
import { change, parsePipelineUpdate, seek, upsert } from "./modify.ts";
import { checkedSize, ensureCollection, newUuid, withId } from "./stored-document.ts";

/** Documents written in one transaction. */
const stretch = 500;

/** Runs a pipeline that ends with $out or $merge; true when it did, and nothing is left to be read. */
export async function writeResults(
  call: Call,
  context: PipelineContext,
  stages: readonly Stage[],
  stream: Stream<Doc>,
): Promise<boolean> {
  const last = stages[stages.length - 1];
  if (last === undefined || !writingStages.has(last.name)) return false;
  if (last.name === "$out") await replaceCollection(call, parseOut(last.spec, call.database), stream);
  else await mergeInto(call, context, parseMerge(last.spec, context), stream);
  return true;
}

async function eachStretch(
  call: Call,
  stream: Stream<Doc>,
  write: (documents: readonly Doc[]) => Promise<void>,
): Promise<void> {
  let documents: Doc[] = [];
  for (const one of stream) {
    if (one === pause) await rest(call.turn, call.deadlineMs);
    else if (documents.push(one) === stretch) {
      await write(documents);
      await rest(call.turn, call.deadlineMs);
      documents = [];
    }
  }
  if (documents.length > 0) await write(documents);
}

/**
 * $out: fills a collection of its own, with the indexes of the target, and gives it the target's name at the end. Until then
 * readers see the old documents; when anything fails it is as if nothing had been asked.
 */
async function replaceCollection(call: Call, target: Target, stream: Stream<Doc>): Promise<void> {
  const { database, collection: name } = target;
  const made = `tmp.agg_out.${randomUUID()}`;
  const before = await call.store.write((view) => {
    const known = view.catalog.get(database, name);
    let collection = view.createCollection(database, made, doc({ temp: true }), newUuid());
    for (const index of known?.indexes.slice(1) ?? []) {
      const added = view.addIndex(collection, index.spec);
      view.publishIndex(added.collection, added.index);
      collection = currentOf(view, database, made);
    }
    return known;
  });
  try {
    await eachStretch(call, stream, (documents) =>
      call.store.write((view) => {
        for (const document of documents) insert(view, currentOf(view, database, made), document);
      }),
    );
    await call.store.write((view) => {
      const known = view.catalog.get(database, name);
      if (known?.id !== before?.id || known?.nextIndexId !== before?.nextIndexId) {
        throw new PocketMongoError(
          "CommandFailed",
          `the target collection ${database}.${name} changed while $out was running`,
        );
      }
      if (known) view.dropCollection(known);
      const filled = currentOf(view, database, made);
      view.renameCollection(filled, database, name, known?.options ?? new Map());
    });
  } catch (error) {
    await call.store.write((view) => {
      const left = view.catalog.get(database, made);
      if (left) view.dropCollection(left);
    });
    throw error;
  }
}

function currentOf(view: WriteView, database: string, name: string): Collection {
  const found = view.catalog.get(database, name);
  if (found) return found;
  throw new PocketMongoError("NamespaceNotFound", `ns does not exist: ${database}.${name}`);
}

function insert(view: WriteView, collection: Collection, document: Doc): void {
  const stored = withId(document);
  view.insert(collection, stored, checkedSize(encode(stored), "insert"));
}

async function mergeInto(
  call: Call,
  context: PipelineContext,
  merge: Merge,
  stream: Stream<Doc>,
): Promise<void> {
  const into: Call = { ...call, database: merge.into.database };
  const on = (merge.on ?? ["_id"]).map((name) => ({ name, path: parsePath(name) }));
  const known = call.store.view().catalog.get(merge.into.database, merge.into.collection);
  if (!isUniqueBy(known, merge.on ?? ["_id"]))
    throw new PocketMongoError(51183, "Cannot find index to verify that join fields will be unique");
  await eachStretch(call, stream, (documents) =>
    call.store.write((view) => {
      for (const document of documents) mergeOne(into, context, view, merge, on, document);
    }),
  );
}

/** Whether a unique index, for all documents, has exactly these fields in any order. */
function isUniqueBy(collection: Collection | undefined, on: readonly string[]): boolean {
  if (on.length === 1 && on[0] === "_id") return true;
  return (
    collection?.indexes.some(
      (index) =>
        index.ready &&
        index.unique &&
        index.partial === undefined &&
        index.fields.length === on.length &&
        index.fields.every((field) => on.includes(field.name)),
    ) === true
  );
}

type OnField = { readonly name: string; readonly path: Path };

function mergeOne(
  call: Call,
  context: PipelineContext,
  view: WriteView,
  merge: Merge,
  on: readonly OnField[],
  given: Doc,
): void {
  const name = merge.into.collection;
  const identified = on.some((field) => field.name === "_id") && !given.has("_id");
  const document = identified ? new Map<string, Value>([["_id", new ObjectId()], ...given]) : given;
  const filter = parseFilter(
    new Map(on.map((field) => [field.name, new Map([["$eq", onValue(document, field)]])])),
  );
  if (merge.whenMatched === "fail") {
    insert(view, ensureCollection(view, call.database, name), document);
    return;
  }
  const update = updateFor(call, context, merge, document);
  const collection = view.catalog.get(call.database, name);
  const sought = collection && seek(view, collection, { filter, sort: [], hint: undefined });
  if (collection && sought?.kind === "found") {
    if (update) change(view, collection, sought.target, update, filter, call.now);
    return;
  }
  if (merge.whenNotMatched === "discard") return;
  if (merge.whenNotMatched === "fail") {
    throw new PocketMongoError(
      "MergeStageNoMatchingDocument",
      "$merge could not find a matching document in the target collection for at least one document in the source collection",
    );
  }
  // Only $set gives the new document its fields in the order of an update; the other modes insert what came.
  if (merge.whenMatched === "merge" && update) upsert(call, view, name, update, filter);
  else insert(view, ensureCollection(view, call.database, name), document);
}

function onValue(document: Doc, { path }: OnField): Value {
  let value: Value | undefined = document;
  for (const part of path) value = value instanceof Map ? value.get(part.name) : undefined;
  if (value === undefined || value === null) {
    throw new PocketMongoError(
      51132,
      "$merge write error: 'on' field cannot be missing, null, undefined or an array",
    );
  }
  if (Array.isArray(value))
    throw new PocketMongoError(51185, "$merge write error: 'on' field cannot be an array");
  return value;
}

/** What happens to a document that is there already; nothing for `keepExisting`. */
function updateFor(call: Call, context: PipelineContext, merge: Merge, document: Doc): Update | undefined {
  switch (merge.whenMatched) {
    case "replace":
      return parseReplacement(document);
    case "merge":
      return parseOperators(new Map([["$set", document]]));
    case "pipeline": {
      let variables: Variable | undefined = context.variables;
      for (const [name, expression] of merge.variables) {
        const value = expression({ root: document, now: call.now, variables: context.variables });
        variables = { name, value, outer: variables };
      }
      return parsePipelineUpdate(call, merge.pipeline, variables);
    }
    default:
      return undefined;
  }
}
