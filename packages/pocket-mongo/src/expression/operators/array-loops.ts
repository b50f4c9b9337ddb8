import { wholeNumber } from "../../bson/arithmetic.ts";
import { compare } from "../../bson/compare.ts";
import { isDoc, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { compareSortKeys, parseSort, sortKey } from "../../plan/sort.ts";
import { type CompileContext, isNullish, type Operator, truth } from "../operator.ts";
import { bind, type Expression, type Scope } from "../scope.ts";
import { checkedVariable, withVariables } from "./control.ts";

function named(
  operator: string,
  operand: Value,
  required: readonly string[],
  optional: readonly string[] = [],
) {
  if (!isDoc(operand))
    throw new PocketMongoError(28646, `${operator} only supports an object as its argument`);
  for (const name of operand.keys()) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw new PocketMongoError(28647, `Unrecognized parameter to ${operator}: ${name}`);
    }
  }
  for (const name of required) {
    if (!operand.has(name)) throw new PocketMongoError(28648, `Missing '${name}' parameter to ${operator}`);
  }
  return operand;
}

function shown(value: Value | undefined): string {
  return value === undefined ? "missing" : typeName(value);
}

/** $map and $filter: an input array and an expression with a variable for each element. */
function each(
  operator: string,
  operand: Value,
  context: CompileContext,
  body: "in" | "cond",
  code: number,
  keep: (results: (Value | undefined)[], elements: readonly Value[], limit: Value | undefined) => Value,
): Expression {
  const given = named(operator, operand, ["input", body], operator === "$filter" ? ["as", "limit"] : ["as"]);
  const input = context.compile(given.get("input") as Value, context);
  const as = given.get("as") ?? "this";
  if (typeof as !== "string")
    throw new PocketMongoError("FailedToParse", `${operator}'s 'as' must be a string`);
  const name = checkedVariable(as);
  const inner = context.compile(given.get(body) as Value, withVariables(context, [name]));
  const limit = given.has("limit") ? context.compile(given.get("limit") as Value, context) : undefined;
  return (scope) => {
    const elements = input(scope);
    if (isNullish(elements)) return null;
    if (!Array.isArray(elements)) {
      throw new PocketMongoError(code, `input to ${operator} must be an array not ${typeName(elements)}`);
    }
    const results = elements.map((element) => inner(bind(scope, name, element)));
    return keep(results, elements, limit?.(scope));
  };
}

function filtered(
  results: (Value | undefined)[],
  elements: readonly Value[],
  limit: Value | undefined,
): Value {
  const kept = elements.filter((_, i) => truth(results[i]));
  if (isNullish(limit)) return kept;
  const most = wholeNumber(limit);
  if (most === undefined || most < 1)
    throw new PocketMongoError(327392, "$filter: limit must be greater than 0");
  return kept.slice(0, most);
}

function reduce(operand: Value, context: CompileContext): Expression {
  const given = named("$reduce", operand, ["input", "initialValue", "in"]);
  const input = context.compile(given.get("input") as Value, context);
  const initial = context.compile(given.get("initialValue") as Value, context);
  const inner = context.compile(given.get("in") as Value, withVariables(context, ["this", "value"]));
  return (scope) => {
    const elements = input(scope);
    if (isNullish(elements)) return null;
    if (!Array.isArray(elements)) {
      throw new PocketMongoError(
        40080,
        `$reduce requires that 'input' be an array, found: ${typeName(elements)}`,
      );
    }
    return elements.reduce<Value | undefined>(
      (value, element) => inner(bind(bind(scope, "value", value), "this", element)),
      initial(scope),
    );
  };
}

function sortArray(operand: Value, context: CompileContext): Expression {
  const given = named("$sortArray", operand, ["input", "sortBy"]);
  const input = context.compile(given.get("input") as Value, context);
  const by = given.get("sortBy") as Value;
  const order = sortOrder(by);
  return (scope) => {
    const elements = input(scope);
    if (isNullish(elements)) return null;
    if (!Array.isArray(elements)) {
      throw new PocketMongoError(
        2942504,
        `The input argument to $sortArray must be an array, but was of type: ${typeName(elements)}`,
      );
    }
    return [...elements].sort(order);
  };
}

function sortOrder(by: Value): (a: Value, b: Value) => number {
  const way = wholeNumber(by);
  if (way === 1 || way === -1) return (a, b) => way * compare(a, b);
  if (!isDoc(by)) throw new PocketMongoError(2942505, "Illegal sortBy specification");
  const sort = parseSort(by);
  const empty = new Map<string, Value>();
  return (a, b) =>
    compareSortKeys(sort, sortKey(sort, isDoc(a) ? a : empty), sortKey(sort, isDoc(b) ? b : empty));
}

function zip(operand: Value, context: CompileContext): Expression {
  const given = named("$zip", operand, ["inputs"], ["useLongestLength", "defaults"]);
  const inputs = given.get("inputs");
  if (!Array.isArray(inputs)) throw new PocketMongoError(34461, "inputs must be an array of expressions");
  const parts = inputs.map((one) => context.compile(one, context));
  const longest = given.get("useLongestLength") === true;
  const defaults = given.has("defaults")
    ? context.compile(given.get("defaults") as Value, context)
    : undefined;
  return (scope) => {
    const arrays = parts.map((part) => part(scope));
    if (arrays.some(isNullish)) return null;
    const lengths = arrays.map((one) => {
      if (!Array.isArray(one))
        throw new PocketMongoError(34468, `$zip found a non-array expression in input: ${shown(one)}`);
      return one.length;
    });
    const length = longest ? Math.max(0, ...lengths) : Math.min(...lengths);
    const fill = defaults?.(scope);
    return Array.from({ length }, (_, i) =>
      arrays.map((one, j) => (one as Value[])[i] ?? (Array.isArray(fill) ? (fill[j] ?? null) : null)),
    );
  };
}

/** $firstN, $lastN, $minN and $maxN as expressions on an array. */
function several(operator: string, pick: (elements: readonly Value[], n: number) => Value[]): Operator {
  return {
    compile: (operand, context) => {
      const given = named(operator, operand, ["n", "input"]);
      const input = context.compile(given.get("input") as Value, context);
      const count = context.compile(given.get("n") as Value, context);
      return (scope: Scope) => {
        const elements = input(scope);
        if (!Array.isArray(elements))
          throw new PocketMongoError(
            5788200,
            `${operator} requires an array input, found: ${shown(elements)}`,
          );
        const n = wholeNumber(count(scope));
        if (n === undefined || n < 1) throw new PocketMongoError(5787908, "'n' must be greater than 0");
        return pick(elements, n);
      };
    },
  };
}

const present = (values: readonly Value[]): Value[] => values.filter((value) => !isNullish(value));

/** Operators that go through an array with an expression, an order or a count of their own. */
export const arrayLoopOperators = {
  $map: {
    compile: (operand, context) =>
      each("$map", operand, context, "in", 16883, (results) => results.map((one) => one ?? null)),
  },
  $filter: { compile: (operand, context) => each("$filter", operand, context, "cond", 28651, filtered) },
  $reduce: { compile: reduce },
  $sortArray: { compile: sortArray },
  $zip: { compile: zip },
  $firstN: several("$firstN", (elements, n) => elements.slice(0, n)),
  $lastN: several("$lastN", (elements, n) => elements.slice(-n)),
  $minN: several("$minN", (elements, n) => present(elements).sort(compare).slice(0, n)),
  $maxN: several("$maxN", (elements, n) =>
    present(elements)
      .sort((a, b) => compare(b, a))
      .slice(0, n),
  ),
} as const satisfies Record<string, Operator>;
