import { isDeepStrictEqual } from "node:util";
import type { Document } from "mongodb";

/** The test and the server disagree; the message says where and about what. */
export class Mismatch extends Error {}

const numberLike = new Set(["Int32", "Long", "Double"]);

/** BSON wrappers of numbers as numbers: the format compares numbers by value, whatever their type. */
function plain(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "_bsontype" in value) {
    if (numberLike.has(String(value._bsontype))) return Number(value);
  }
  return value;
}

export function isDocument(value: unknown): value is Document {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The driver keeps results per operation and sort orders in maps, where the suite writes documents. */
export function withoutMaps(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, one]) => [key, withoutMaps(one)]));
  if (!isDocument(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutMaps(one)]));
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/**
 * Matches as "Evaluating Matches" of the unified test format says: a root document may have more fields than expected,
 * any other must have exactly these. Throws Mismatch.
 */
export function expectMatch(expected: unknown, actual: unknown, path: string, isRoot: boolean): void {
  const wanted = plain(expected);
  const given = plain(actual instanceof Map ? withoutMaps(actual) : actual);
  if (isDocument(wanted)) {
    const [operator] = Object.keys(wanted);
    if (operator?.startsWith("$$")) expectOperator(operator, wanted[operator], given, path, isRoot);
    else expectDocument(wanted, given, path, isRoot);
    return;
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(given)) throw new Mismatch(`${path}: expected an array, got ${show(given)}`);
    if (wanted.length !== given.length)
      throw new Mismatch(`${path}: expected ${wanted.length} elements, got ${show(given)}`);
    // Documents of a result array are roots of their own.
    wanted.forEach((one, i) => {
      expectMatch(one, given[i], `${path}.${i}`, isRoot);
    });
    return;
  }
  if (!isDeepStrictEqual(wanted, given))
    throw new Mismatch(`${path}: expected ${show(wanted)}, got ${show(given)}`);
}

function expectDocument(wanted: Document, given: unknown, path: string, isRoot: boolean): void {
  if (typeof given !== "object" || given === null)
    throw new Mismatch(`${path}: expected ${show(wanted)}, got ${show(given)}`);
  const fields: Document = given;
  for (const [name, value] of Object.entries(wanted)) {
    const at = path === "" ? name : `${path}.${name}`;
    const has = Object.hasOwn(fields, name) || name in fields;
    const mayBeAbsent = isDocument(value) && ("$$exists" in value || "$$unsetOrMatches" in value);
    if (!has && !mayBeAbsent) throw new Mismatch(`${at}: expected ${show(value)}, got nothing`);
    expectMatch(value, has ? fields[name] : undefined, at, false);
  }
  if (isRoot) return;
  for (const name of Object.keys(fields))
    if (!Object.hasOwn(wanted, name))
      throw new Mismatch(`${path}.${name}: not expected, got ${show(fields[name])}`);
}

function expectOperator(
  operator: string,
  wanted: unknown,
  given: unknown,
  path: string,
  isRoot: boolean,
): void {
  switch (operator) {
    case "$$exists":
      if ((given !== undefined) !== wanted)
        throw new Mismatch(`${path}: should ${wanted ? "" : "not "}exist, got ${show(given)}`);
      return;
    case "$$unsetOrMatches":
      if (given !== undefined && given !== null) expectMatch(wanted, given, path, isRoot);
      return;
    case "$$type": {
      const types = [wanted].flat();
      if (!types.some((type) => isOfType(given, String(type))))
        throw new Mismatch(`${path}: expected a ${types.join(" or ")}, got ${show(given)}`);
      return;
    }
    default:
      throw new Mismatch(`${path}: the judge does not know ${operator}`);
  }
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "int":
    case "long":
      return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "object":
      return isDocument(value) || value instanceof Map;
    case "array":
      return Array.isArray(value);
    case "bool":
      return typeof value === "boolean";
    default:
      throw new Mismatch(`the judge does not know the type ${type}`);
  }
}
