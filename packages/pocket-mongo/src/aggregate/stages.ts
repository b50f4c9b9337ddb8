import { wholeNumber } from "../bson/arithmetic.ts";
import { type Doc, doc, number, typeName, type Value } from "../bson/value.ts";
import { type ErrorName, PocketMongoError } from "../errors.ts";
import { compile, compileCondition } from "../expression/compile.ts";
import { matches } from "../match/evaluate.ts";
import { parseFilter } from "../match/parse.ts";
import { parseSort } from "../plan/sort.ts";
import { pause, type Stream, sorted, window } from "../plan/stream.ts";
import { parseStageProjection } from "../project/projection.ts";
import { applyTree, branch, plant } from "../project/tree.ts";
import { bucketAutoStage, bucketStage, sampleStage } from "./bucket-stages.ts";
import { graphLookupStage } from "./graph-lookup.ts";
import { groupStage } from "./group.ts";
import { facetStage, lookupStage, unionStage } from "./join-stages.ts";
import { redactStage } from "./redact.ts";
import { mapped, type PipelineContext, type StageMaker, scopeOf, sizeOf, variableNames } from "./stage.ts";
import { unwindStage } from "./unwind.ts";
import { parseMerge, parseOut } from "./write-stages.ts";

function match(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!(spec instanceof Map))
    throw new PocketMongoError(15959, "the match filter must be an expression in an object");
  const filter = parseFilter(spec, compileCondition(context.now, context.variables));
  return (input) => mapped(input, (document) => (matches(filter, document) ? document : undefined));
}

function project(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!(spec instanceof Map)) throw new PocketMongoError(15969, "$project specification must be an object");
  const projection = parseStageProjection(spec, variableNames(context));
  return (input) => mapped(input, (document) => projection(document, scopeOf(context, document)));
}

function addFields(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!(spec instanceof Map)) {
    throw new PocketMongoError(
      40272,
      `$addFields specification stage must be an object, got ${typeName(spec)}`,
    );
  }
  const tree = branch();
  const add = (path: string, value: Value): void => {
    if (value instanceof Map && value.size > 0 && !value.keys().next().value?.startsWith("$")) {
      for (const [name, one] of value) add(`${path}.${name}`, one);
    } else plant(tree, path, { kind: "compute", expression: compile(value, variableNames(context)) });
  };
  for (const [path, value] of spec) {
    if (path.startsWith("$"))
      throw new PocketMongoError(16410, "FieldPath field names may not start with '$'.");
    add(path, value);
  }
  return (input) => mapped(input, (document) => applyTree(tree, "add", document, scopeOf(context, document)));
}

function unset(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  const names = Array.isArray(spec) ? spec : [spec];
  if (names.length === 0 || !names.every((one) => typeof one === "string")) {
    throw new PocketMongoError(31002, "$unset specification must be a string or an array");
  }
  return project(new Map(names.map((name) => [name as string, 0])), context);
}

function sort(spec: Value): (input: Stream<Doc>) => Stream<Doc> {
  if (!(spec instanceof Map))
    throw new PocketMongoError(15973, "the $sort key specification must be an object");
  if (spec.size === 0) throw new PocketMongoError(15976, "$sort stage must have at least one sort key");
  const order = parseSort(spec);
  return (input) => sortDocuments(input, order, undefined);
}

/** Sorts plain documents; their size in memory is estimated from what they hold. */
export function* sortDocuments(
  input: Stream<Doc>,
  order: ReturnType<typeof parseSort>,
  most: number | undefined,
): Stream<Doc> {
  const wrapped = (function* (): Stream<{ document: Doc }> {
    for (const one of input) yield one === pause ? pause : { document: one };
  })();
  for (const one of sorted(wrapped, order, most, (item) => sizeOf(item.document))) {
    yield one === pause ? pause : one.document;
  }
}

function count32(name: string, code: number, spec: Value, least: number): number {
  const whole = wholeNumber(spec);
  if (whole === undefined) {
    throw new PocketMongoError(code, `invalid argument to ${name} stage: Expected a number in: ${name}`);
  }
  if (whole < least) {
    throw new PocketMongoError(
      name === "$limit" ? 15958 : code,
      name === "$limit"
        ? "the limit must be positive"
        : `invalid argument to ${name} stage: Expected a non-negative number in: ${name}: ${whole}`,
    );
  }
  return whole;
}

function count(spec: Value): (input: Stream<Doc>) => Stream<Doc> {
  if (typeof spec !== "string" || spec === "") {
    throw new PocketMongoError(40156, "the count field must be a non-empty string");
  }
  if (spec.startsWith("$")) throw new PocketMongoError(40158, "the count field cannot be a $-prefixed path");
  if (spec.includes(".")) throw new PocketMongoError(40160, "the count field cannot contain '.'");
  return function* (input) {
    let seen = 0;
    for (const one of input) {
      if (one === pause) yield pause;
      else seen += 1;
    }
    if (seen > 0) yield doc({ [spec]: number(seen) });
  };
}

function replaceRoot(expression: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  const compiled = compile(expression, variableNames(context));
  return (input) =>
    mapped(input, (document) => {
      const made = compiled(scopeOf(context, document));
      if (made instanceof Map) return made;
      throw new PocketMongoError(
        40228,
        `'newRoot' expression must evaluate to an object, but resulting value was of type: ${made === undefined ? "missing" : typeName(made)}`,
      );
    });
}

function sortByCount(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  const group = groupStage(doc({ _id: spec, count: doc({ $sum: 1 }) }), context);
  const order = sort(doc({ count: -1 }));
  return (input) => order(group(input));
}

/** Documents written out in the pipeline itself; it takes the place of a collection. */
function documentsStage(
  spec: Value,
  context: PipelineContext,
  at: number,
): (input: Stream<Doc>) => Stream<Doc> {
  if (at !== 0)
    throw new PocketMongoError(40602, "$documents is only valid as the first stage in a pipeline.");
  const rows = compile(spec, variableNames(context))(scopeOf(context, new Map()));
  if (!Array.isArray(rows) || !rows.every((one) => one instanceof Map)) {
    throw new PocketMongoError(
      5858203,
      "an array is expected in $documents, and each element must be an object",
    );
  }
  return function* () {
    yield* rows as Doc[];
  };
}

/** The stages this server runs. */
export const stages = {
  $match: match,
  $project: project,
  $addFields: addFields,
  $set: addFields,
  $unset: unset,
  $sort: sort,
  $limit: (spec) => {
    const limit = count32("$limit", 5107201, spec, 1);
    return (input) => window(input, 0, limit);
  },
  $skip: (spec) => {
    const skip = count32("$skip", 5107200, spec, 0);
    return (input) => window(input, skip, 0);
  },
  $count: count,
  $group: groupStage,
  $unwind: unwindStage,
  $sortByCount: sortByCount,
  $replaceRoot: (spec, context) => {
    if (!(spec instanceof Map))
      throw new PocketMongoError(40229, "expected an object as specification for $replaceRoot stage");
    const root = spec.get("newRoot");
    if (root === undefined)
      throw new PocketMongoError(40231, "no newRoot specified for the $replaceRoot stage");
    return replaceRoot(root, context);
  },
  $replaceWith: replaceRoot,
  $documents: documentsStage,
  $lookup: lookupStage,
  $graphLookup: graphLookupStage,
  $unionWith: unionStage,
  $facet: facetStage,
  $bucket: bucketStage,
  $bucketAuto: bucketAutoStage,
  $redact: redactStage,
  $sample: (spec) => sampleStage(spec, Math.random),
  $out: (spec, context) => {
    parseOut(spec, context.database);
    return (input) => input;
  },
  $merge: (spec, context) => {
    parseMerge(spec, context);
    return (input) => input;
  },
} as const satisfies Record<string, StageMaker>;

type Refusal = { error: ErrorName | number; message: string };

function unsupported(name: string): Refusal {
  return { error: "NotImplemented", message: `${name} is not supported by this server` };
}

/** Stages MongoDB has and this server refuses. */
export const refusedStages = {
  $changeStream: { error: 40573, message: "The $changeStream stage is only supported on replica sets" },
  $collStats: unsupported("$collStats"),
  $currentOp: unsupported("$currentOp"),
  $densify: unsupported("$densify"),
  $fill: unsupported("$fill"),
  $geoNear: {
    error: "IndexNotFound",
    message: "$geoNear requires a 2d or 2dsphere index, but none were found",
  },
  $indexStats: unsupported("$indexStats"),
  $listLocalSessions: unsupported("$listLocalSessions"),
  $listSessions: unsupported("$listSessions"),
  $planCacheStats: unsupported("$planCacheStats"),
  $search: { error: 31082, message: "$search is only supported with MongoDB Atlas" },
  $searchMeta: { error: 31082, message: "$searchMeta is only supported with MongoDB Atlas" },
  $setWindowFields: unsupported("$setWindowFields"),
  $vectorSearch: { error: 31082, message: "$vectorSearch is only supported with MongoDB Atlas" },
} as const satisfies Record<string, Refusal>;
