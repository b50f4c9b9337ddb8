import { type Doc, doc, isDoc, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { type CompileContext, isNullish, type Operator } from "../operator.ts";
import type { Expression } from "../scope.ts";

type Values = readonly (Value | undefined)[];

function merge(values: Values): Value {
  const made: Doc = new Map();
  for (const value of values) {
    if (isNullish(value)) continue;
    if (!isDoc(value))
      throw new PocketMongoError(
        40400,
        `$mergeObjects requires object inputs, but input is of type ${typeName(value)}`,
      );
    for (const [key, one] of value) made.set(key, one);
  }
  return made;
}

function toArray([value]: Values): Value {
  if (isNullish(value)) return null;
  if (!isDoc(value))
    throw new PocketMongoError(40390, `$objectToArray requires a document input, found: ${typeName(value)}`);
  return [...value].map(([k, v]) => doc({ k, v }));
}

function toObject([value]: Values): Value {
  if (isNullish(value)) return null;
  if (!Array.isArray(value))
    throw new PocketMongoError(40386, `$arrayToObject requires an array input, found: ${typeName(value)}`);
  const made: Doc = new Map();
  for (const element of value) {
    const [key, one] = pairOf(element);
    made.set(key, one);
  }
  return made;
}

function pairOf(element: Value): [string, Value] {
  const pair = isDoc(element) ? [element.get("k"), element.get("v")] : element;
  if (isDoc(element) && element.size !== 2) {
    throw new PocketMongoError(
      40392,
      `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${element.size}`,
    );
  }
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new PocketMongoError(40398, "Unrecognised input type format for $arrayToObject");
  }
  const [key, value] = pair;
  if (typeof key !== "string") {
    throw new PocketMongoError(
      40394,
      "$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string",
    );
  }
  if (value === undefined)
    throw new PocketMongoError(40393, "$arrayToObject requires an object with keys 'k' and 'v'");
  return [key, value];
}

/** $getField reads a field whatever its name, also one with a dot or a dollar sign. */
function getField(operand: Value, context: CompileContext): Expression {
  const named = isDoc(operand) && operand.has("field");
  const field = context.compile(named ? (operand.get("field") as Value) : operand, context);
  const input =
    named && operand.has("input") ? context.compile(operand.get("input") as Value, context) : undefined;
  return (scope) => {
    const name = field(scope);
    if (typeof name !== "string")
      throw new PocketMongoError(5654602, "$getField requires 'field' to evaluate to type String");
    const from = input ? input(scope) : scope.root;
    if (isDoc(from)) return from.get(name);
    return from === null ? null : undefined;
  };
}

function setField(operand: Value, context: CompileContext): Expression {
  if (!isDoc(operand))
    throw new PocketMongoError(4161100, "$setField only supports an object as its argument");
  for (const name of operand.keys()) {
    if (!["field", "input", "value"].includes(name))
      throw new PocketMongoError(4161101, `$setField found an unknown argument: ${name}`);
  }
  for (const name of ["field", "input", "value"]) {
    if (!operand.has(name))
      throw new PocketMongoError(4161102, `$setField requires '${name}' to be specified`);
  }
  const field = context.compile(operand.get("field") as Value, context);
  const input = context.compile(operand.get("input") as Value, context);
  const value = context.compile(operand.get("value") as Value, context);
  return (scope) => {
    const name = field(scope);
    const from = input(scope);
    if (isNullish(from)) return null;
    if (typeof name !== "string")
      throw new PocketMongoError(4161107, "$setField requires 'field' to evaluate to type String");
    if (!isDoc(from))
      throw new PocketMongoError(4161105, "$setField requires 'input' to evaluate to type Object");
    const made = new Map(from);
    const one = value(scope);
    if (one === undefined) made.delete(name);
    else made.set(name, one);
    return made;
  };
}

export const objectOperators = {
  $mergeObjects: { arguments: [0, Number.MAX_SAFE_INTEGER], run: merge },
  $objectToArray: { arguments: [1, 1], run: toArray },
  $arrayToObject: { arguments: [1, 1], run: toObject },
  $getField: { compile: getField },
  $setField: { compile: setField },
  $unsetField: {
    compile: (operand, context) => {
      if (isDoc(operand) && operand.has("value"))
        throw new PocketMongoError(4161101, "$unsetField found an unknown argument: value");
      return setField(isDoc(operand) ? new Map([...operand, ["value", "$$REMOVE"]]) : operand, context);
    },
  },
} as const satisfies Record<string, Operator>;
