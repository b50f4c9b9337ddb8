import { type Path, parsePath } from "../bson/path.ts";
import { BSONRegExp, type Doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { equalTest, existsTest, isTruthy, regexTest, type Test, valueOperators } from "./tests.ts";

/** A filter as a tree. `field` with an empty path asks the value at hand itself, inside a `$elemMatch` of operators. */
export type Match =
  | { kind: "and"; of: readonly Match[] }
  | { kind: "or"; of: readonly Match[] }
  | { kind: "nor"; of: readonly Match[] }
  | { kind: "field"; path: Path; test: Test }
  | { kind: "elemMatch"; path: Path; of: Match; ofObjects: boolean }
  | { kind: "expr"; holds: (doc: Doc) => boolean }
  | { kind: "constant"; holds: boolean };

/** Compiles the operand of `$expr`; handed in, so that filters do not depend on the aggregation language. */
export type CompileExpr = (expression: Value) => (doc: Doc) => boolean;

export const everything: Match = { kind: "and", of: [] };

/** Field names of a DBRef, which begin with `$` and are no operators. */
const dbRefFields = new Set(["$ref", "$id", "$db"]);

function bad(message: string): PocketMongoError {
  return new PocketMongoError("BadValue", message);
}

type Context = { compileExpr: CompileExpr };

const noExpr: CompileExpr = () => {
  throw bad("$expr is not allowed in this context");
};

const notInside: CompileExpr = () => {
  throw bad("$expr can only be applied to the top-level document");
};

export function parseFilter(filter: Doc, compileExpr: CompileExpr = noExpr): Match {
  return parseDoc(filter, { compileExpr });
}

function parseDoc(filter: Doc, context: Context): Match {
  const parts: Match[] = [];
  for (const [key, value] of filter) {
    if (key.startsWith("$") && !dbRefFields.has(key)) {
      const part = parseTopLevel(key, value, context);
      if (part) parts.push(part);
    } else parts.push(parseField(parsePath(key), value, context));
  }
  return parts.length === 1 ? (parts[0] as Match) : { kind: "and", of: parts };
}

function listOf(operator: string, value: Value, context: Context): Match[] {
  if (!Array.isArray(value)) throw bad(`${operator} must be an array`);
  if (value.length === 0) throw bad("$and/$or/$nor must be a nonempty array");
  return value.map((one) => {
    if (!(one instanceof Map)) throw bad("$or/$and/$nor entries need to be full objects");
    return parseDoc(one, context);
  });
}

type TopLevel = (value: Value, context: Context) => Match | undefined;

export const topLevelOperators = {
  $and: (value, context) => ({ kind: "and", of: listOf("$and", value, context) }),
  $or: (value, context) => ({ kind: "or", of: listOf("$or", value, context) }),
  $nor: (value, context) => ({ kind: "nor", of: listOf("$nor", value, context) }),
  $expr: (value, context) => ({ kind: "expr", holds: context.compileExpr(value) }),
  $comment: () => undefined,
  $alwaysTrue: () => ({ kind: "constant", holds: true }),
  $alwaysFalse: () => ({ kind: "constant", holds: false }),
} as const satisfies Record<string, TopLevel>;

/** Known to MongoDB, refused here: the codes are those a MongoDB without that feature answers, where it has one. */
export const refusedTopLevelOperators = {
  $where: { error: "BadValue", message: "no globalScriptEngine in $where parsing" },
  $text: { error: "IndexNotFound", message: "text index required for $text query" },
  $jsonSchema: { error: "NotImplemented", message: "$jsonSchema is not supported by this server" },
  $sampleRate: { error: "NotImplemented", message: "$sampleRate is not supported by this server" },
} as const satisfies Record<
  string,
  { error: "BadValue" | "IndexNotFound" | "NotImplemented"; message: string }
>;

function parseTopLevel(key: string, value: Value, context: Context): Match | undefined {
  if (Object.hasOwn(topLevelOperators, key)) {
    const parse: TopLevel = topLevelOperators[key as keyof typeof topLevelOperators];
    return parse(value, context);
  }
  if (Object.hasOwn(refusedTopLevelOperators, key)) {
    const { error, message } = refusedTopLevelOperators[key as keyof typeof refusedTopLevelOperators];
    throw new PocketMongoError(error, message);
  }
  throw bad(
    `unknown top level operator: ${key}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
  );
}

/** Whether an operand is a set of operators: its first field starts with `$` and it is not a DBRef. */
export function isOperators(value: Value): value is Doc {
  if (!(value instanceof Map)) return false;
  const first = value.keys().next().value;
  return first?.startsWith("$") === true && !dbRefFields.has(first);
}

function parseField(path: Path, value: Value, context: Context): Match {
  if (value instanceof BSONRegExp)
    return { kind: "field", path, test: regexTest(value.pattern, value.options) };
  if (!isOperators(value)) return { kind: "field", path, test: equalTest(value) };
  const parts = parseOperators(path, value, context);
  return parts.length === 1 ? (parts[0] as Match) : { kind: "and", of: parts };
}

function parseOperators(path: Path, operators: Doc, context: Context): Match[] {
  const parts: Match[] = [];
  for (const [operator, operand] of operators) {
    if (Object.hasOwn(valueOperators, operator)) {
      if ((operator === "$eq" || operator === "$in") && operand instanceof Map && isOperators(operand)) {
        throw bad(`unknown operator: ${operand.keys().next().value}`);
      }
      const build: (operand: Value) => Test = valueOperators[operator as keyof typeof valueOperators];
      parts.push({ kind: "field", path, test: build(operand) });
    } else if (Object.hasOwn(fieldOperators, operator)) {
      const build: FieldOperator = fieldOperators[operator as keyof typeof fieldOperators];
      const part = build(path, operand, operators, context);
      if (part) parts.push(part);
    } else refuseOperator(operator);
  }
  return parts;
}

/** Geometry, which this server does not do; MongoDB answers 291 to $near without an index. */
export const refusedFieldOperators = {
  $near: { error: "NoQueryExecutionPlans", message: "unable to find index for $geoNear query" },
  $nearSphere: { error: "NoQueryExecutionPlans", message: "unable to find index for $geoNear query" },
  $geoWithin: { error: "NotImplemented", message: "$geoWithin is not supported by this server" },
  $geoIntersects: { error: "NotImplemented", message: "$geoIntersects is not supported by this server" },
  $within: { error: "NotImplemented", message: "$within is not supported by this server" },
} as const satisfies Record<string, { error: "NoQueryExecutionPlans" | "NotImplemented"; message: string }>;

function refuseOperator(operator: string): never {
  if (Object.hasOwn(refusedFieldOperators, operator)) {
    const { error, message } = refusedFieldOperators[operator as keyof typeof refusedFieldOperators];
    throw new PocketMongoError(error, message);
  }
  throw bad(`unknown operator: ${operator}`);
}

type FieldOperator = (path: Path, operand: Value, siblings: Doc, context: Context) => Match | undefined;

function not(of: readonly Match[]): Match {
  return { kind: "nor", of: [of.length === 1 ? (of[0] as Match) : { kind: "and", of }] };
}

export const fieldOperators = {
  $ne: (path, operand) => {
    if (operand instanceof BSONRegExp) throw bad("Can't have regex as arg to $ne.");
    return not([{ kind: "field", path, test: equalTest(operand) }]);
  },
  $nin: (path, operand) => {
    if (!Array.isArray(operand)) throw bad("$nin needs an array");
    return not([{ kind: "field", path, test: valueOperators.$in(operand) }]);
  },
  $exists: (path, operand) => {
    const exists: Match = { kind: "field", path, test: existsTest(operand) };
    return isTruthy(operand) ? exists : not([exists]);
  },
  $not: (path, operand, _siblings, context) => {
    if (operand instanceof BSONRegExp) {
      return not([{ kind: "field", path, test: regexTest(operand.pattern, operand.options) }]);
    }
    if (!(operand instanceof Map)) throw bad("$not needs a regex or a document");
    if (operand.size === 0) throw bad("$not cannot be empty");
    return not(parseOperators(path, operand, context));
  },
  $all: parseAll,
  $elemMatch: parseElemMatch,
  $regex: (path, operand, siblings) => {
    const options = siblings.get("$options");
    if (options !== undefined && typeof options !== "string") throw bad("$options has to be a string");
    if (typeof operand === "string") return { kind: "field", path, test: regexTest(operand, options ?? "") };
    if (!(operand instanceof BSONRegExp)) throw bad("$regex has to be a string");
    if (options !== undefined && operand.options !== "") {
      throw new PocketMongoError(51074, "options set in both $regex and $options");
    }
    return { kind: "field", path, test: regexTest(operand.pattern, options ?? operand.options) };
  },
  $options: (_path, _operand, siblings) => {
    if (!siblings.has("$regex")) throw bad("$options needs a $regex");
    return undefined;
  },
  $comment: () => undefined,
} as const satisfies Record<string, FieldOperator>;

function parseAll(path: Path, operand: Value, _siblings: Doc, context: Context): Match {
  if (!Array.isArray(operand)) throw bad("$all needs an array");
  if (operand.length === 0) return { kind: "constant", holds: false };
  const nested = operand.some((one) => one instanceof Map && one.has("$elemMatch"));
  const of = operand.map((one): Match => {
    if (nested) {
      if (!(one instanceof Map) || one.keys().next().value !== "$elemMatch")
        throw bad("$all/$elemMatch has to be consistent");
      return parseElemMatch(path, one.get("$elemMatch") as Value, one, context);
    }
    if (isOperators(one)) throw bad("no $ expressions in $all");
    if (one instanceof BSONRegExp) return { kind: "field", path, test: regexTest(one.pattern, one.options) };
    return { kind: "field", path, test: equalTest(one) };
  });
  return { kind: "and", of };
}

function parseElemMatch(path: Path, operand: Value, _siblings: Doc, context: Context): Match {
  if (!(operand instanceof Map)) throw bad("$elemMatch needs an Object");
  const first = operand.keys().next().value;
  const ofOperators =
    isOperators(operand) &&
    first !== undefined &&
    !Object.hasOwn(topLevelOperators, first) &&
    first !== "$where";
  const inside = { ...context, compileExpr: notInside };
  if (!ofOperators) return { kind: "elemMatch", path, of: parseDoc(operand, inside), ofObjects: true };
  return {
    kind: "elemMatch",
    path,
    of: { kind: "and", of: parseOperators([], operand, inside) },
    ofObjects: false,
  };
}
