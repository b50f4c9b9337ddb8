import { wholeNumber } from "../bson/arithmetic.ts";
import { keyText } from "../bson/key.ts";
import { type Path, parsePath, visitPath } from "../bson/path.ts";
import { BSONRegExp, type Doc, isDoc, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import type { Expression } from "../expression/scope.ts";
import { parseFilter } from "../match/parse.ts";
import { mostSortBytes, pause, type Stream } from "../plan/stream.ts";
import { placeAt } from "../project/tree.ts";
import { type PipelineContext, scopeOf, sizeOf, variableNames } from "./stage.ts";

type Search = {
  readonly from: string;
  readonly as: string;
  readonly startWith: Expression;
  readonly connectFrom: Path;
  readonly connectTo: string;
  readonly depthField: string | undefined;
  readonly maxDepth: number | undefined;
  readonly restriction: Doc | undefined;
};

const searchFields = new Set([
  "from",
  "as",
  "startWith",
  "connectFromField",
  "connectToField",
  "depthField",
  "maxDepth",
  "restrictSearchWithMatch",
]);

function parse(spec: Value, context: PipelineContext): Search {
  if (!isDoc(spec))
    throw new PocketMongoError("FailedToParse", "the $graphLookup specification must be an Object");
  for (const name of spec.keys()) {
    if (!searchFields.has(name))
      throw new PocketMongoError(40104, `Unknown argument to $graphLookup: ${name}`);
  }
  const text = (name: string): string => {
    const value = spec.get(name);
    if (typeof value === "string" && !value.startsWith("$")) return value;
    const found = value === undefined ? "missing" : typeName(value);
    throw new PocketMongoError(40103, `expected string as argument for ${name}, found: ${found}`);
  };
  const startWith = spec.get("startWith");
  if (
    startWith === undefined ||
    !["from", "as", "connectFromField", "connectToField"].every((one) => spec.has(one))
  ) {
    throw new PocketMongoError(
      40105,
      "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.",
    );
  }
  const restriction = spec.get("restrictSearchWithMatch");
  if (restriction !== undefined) {
    if (!isDoc(restriction))
      throw new PocketMongoError(
        40185,
        `$graphLookup argument 'restrictSearchWithMatch' must be an object, found ${typeName(restriction)}`,
      );
    parseFilter(restriction);
  }
  return {
    from: text("from"),
    as: text("as"),
    startWith: compile(startWith, variableNames(context)),
    connectFrom: parsePath(text("connectFromField")),
    connectTo: text("connectToField"),
    depthField: spec.has("depthField") ? text("depthField") : undefined,
    maxDepth: maxDepthOf(spec.get("maxDepth")),
    restriction: isDoc(restriction) ? restriction : undefined,
  };
}

function maxDepthOf(given: Value | undefined): number | undefined {
  if (given === undefined) return undefined;
  const depth = wholeNumber(given);
  if (depth === undefined)
    throw new PocketMongoError(40102, "maxDepth must be representable as a nonnegative integer");
  if (depth < 0) throw new PocketMongoError(40101, "maxDepth requires a nonnegative argument");
  return depth;
}

/** $graphLookup: the documents that can be reached, each once and at its least depth, searched level by level. */
export function graphLookupStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  const search = parse(spec, context);
  const put = placeAt(search.as);
  return function* (input) {
    for (const document of input) {
      if (document === pause) {
        yield pause;
        continue;
      }
      const start = search.startWith(scopeOf(context, document));
      const reached: Value[] = [];
      for (const one of reach(search, context, start)) {
        if (one === pause) yield pause;
        else reached.push(one);
      }
      yield put(document, reached, scopeOf(context, document));
    }
  };
}

function* reach(search: Search, context: PipelineContext, start: Value | undefined): Stream<Doc> {
  const setDepth = search.depthField === undefined ? undefined : placeAt(search.depthField);
  const visited = new Set<string>();
  const asked = new Set<string>();
  let frontier = start === undefined ? [] : Array.isArray(start) ? start : [start];
  let bytes = 0;
  for (let depth = 0; frontier.length > 0; depth += 1) {
    const next: Value[] = [];
    for (const document of context.read(search.from, filterOf(search, frontier, asked))) {
      if (document === pause) {
        yield pause;
        continue;
      }
      const id = keyText(document.get("_id") ?? null);
      if (visited.has(id)) continue;
      visited.add(id);
      bytes += sizeOf(document);
      if (bytes > mostSortBytes)
        throw new PocketMongoError(40099, "$graphLookup reached maximum memory consumption");
      visitPath(document, search.connectFrom, false, (value) => {
        if (Array.isArray(value)) next.push(...value);
        else if (value !== undefined) next.push(value);
        return false;
      });
      yield setDepth ? setDepth(document, BigInt(depth), scopeOf(context, document)) : document;
    }
    if (depth === search.maxDepth) return;
    frontier = next.filter((value) => !asked.has(keyText(value)));
  }
}

function filterOf(search: Search, frontier: readonly Value[], asked: Set<string>): Doc {
  if (frontier.some((value) => value instanceof BSONRegExp)) {
    throw new PocketMongoError(
      "NotImplemented",
      "$graphLookup on regular expressions is not supported by this server",
    );
  }
  const distinct = new Map(frontier.map((value) => [keyText(value), value]));
  for (const key of distinct.keys()) asked.add(key);
  const connected: Doc = new Map([[search.connectTo, new Map([["$in", [...distinct.values()]]])]]);
  return search.restriction === undefined
    ? connected
    : new Map<string, Value>([["$and", [search.restriction, connected]]]);
}
