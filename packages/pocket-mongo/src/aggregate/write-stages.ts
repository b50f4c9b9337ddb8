import { type Doc, isDoc, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import type { Expression } from "../expression/scope.ts";
import { type PipelineContext, variableNames } from "./stage.ts";

/** Stages that end a pipeline by writing. What they say is read here; the command that runs the pipeline does the writing. */
export const writingStages: ReadonlySet<string> = new Set(["$out", "$merge"]);

export type Target = { readonly database: string; readonly collection: string };

export type WhenMatched = "replace" | "keepExisting" | "merge" | "fail" | "pipeline";
export type WhenNotMatched = "insert" | "discard" | "fail";

export type Merge = {
  readonly into: Target;
  /** Undefined when the stage does not name fields: then `_id`. */
  readonly on: readonly string[] | undefined;
  readonly whenMatched: WhenMatched;
  readonly whenNotMatched: WhenNotMatched;
  readonly pipeline: Value[];
  readonly variables: readonly (readonly [string, Expression])[];
};

/** The modes that go together (MongoDB manual, "$merge"); nothing is done about a match and a miss at once otherwise. */
const combinations = {
  replace: ["insert", "discard", "fail"],
  merge: ["insert", "discard", "fail"],
  pipeline: ["insert", "discard", "fail"],
  keepExisting: ["insert"],
  fail: ["insert"],
} as const satisfies Record<WhenMatched, readonly WhenNotMatched[]>;

function targetOf(stage: string, given: Value | undefined, database: string, code: number): Target {
  if (typeof given === "string") return checkedTarget(stage, { database, collection: given });
  if (!isDoc(given)) {
    const type = given === undefined ? "missing" : typeName(given);
    throw new PocketMongoError(code, `${stage} only supports a string or object argument, not ${type}`);
  }
  const [db, coll] = [given.get("db") ?? database, given.get("coll")];
  if (typeof db !== "string" || typeof coll !== "string" || given.size > 2) {
    throw new PocketMongoError(
      "FailedToParse",
      `${stage} needs the target as a string or as {db: <string>, coll: <string>}`,
    );
  }
  return checkedTarget(stage, { database: db, collection: coll });
}

function checkedTarget(stage: string, target: Target): Target {
  const { database, collection } = target;
  if (collection === "" || collection.includes("$") || collection.startsWith("system.")) {
    throw new PocketMongoError("InvalidNamespace", `Invalid ${stage} target: '${database}.${collection}'`);
  }
  return target;
}

export function parseOut(spec: Value, database: string): Target {
  if (isDoc(spec) && spec.has("timeseries")) {
    throw new PocketMongoError(
      "NotImplemented",
      "$out to a time series collection is not supported by this server",
    );
  }
  return targetOf("$out", spec, database, 16990);
}

const mergeFields = new Set(["into", "on", "let", "whenMatched", "whenNotMatched"]);

export function parseMerge(spec: Value, context: PipelineContext): Merge {
  if (typeof spec !== "string" && !isDoc(spec)) {
    throw new PocketMongoError(
      51182,
      `$merge requires a string or object argument, but found ${typeName(spec)}`,
    );
  }
  const given: Doc = isDoc(spec) ? spec : new Map([["into", spec]]);
  for (const name of given.keys()) {
    if (!mergeFields.has(name))
      throw new PocketMongoError(40415, `BSON field '$merge.${name}' is an unknown field.`);
  }
  if (!given.has("into"))
    throw new PocketMongoError(40414, "BSON field '$merge.into' is missing but a required field");
  const { whenMatched, pipeline } = matchedMode(given.get("whenMatched"));
  const whenNotMatched = notMatchedMode(given.get("whenNotMatched"));
  const allowed: readonly WhenNotMatched[] = combinations[whenMatched];
  if (!allowed.includes(whenNotMatched)) {
    throw new PocketMongoError(
      51181,
      `Combination of $merge modes 'whenMatched: ${whenMatched}' and 'whenNotMatched: ${whenNotMatched}' is not supported`,
    );
  }
  return {
    into: targetOf("$merge", given.get("into"), context.database, 51178),
    on: onFields(given.get("on")),
    whenMatched,
    whenNotMatched,
    pipeline,
    variables: variablesOf(given.get("let"), whenMatched, context),
  };
}

function matchedMode(given: Value | undefined): { whenMatched: WhenMatched; pipeline: Value[] } {
  if (given === undefined) return { whenMatched: "merge", pipeline: [] };
  if (Array.isArray(given)) return { whenMatched: "pipeline", pipeline: given };
  if (typeof given !== "string") {
    throw new PocketMongoError(
      51191,
      `$merge 'whenMatched' field must be either a string or an array, but found ${typeName(given)}`,
    );
  }
  if (given === "pipeline" || !Object.hasOwn(combinations, given)) throw notAValue("whenMatched", given);
  return { whenMatched: given as WhenMatched, pipeline: [] };
}

function notMatchedMode(given: Value | undefined): WhenNotMatched {
  if (given === undefined) return "insert";
  if (given === "insert" || given === "discard" || given === "fail") return given;
  throw notAValue("whenNotMatched", String(given));
}

function notAValue(field: string, value: string): PocketMongoError {
  return new PocketMongoError(
    "BadValue",
    `Enumeration value '${value}' for field '$merge.${field}' is not a valid value.`,
  );
}

function onFields(given: Value | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "string") return [given];
  if (!Array.isArray(given)) {
    throw new PocketMongoError(
      51186,
      `$merge 'on' field must be either a string or an array of strings, but found ${typeName(given)}`,
    );
  }
  if (given.length === 0) {
    throw new PocketMongoError(
      51187,
      "If explicitly specifying $merge's 'on', must include at least one field",
    );
  }
  const names: string[] = [];
  for (const one of given) {
    if (typeof one !== "string") {
      throw new PocketMongoError(
        51134,
        `$merge 'on' array elements must be strings, but found ${typeName(one)}`,
      );
    }
    if (names.includes(one)) throw new PocketMongoError(31465, `Found a duplicate field '${one}'`);
    names.push(one);
  }
  return names;
}

function variablesOf(
  given: Value | undefined,
  whenMatched: WhenMatched,
  context: PipelineContext,
): (readonly [string, Expression])[] {
  if (given !== undefined && whenMatched !== "pipeline") {
    throw new PocketMongoError(
      51199,
      `Cannot use 'let' variables with 'whenMatched: ${whenMatched}' mode. The 'let' option is only supported with a pipeline`,
    );
  }
  if (given !== undefined && !isDoc(given))
    throw new PocketMongoError("TypeMismatch", "BSON field '$merge.let' must be an object");
  const named: Doc = new Map([["new", "$$ROOT" as Value], ...(given ?? [])]);
  if (named.get("new") !== "$$ROOT") {
    throw new PocketMongoError(
      51273,
      "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'",
    );
  }
  return [...named].map(([name, value]) => [name, compile(value, variableNames(context))] as const);
}
