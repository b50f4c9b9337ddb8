import { parsePipeline, runPipeline } from "../aggregate/pipeline.ts";
import type { PipelineContext } from "../aggregate/stage.ts";
import { equal } from "../bson/compare.ts";
import { decode } from "../bson/decode.ts";
import { encode } from "../bson/encode.ts";
import { type Doc, isDoc, ObjectId, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import type { Variable } from "../expression/scope.ts";
import { matchedPosition, matches } from "../match/evaluate.ts";
import type { Match } from "../match/parse.ts";
import { choosePlan, type Hint } from "../plan/plan.ts";
import { compareSortKeys, type Sort, sortKey } from "../plan/sort.ts";
import { refuseWhenGone, type Stream, Turn } from "../plan/stream.ts";
import { Walk } from "../plan/walk.ts";
import type { Collection } from "../store/catalog.ts";
import type { WriteView } from "../store/write-view.ts";
import { parseOperators, parseReplacement, type Update } from "../update/update.ts";
import { documentFromFilter } from "../update/upsert.ts";
import type { Call } from "./command.ts";
import { drain, rest } from "./cursors.ts";
import { run } from "./find.ts";
import { checkedSize, ensureCollection, withId } from "./stored-document.ts";

export type Target = { readonly record: number; readonly bytes: Buffer; readonly document: Doc };

export type Selection = {
  readonly filter: Match;
  readonly sort: Sort;
  readonly hint: Hint;
};

/** Rows a single-document write looks at inside the write transaction before it searches outside, where others can work. */
const mostInside = 1000;
/** Rows of a many-document write in one transaction. */
const stretch = 500;

function* targetsOf(view: WriteView, collection: Collection, filter: Match, walk: Walk): Generator<Target> {
  for (const row of walk.read(view, collection)) {
    const document = decode(row.bytes);
    if (matches(filter, document)) yield { ...row, document };
  }
}

/** What one step of a single-document write found: its document, nothing at all, or that it must look outside first. */
type Sought = { kind: "found"; target: Target } | { kind: "none" } | { kind: "far" };

/** Looks for the one document inside the transaction, as far as that is short. */
export function seek(view: WriteView, collection: Collection, { filter, sort, hint }: Selection): Sought {
  const walk = new Walk(choosePlan(collection, filter, sort, hint));
  const { sorted } = walk.plan;
  let best: { target: Target; key: Value[] } | undefined;
  for (const row of walk.read(view, collection)) {
    const document = decode(row.bytes);
    if (matches(filter, document)) {
      const target = { ...row, document };
      if (sorted) return { kind: "found", target };
      const key = sortKey(sort, document);
      if (best === undefined || compareSortKeys(sort, key, best.key) < 0) best = { target, key };
    }
    if (walk.docsExamined >= mostInside) return { kind: "far" };
  }
  return best ? { kind: "found", target: best.target } : { kind: "none" };
}

/**
 * Finds the one document of a write and hands it to `act` inside the write transaction; `undefined` when there is none. A
 * long search goes on outside, in a snapshot, and what it finds is looked at again inside before anything is done.
 */
export async function withOne<Result>(
  call: Call,
  name: string,
  selection: Selection,
  act: (view: WriteView, collection: Collection | undefined, target: Target | undefined) => Result,
): Promise<Result> {
  const inside = await call.store.write((view) => {
    const collection = view.catalog.get(call.database, name);
    const sought: Sought = collection ? seek(view, collection, selection) : { kind: "none" };
    if (sought.kind === "far") return undefined;
    return { result: act(view, collection, sought.kind === "found" ? sought.target : undefined) };
  }, call.pace);
  if (inside) return inside.result;
  for (;;) {
    const record = await search(call, name, selection);
    const outcome = await call.store.write((view) => {
      const collection = view.catalog.get(call.database, name);
      if (record === undefined || collection === undefined)
        return { result: act(view, collection, undefined) };
      const bytes = view.record(collection, record);
      const document = bytes && decode(bytes);
      if (bytes === undefined || document === undefined || !matches(selection.filter, document))
        return undefined;
      return { result: act(view, collection, { record, bytes, document }) };
    }, call.pace);
    if (outcome) return outcome.result;
  }
}

/** The search of a find, which lets others work between its pieces. */
async function search(call: Call, name: string, selection: Selection): Promise<number | undefined> {
  const query = {
    collection: name,
    ...selection,
    skip: 0,
    limit: 1,
    projection: undefined,
    variables: undefined,
  };
  const [first] = await drain(run(call, query), call.turn, call.deadlineMs);
  return first?.record;
}

/** Hands every matching document to `act`, a stretch per transaction, each document once however it moves meanwhile. */
export async function withMany(
  call: Call,
  name: string,
  selection: Selection,
  act: (view: WriteView, collection: Collection, target: Target) => void,
): Promise<number> {
  const collection = call.store.view().catalog.get(call.database, name);
  if (collection === undefined) return 0;
  const walk = new Walk(choosePlan(collection, selection.filter, selection.sort, selection.hint));
  const done = new Set<number>();
  let more = true;
  while (more) {
    more = await call.store.write((view) => {
      const targets: Target[] = [];
      const before = walk.docsExamined;
      let ended = true;
      const current = view.catalog.get(call.database, name);
      if (current === undefined) return false;
      refuseWhenGone(walk.plan, collection, current);
      for (const target of targetsOf(view, current, selection.filter, walk)) {
        if (!done.has(target.record)) targets.push(target);
        ended = targets.length < stretch && walk.docsExamined - before < stretch * 4;
        if (!ended) break;
      }
      for (const target of targets) {
        done.add(target.record);
        // The catalog entry may change with each document, when one brings the first array into an index.
        act(view, view.catalog.get(call.database, name) ?? current, target);
      }
      return !ended;
    }, call.pace);
    if (more) await rest(call.turn, call.deadlineMs);
  }
  return done.size;
}

/** The update of a statement: operators, a whole document, or a pipeline. */
export function parseUpdate(
  call: Call,
  given: Value | undefined,
  arrayFilters: readonly Value[] | undefined,
  variables: Variable | undefined,
): Update {
  if (Array.isArray(given)) {
    if (arrayFilters?.length)
      throw new PocketMongoError(
        "FailedToParse",
        "arrayFilters may not be specified for pipeline-style updates",
      );
    return parsePipelineUpdate(call, given, variables);
  }
  if (!isDoc(given)) {
    throw new PocketMongoError("FailedToParse", "Update argument must be either an object or an array");
  }
  const [first] = given.keys();
  if (first?.startsWith("$")) return parseOperators(given, arrayFilters);
  if (arrayFilters?.length)
    throw new PocketMongoError(
      "FailedToParse",
      "arrayFilters may not be specified for replacement-style updates",
    );
  return parseReplacement(given);
}

const updateStages = new Set(["$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith"]);

export function parsePipelineUpdate(call: Call, pipeline: Value[], variables: Variable | undefined): Update {
  for (const stage of pipeline) {
    const name = isDoc(stage) ? stage.keys().next().value : undefined;
    if (name?.startsWith("$") && !updateStages.has(name)) {
      throw new PocketMongoError("InvalidOptions", `${name} is not allowed to be used within an update`);
    }
  }
  const context: PipelineContext = {
    now: call.now,
    variables,
    database: call.database,
    turn: new Turn(),
    read: () => (function* (): Stream<Doc> {})(),
    depth: 0,
  };
  const stages = parsePipeline(pipeline, context);
  return {
    kind: "pipeline",
    apply: (document) => {
      const made = runPipeline(
        stages,
        (function* (): Stream<Doc> {
          yield document;
        })(),
      ).next().value;
      if (!isDoc(made as Value))
        throw new PocketMongoError("InternalError", "an update pipeline gave no document");
      const after = made as Doc;
      const id = document.get("_id");
      if (id === undefined) return after;
      const given = after.get("_id");
      if (given === undefined) return new Map<string, Value>([["_id", id], ...after]);
      if (!equal(id, given)) {
        throw new PocketMongoError(
          "ImmutableField",
          "Performing an update on the path '_id' would modify the immutable field '_id'",
        );
      }
      return after;
    },
  };
}

export type Change = { readonly after: Doc; readonly modified: boolean };

/** Applies an update to one document of the store. A document that stays the same is not written. */
export function change(
  view: WriteView,
  collection: Collection,
  target: Target,
  update: Update,
  filter: Match,
  now: Date,
): Change {
  const position = matchedPosition(filter, target.document);
  const after = update.apply(target.document, { now, inserting: false, position });
  const bytes = checkedSize(encode(after), "update");
  if (bytes.equals(target.bytes)) return { after: target.document, modified: false };
  view.replace(collection, target.record, target.document, target.bytes, after, bytes);
  return { after, modified: true };
}

/** Inserts what the filter and the update make together. */
export function upsert(call: Call, view: WriteView, name: string, update: Update, filter: Match): Doc {
  const seed = documentFromFilter(filter);
  const made =
    update.kind === "replacement"
      ? replaceSeed(seed, update, call.now)
      : update.apply(seed, { now: call.now, inserting: true, position: undefined });
  const stored = withId(made.has("_id") ? made : new Map<string, Value>([["_id", new ObjectId()], ...made]));
  view.insert(ensureCollection(view, call.database, name), stored, checkedSize(encode(stored), "insert"));
  return stored;
}

/** A replacement takes only the `_id` from the filter. */
function replaceSeed(seed: Doc, update: Update, now: Date): Doc {
  const id = seed.get("_id");
  const only: Doc = id === undefined ? new Map() : new Map([["_id", id]]);
  return update.apply(only, { now, inserting: true, position: undefined });
}

/** Constants named in a statement's own `c` (update) or the command's `let`. */
export function withConstants(
  call: Call,
  constants: Doc | undefined,
  outer: Variable | undefined,
): Variable | undefined {
  let made = outer;
  for (const [name, expression] of constants ?? []) {
    made = {
      name,
      value: compile(expression)({ root: new Map(), now: call.now, variables: undefined }),
      outer: made,
    };
  }
  return made;
}
