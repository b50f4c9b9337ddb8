import { EJSON } from "bson";

type Place = {
  path: string /** Whether extra keys are allowed, as they are at the root of a result or command. */;
  root: boolean;
};

function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return (value as { _bsontype?: string })._bsontype === undefined && !(value instanceof Date);
}

function mismatch(place: Place, expected: unknown, actual: unknown): Error {
  const text = (value: unknown): string =>
    value === undefined ? "nothing" : EJSON.stringify(value, { relaxed: true });
  return new Error(`${place.path}: expected ${text(expected)}, got ${text(actual)}`);
}

/** The matching rules of MongoDB's unified test format ("Evaluating Matches"). Throws where they do not hold. */
export function matchValue(expected: unknown, actual: unknown, place: Place): void {
  if (isObject(expected)) {
    const [first] = Object.keys(expected);
    if (first?.startsWith("$$")) {
      matchOperator(first, expected[first], actual, place);
      return;
    }
    matchObject(expected, actual, place);
    return;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) throw mismatch(place, expected, actual);
    expected.forEach((one, i) => {
      matchValue(one, actual[i], { path: `${place.path}[${i}]`, root: place.root && isObject(one) });
    });
    return;
  }
  if (!sameScalar(expected, actual)) throw mismatch(place, expected, actual);
}

function matchObject(expected: Record<string, unknown>, given: unknown, place: Place): void {
  const actual = given instanceof Map ? Object.fromEntries(given) : given;
  if (typeof actual !== "object" || actual === null) throw mismatch(place, expected, actual);
  const fields = actual as Record<string, unknown>;
  for (const [key, value] of Object.entries(expected)) {
    matchValue(value, fields[key], { path: `${place.path}.${key}`, root: false });
  }
  if (place.root) return;
  const extra = Object.keys(fields).find((key) => fields[key] !== undefined && !(key in expected));
  if (extra !== undefined) throw new Error(`${place.path}: unexpected field ${extra}`);
}

function matchOperator(operator: string, operand: unknown, actual: unknown, place: Place): void {
  switch (operator) {
    case "$$unsetOrMatches":
      if (actual !== undefined && actual !== null) matchValue(operand, actual, place);
      return;
    case "$$exists":
      if ((actual !== undefined) !== operand) throw mismatch(place, operator, actual);
      return;
    case "$$type":
      if (actual === undefined) throw mismatch(place, operator, actual);
      return;
    case "$$matchesEntity":
    case "$$sessionLsid":
      return;
    case "$$lte":
      if (Number(actual) > Number(operand)) throw mismatch(place, operator, actual);
      return;
    default:
      throw new Error(`${place.path}: unknown matcher ${operator}`);
  }
}

function sameScalar(expected: unknown, actual: unknown): boolean {
  if (expected === actual) return true;
  if (expected === null || actual === null || expected === undefined || actual === undefined) return false;
  const number = (value: unknown): number | undefined => {
    if (typeof value === "number") return value;
    if (typeof value === "bigint") return Number(value);
    const wrapped = value as { _bsontype?: string };
    return ["Int32", "Double", "Long"].includes(wrapped._bsontype ?? "") ? Number(String(value)) : undefined;
  };
  const [a, b] = [number(expected), number(actual)];
  if (a !== undefined && b !== undefined) return a === b;
  return EJSON.stringify(expected as never) === EJSON.stringify(actual as never);
}
