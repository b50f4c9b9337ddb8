import { keyText } from "../bson/key.ts";
import { type Path, parsePath, valueAt, visitPath } from "../bson/path.ts";
import { BSONRegExp, type Doc, isDoc, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import type { Expression, Variable } from "../expression/scope.ts";
import { mostSortBytes, pause, type Stream } from "../plan/stream.ts";
import { placeAt } from "../project/tree.ts";
import { parsePipeline, runPipeline } from "./pipeline.ts";
import { type noWriteCodes, type PipelineContext, scopeOf, sizeOf, variableNames } from "./stage.ts";

/**
 * Joined documents of one document: twice the largest document, since `sizeOf` counts what they take in memory. MongoDB's bound
 * is the largest document itself (internalLookupStageIntermediateDocumentMaxSizeBytes); more could not be sent to anyone.
 */
const mostJoinedBytes = 32 * 1024 * 1024;

const lookupFields = new Set(["from", "localField", "foreignField", "as", "let", "pipeline"]);

type Lookup = {
  from: string;
  as: string;
  equality: { local: Path; foreign: string } | undefined;
  variables: readonly [string, Expression][];
  pipeline: Value[];
};

/** $lookup by equality, by a pipeline with variables, or by both. The other collection is read through its indexes. */
export function lookupStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  const lookup = parseLookup(spec, context);
  // Parsed once to refuse a wrong pipeline before any document is read.
  const names = [...variableNames(context), ...lookup.variables.map(([name]) => name)];
  parsePipeline(lookup.pipeline, inner(context, "$lookup", dummyVariables(names)));
  const put = placeAt(lookup.as);
  return function* (input) {
    for (const document of input) {
      if (document === pause) {
        yield pause;
        continue;
      }
      const found: Value[] = [];
      let bytes = 0;
      for (const one of joined(lookup, context, document)) {
        if (one === pause) {
          yield pause;
          continue;
        }
        found.push(one);
        bytes += sizeOf(one);
        if (bytes > mostJoinedBytes) {
          throw new PocketMongoError(
            4568,
            `Total size of documents in ${lookup.from} matching pipeline's $lookup stage exceeds ${mostJoinedBytes} bytes`,
          );
        }
      }
      yield put(document, found, scopeOf(context, document));
    }
  };
}

function dummyVariables(names: readonly string[]): Variable | undefined {
  return names.reduce<Variable | undefined>((outer, name) => ({ name, value: null, outer }), undefined);
}

function parseLookup(spec: Value, context: PipelineContext): Lookup {
  if (!isDoc(spec))
    throw new PocketMongoError("FailedToParse", "the $lookup specification must be an Object");
  for (const name of spec.keys()) {
    if (!lookupFields.has(name))
      throw new PocketMongoError("FailedToParse", `unknown argument to $lookup: ${name}`);
  }
  const text = (name: string): string | undefined => {
    const value = spec.get(name);
    if (value === undefined || typeof value === "string") return value;
    throw new PocketMongoError(
      "FailedToParse",
      `$lookup argument '${name}: ${typeName(value)}' must be a string`,
    );
  };
  const [from, as, local, foreign] = [text("from"), text("as"), text("localField"), text("foreignField")];
  if (as === undefined) throw new PocketMongoError("FailedToParse", "must specify 'as' field for a $lookup");
  if (from === undefined)
    throw new PocketMongoError("FailedToParse", "must specify 'from' field for a $lookup");
  if ((local === undefined) !== (foreign === undefined)) {
    throw new PocketMongoError(
      "FailedToParse",
      "$lookup requires both or neither of 'localField' and 'foreignField' to be specified",
    );
  }
  const pipeline = spec.get("pipeline");
  if (pipeline !== undefined && !Array.isArray(pipeline)) {
    throw new PocketMongoError("TypeMismatch", "'pipeline' option must be specified as an array");
  }
  if (local === undefined && pipeline === undefined) {
    throw new PocketMongoError(
      "FailedToParse",
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  }
  const given = spec.get("let");
  return {
    from,
    as,
    equality: local === undefined ? undefined : { local: parsePath(local), foreign: foreign as string },
    variables: isDoc(given)
      ? [...given].map(([name, value]) => [name, compile(value, variableNames(context))])
      : [],
    pipeline: pipeline ?? [],
  };
}

function inner(
  context: PipelineContext,
  within: keyof typeof noWriteCodes,
  variables: Variable | undefined,
): PipelineContext {
  return { ...context, variables, within, depth: context.depth + 1 };
}

function joined(lookup: Lookup, context: PipelineContext, document: Doc): Stream<Doc> {
  let variables = context.variables;
  for (const [name, expression] of lookup.variables) {
    variables = { name, value: expression(scopeOf(context, document)), outer: variables };
  }
  const filter: Doc = new Map();
  if (lookup.equality)
    filter.set(lookup.equality.foreign, equalToAny(localValues(document, lookup.equality.local)));
  const stages = parsePipeline(lookup.pipeline, inner(context, "$lookup", variables));
  return runPipeline(stages, context.read(lookup.from, filter));
}

/** Every value of the local field; missing counts as null, an array as its elements and itself. */
function localValues(document: Doc, path: Path): Value[] {
  const values: Value[] = [];
  visitPath(document, path, false, (value) => {
    if (Array.isArray(value)) values.push(...value);
    else values.push(value ?? null);
    return false;
  });
  return values.length === 0 && valueAt(document, path) === undefined ? [null] : values;
}

/** A regular expression here is a value to be equal to, not a pattern. */
function equalToAny(values: readonly Value[]): Doc {
  if (values.some((value) => value instanceof BSONRegExp)) {
    throw new PocketMongoError(
      "NotImplemented",
      "$lookup on regular expressions is not supported by this server",
    );
  }
  const distinct = new Map(values.map((value) => [keyText(value), value]));
  return new Map<string, Value>([["$in", [...distinct.values()]]]);
}

/** $unionWith: the documents of another collection after those of this one. */
export function unionStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  const from = isDoc(spec) ? spec.get("coll") : spec;
  const pipeline = isDoc(spec) ? (spec.get("pipeline") ?? []) : [];
  if (typeof from !== "string")
    throw new PocketMongoError("FailedToParse", "$unionWith requires a collection");
  const stages = parsePipeline(pipeline, inner(context, "$unionWith", context.variables));
  return function* (input) {
    yield* input;
    yield* runPipeline(stages, context.read(from, new Map()));
  };
}

const inFacetRefused = new Set([
  "$facet",
  "$collStats",
  "$indexStats",
  "$geoNear",
  "$planCacheStats",
  "$changeStream",
]);

/** $facet: several pipelines over the same documents, which are held in memory while they run. */
export function facetStage(spec: Value, context: PipelineContext): (input: Stream<Doc>) => Stream<Doc> {
  if (!isDoc(spec) || spec.size === 0) {
    throw new PocketMongoError(40169, "the $facet specification must be a non-empty object");
  }
  const facets = [...spec].map(([name, pipeline]) => {
    if (!Array.isArray(pipeline))
      throw new PocketMongoError(
        40170,
        `arguments to $facet must be arrays, ${name} is of type ${typeName(pipeline)}`,
      );
    const stages = parsePipeline(pipeline, inner(context, "$facet", context.variables));
    const bad = stages.find((stage) => inFacetRefused.has(stage.name));
    if (bad) throw new PocketMongoError(40600, `${bad.name} is not allowed to be used within a $facet stage`);
    return { name, stages };
  });
  return function* (input) {
    const documents: Doc[] = [];
    let bytes = 0;
    for (const one of input) {
      if (one === pause) {
        yield pause;
        continue;
      }
      documents.push(one);
      bytes += sizeOf(one);
      if (bytes > mostSortBytes) {
        throw new PocketMongoError(
          4031700,
          `Exceeded memory limit for $facet. Size of buffered documents: ${bytes} bytes`,
        );
      }
    }
    const made: Doc = new Map();
    for (const { name, stages } of facets) {
      const rows: Value[] = [];
      const source = (function* (): Stream<Doc> {
        yield* documents;
      })();
      for (const one of runPipeline(stages, source)) {
        if (one === pause) yield pause;
        else rows.push(one);
      }
      made.set(name, rows);
    }
    yield made;
  };
}
