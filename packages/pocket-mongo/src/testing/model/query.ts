import { Double, Int32, Long } from "mongodb";
import {
  compare,
  isEqual,
  isModelDocument,
  isNumber,
  type ModelDocument,
  type ModelValue,
  typeRank,
} from "./value.ts";

/** A query as the driver takes it; operators and their operands are values like any other. */
export type ModelQuery = { [name: string]: ModelQuery | ModelQuery[] | ModelValue | RegExp | string[] };
type Condition = ModelQuery[string];

/**
 * What a path reaches. `elements` are what an array there holds; `whole` the value or array itself. `undefined` stands for
 * a document that ends before the path does.
 */
interface Reached {
  readonly whole: ModelValue | undefined;
  readonly elements: readonly ModelValue[];
}

function reach(value: ModelValue | undefined, path: readonly string[]): Reached[] {
  const [name, ...rest] = path;
  if (name === undefined) return [{ whole: value, elements: Array.isArray(value) ? value : [] }];
  if (isModelDocument(value)) return reach(value[name], rest);
  if (!Array.isArray(value)) return [{ whole: undefined, elements: [] }];
  // Elements that are not documents do not take part; a number may also be a place in the array.
  const inside = value.filter(isModelDocument).flatMap((one) => reach(one, path));
  const place = /^\d+$/.test(name) ? value[Number(name)] : undefined;
  return place === undefined ? inside : [...inside, ...reach(place, rest)];
}

export function matches(document: ModelDocument, query: ModelQuery): boolean {
  return Object.entries(query).every(([name, condition]) => {
    if (name === "$and") return parts(condition).every((one) => matches(document, one));
    if (name === "$or") return parts(condition).some((one) => matches(document, one));
    if (name === "$nor") return !parts(condition).some((one) => matches(document, one));
    if (name === "$alwaysTrue" || name === "$comment") return true;
    if (name === "$alwaysFalse") return false;
    if (name === "$expr") return compares(document, condition as ModelQuery);
    return holds(reach(document, name.split(".")), condition);
  });
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  $eq: (order) => order === 0,
  $ne: (order) => order !== 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

/** `$expr` with one comparison of a field with a number: by the order of all values, a missing field first. */
function compares(document: ModelDocument, expression: ModelQuery): boolean {
  return Object.entries(expression).every(([operator, operands]) => {
    const [reference, operand] = operands as [string, ModelValue];
    const value = document[reference.slice(1)];
    return orders[operator]?.(value === undefined ? -1 : compare(value, operand)) === true;
  });
}

function parts(condition: Condition | undefined): ModelQuery[] {
  return condition as ModelQuery[];
}

export function isOperators(condition: Condition): condition is ModelQuery {
  return (
    isModelDocument(condition as ModelValue) && Object.keys(condition as object)[0]?.startsWith("$") === true
  );
}

function isQuery(condition: Condition): condition is ModelQuery {
  return isModelDocument(condition as ModelValue);
}

function holds(reached: readonly Reached[], condition: Condition): boolean {
  if (!isOperators(condition)) return equals(reached, condition as ModelValue);
  return Object.entries(condition).every(([operator, operand]) => {
    if (operator === "$options") return true;
    const test = tests[operator as keyof typeof tests];
    return test(reached, operand, condition);
  });
}

type Test = (reached: readonly Reached[], operand: Condition, all: ModelQuery) => boolean;

/** Most operators hold when they hold for the value itself or for one element of an array. */
function any(reached: readonly Reached[], test: (value: ModelValue | undefined) => boolean): boolean {
  return reached.some(({ whole, elements }) => test(whole) || elements.some(test));
}

function equals(reached: readonly Reached[], wanted: ModelValue): boolean {
  return any(reached, (value) =>
    wanted === null ? value === null || value === undefined : isEqual(value, wanted),
  );
}

/** Order is asked between values of one type only; null also stands for what is missing. */
function ordered(holdsFor: (order: number) => boolean): Test {
  return (reached, operand) =>
    any(reached, (value) => {
      const given = value === undefined && operand === null ? null : value;
      if (given === undefined || typeRank(given) !== typeRank(operand as ModelValue)) return false;
      return holdsFor(compare(given, operand as ModelValue));
    });
}

const typeTests = {
  double: (value) => value instanceof Double,
  int: (value) => value instanceof Int32,
  long: (value) => value instanceof Long,
  number: isNumber,
  string: (value) => typeof value === "string",
  object: isModelDocument,
  array: (value) => Array.isArray(value),
  bool: (value) => typeof value === "boolean",
  date: (value) => value instanceof Date,
  null: (value) => value === null,
} as const satisfies Record<string, (value: ModelValue | undefined) => boolean>;

export const typeNames = Object.keys(typeTests) as (keyof typeof typeTests)[];

const whole = (value: ModelValue): bigint => BigInt(String(value));

function bits(holdsFor: (value: bigint, mask: bigint) => boolean): Test {
  return (reached, operand) =>
    any(reached, (value) => {
      if (!isNumber(value)) return false;
      const isInt64 =
        !(value instanceof Double) || (Number.isInteger(value.value) && Math.abs(value.value) < 2 ** 63);
      if (!isInt64) return false;
      return holdsFor(BigInt.asUintN(64, whole(value)), whole(operand as ModelValue));
    });
}

const tests = {
  $eq: (reached, operand) => equals(reached, operand as ModelValue),
  $ne: (reached, operand) => !equals(reached, operand as ModelValue),
  $gt: ordered((order) => order > 0),
  $gte: ordered((order) => order >= 0),
  $lt: ordered((order) => order < 0),
  $lte: ordered((order) => order <= 0),
  $in: (reached, operand) => (operand as ModelValue[]).some((one) => equals(reached, one)),
  $nin: (reached, operand) => !(operand as ModelValue[]).some((one) => equals(reached, one)),
  $exists: (reached, operand) => reached.some((one) => one.whole !== undefined) === operand,
  $type: (reached, operand) => {
    const isType = typeTests[operand as keyof typeof typeTests];
    return any(reached, (value) => value !== undefined && isType(value));
  },
  $not: (reached, operand) => !holds(reached, operand),
  $size: (reached, operand) =>
    reached.some((one) => Array.isArray(one.whole) && one.whole.length === Number(operand)),
  $all: (reached, operand) => {
    const wanted = operand as ModelValue[];
    return wanted.length > 0 && wanted.every((one) => equals(reached, one));
  },
  $elemMatch: (reached, operand) =>
    reached.some(
      ({ whole, elements }) =>
        Array.isArray(whole) &&
        elements.some((one) =>
          isOperators(operand)
            ? holds([{ whole: one, elements: [] }], operand)
            : isModelDocument(one) && isQuery(operand) && matches(one, operand),
        ),
    ),
  $regex: (reached, operand, all) => {
    const pattern = new RegExp(String(operand), String(all.$options ?? ""));
    return any(reached, (value) => typeof value === "string" && pattern.test(value));
  },
  $mod: (reached, operand) => {
    const [divisor, remainder] = (operand as ModelValue[]).map((one) => whole(one)) as [bigint, bigint];
    return any(reached, (value) => {
      if (!isNumber(value)) return false;
      const given = value instanceof Long ? value.toBigInt() : BigInt(Math.trunc(value.value));
      return given % divisor === remainder;
    });
  },
  $bitsAllSet: bits((value, mask) => (value & mask) === mask),
  $bitsAnySet: bits((value, mask) => (value & mask) !== 0n),
  $bitsAllClear: bits((value, mask) => (value & mask) === 0n),
  $bitsAnyClear: bits((value, mask) => (value & mask) !== mask),
} as const satisfies Record<string, Test>;
