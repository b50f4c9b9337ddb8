import { wholeNumber } from "../../bson/arithmetic.ts";
import { compare, equal } from "../../bson/compare.ts";
import { isDoc, number, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { compareSortKeys, parseSort, sortKey } from "../../plan/sort.ts";
import { type CompileContext, isNullish, type Operator, truth } from "../operator.ts";
import { bind, type Expression, type Scope } from "../scope.ts";
import { checkedVariable, withVariables } from "./control.ts";

type Values = readonly (Value | undefined)[];
const unbounded = Number.MAX_SAFE_INTEGER;

function shown(value: Value | undefined): string {
  return value === undefined ? "missing" : typeName(value);
}

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

function elementAt([elements, position]: Values): Value | undefined {
  if (isNullish(elements) || isNullish(position)) return null;
  if (!Array.isArray(elements)) {
    throw new PocketMongoError(
      28689,
      `$arrayElemAt's first argument must be an array, but is ${typeName(elements)}`,
    );
  }
  const at = wholeNumber(position);
  if (at === undefined) {
    throw new PocketMongoError(
      28690,
      `$arrayElemAt's second argument must be a numeric value, but is ${typeName(position)}`,
    );
  }
  return elements[at < 0 ? elements.length + at : at];
}

function endOf(operator: string, pick: (elements: readonly Value[]) => Value | undefined): Operator {
  return {
    arguments: [1, 1],
    run: ([elements]) => {
      if (isNullish(elements)) return null;
      if (!Array.isArray(elements)) {
        throw new PocketMongoError(
          28689,
          `${operator}'s argument must be an array, but is ${typeName(elements)}`,
        );
      }
      return pick(elements);
    },
  };
}

function slice([elements, first, second]: Values): Value {
  if (isNullish(elements) || isNullish(first)) return null;
  if (!Array.isArray(elements)) {
    throw new PocketMongoError(
      28724,
      `First argument to $slice must be an array, but is of type: ${typeName(elements)}`,
    );
  }
  const from = wholeNumber(first);
  if (from === undefined) {
    throw new PocketMongoError(
      28725,
      `Second argument to $slice must be a numeric value, but is of type: ${typeName(first)}`,
    );
  }
  if (second === undefined) return from < 0 ? elements.slice(from) : elements.slice(0, from);
  if (second === null) return null;
  const most = wholeNumber(second);
  if (most === undefined || most <= 0) {
    throw new PocketMongoError(28729, "Third argument to $slice must be a positive number");
  }
  const begin = from < 0 ? Math.max(0, elements.length + from) : from;
  return elements.slice(begin, begin + most);
}

function concat(values: Values): Value {
  if (values.some(isNullish)) return null;
  return values.flatMap((value) => {
    if (!Array.isArray(value))
      throw new PocketMongoError(28664, `$concatArrays only supports arrays, not ${shown(value)}`);
    return value;
  });
}

function range([start, end, step]: Values): Value {
  const from = wholeNumber(start);
  const to = wholeNumber(end);
  const by = step === undefined ? 1 : wholeNumber(step);
  if (from === undefined)
    throw new PocketMongoError(
      34443,
      `$range requires a numeric starting value, found value of type: ${shown(start)}`,
    );
  if (to === undefined)
    throw new PocketMongoError(
      34445,
      `$range requires a numeric ending value, found value of type: ${shown(end)}`,
    );
  if (by === undefined)
    throw new PocketMongoError(
      34447,
      `$range requires a numeric step value, found value of type: ${shown(step)}`,
    );
  if (by === 0) throw new PocketMongoError(34449, "$range requires a non-zero step value");
  if ((to - from) / by > 2_000_000)
    throw new PocketMongoError("ExceededMemoryLimit", "$range would use too much memory");
  const made: Value[] = [];
  for (let at = from; by > 0 ? at < to : at > to; at += by) made.push(number(at));
  return made;
}

function indexOf([elements, wanted, start, end]: Values): Value {
  if (isNullish(elements)) return null;
  if (!Array.isArray(elements)) {
    throw new PocketMongoError(
      40090,
      `$indexOfArray requires an array as a first argument, found: ${typeName(elements)}`,
    );
  }
  const from = start === undefined ? 0 : wholeNumber(start);
  const to = end === undefined ? elements.length : wholeNumber(end);
  if (from === undefined || to === undefined || from < 0 || to < 0) {
    throw new PocketMongoError(40097, "$indexOfArray requires a nonnegative starting index");
  }
  for (let at = from; at < Math.min(to, elements.length); at += 1) {
    if (wanted !== undefined && equal(elements[at] as Value, wanted)) return at;
  }
  return -1;
}

function isIn([wanted, elements]: Values): Value {
  if (!Array.isArray(elements)) {
    throw new PocketMongoError(
      40081,
      `$in requires an array as a second argument, found: ${shown(elements)}`,
    );
  }
  return wanted !== undefined && elements.some((element) => equal(element, wanted));
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

export const arrayOperators = {
  $map: {
    compile: (operand, context) =>
      each("$map", operand, context, "in", 16883, (results) => results.map((one) => one ?? null)),
  },
  $filter: { compile: (operand, context) => each("$filter", operand, context, "cond", 28651, filtered) },
  $reduce: { compile: reduce },
  $arrayElemAt: { arguments: [2, 2], run: elementAt },
  $first: endOf("$first", (elements) => elements[0]),
  $last: endOf("$last", (elements) => elements[elements.length - 1]),
  $slice: { arguments: [2, 3], run: slice },
  $size: {
    arguments: [1, 1],
    run: ([elements]) => {
      if (Array.isArray(elements)) return elements.length;
      throw new PocketMongoError(
        17124,
        `The argument to $size must be an array, but was of type: ${shown(elements)}`,
      );
    },
  },
  $concatArrays: { arguments: [0, unbounded], run: concat },
  $range: { arguments: [2, 3], run: range },
  $indexOfArray: { arguments: [2, 4], run: indexOf },
  $in: { arguments: [2, 2], run: isIn },
  $isArray: { arguments: [1, 1], run: ([value]) => Array.isArray(value) },
  $reverseArray: {
    arguments: [1, 1],
    run: ([elements]) => {
      if (isNullish(elements)) return null;
      if (!Array.isArray(elements))
        throw new PocketMongoError(
          34435,
          `The argument to $reverseArray must be an array, but was of type: ${typeName(elements)}`,
        );
      return [...elements].reverse();
    },
  },
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
