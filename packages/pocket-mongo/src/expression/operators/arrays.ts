import { wholeNumber } from "../../bson/arithmetic.ts";
import { equal } from "../../bson/compare.ts";
import { number, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { isNullish, type Operator } from "../operator.ts";

type Values = readonly (Value | undefined)[];
const unbounded = Number.MAX_SAFE_INTEGER;

function shown(value: Value | undefined): string {
  return value === undefined ? "missing" : typeName(value);
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

export const arrayOperators = {
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
} as const satisfies Record<string, Operator>;
