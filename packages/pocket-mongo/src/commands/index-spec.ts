import { wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { show } from "../bson/text.ts";
import { type Doc, doc, isDoc, isNumber, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type Match, parseFilter } from "../match/parse.ts";
import { refuseCollation } from "./arguments.ts";
import type { Call } from "./command.ts";

/** MongoDB's bound ("MongoDB Limits and Thresholds", Indexes). */
const mostFields = 32;
/** 2^31 - 1 seconds, the largest expireAfterSeconds MongoDB takes. */
const longestExpirySeconds = 2147483647;

const knownOptions = new Set([
  "key",
  "name",
  "ns",
  "v",
  "unique",
  "sparse",
  "background",
  "partialFilterExpression",
  "expireAfterSeconds",
  "hidden",
  "collation",
  "weights",
  "default_language",
  "language_override",
  "textIndexVersion",
  "2dsphereIndexVersion",
  "bits",
  "min",
  "max",
  "bucketSize",
  "storageEngine",
  "wildcardProjection",
  "clustered",
  "prepareUnique",
  "dropDups",
]);

function cannot(message: string): PocketMongoError {
  return new PocketMongoError("CannotCreateIndex", message);
}

export function checkedSpec(call: Call, given: Value): Doc {
  if (!isDoc(given)) throw new PocketMongoError("TypeMismatch", "each index must be an object");
  for (const option of given.keys()) {
    if (!knownOptions.has(option)) {
      throw new PocketMongoError(
        "InvalidIndexSpecificationOption",
        `The field '${option}' is not valid for an index specification. Specification: ${show(given)}`,
      );
    }
  }
  refuseCollation(call, given);
  const key = given.get("key");
  if (!isDoc(key))
    throw new PocketMongoError(
      "FailedToParse",
      `The 'key' field is a required property of an index specification`,
    );
  const fields = checkedKey(key);
  const name = given.get("name");
  if (name !== undefined && typeof name !== "string") {
    throw new PocketMongoError(
      "TypeMismatch",
      `The field 'name' must be a string, but got ${typeName(name)}`,
    );
  }
  if (name === "") throw cannot("Index name cannot be empty");
  if (name === "*") throw new PocketMongoError("BadValue", "The index name '*' is not valid.");
  const isId = fields.length === 1 && fields[0] === "_id";
  const spec = doc({ v: 2, key, name: isId ? "_id_" : (name ?? defaultName(key)) });
  if (isId) return spec;
  for (const option of ["unique", "sparse", "hidden", "background"]) {
    const value = given.get(option);
    if (value === undefined) continue;
    if (typeof value !== "boolean" && !isNumber(value)) {
      throw new PocketMongoError(
        "TypeMismatch",
        `The field '${option}' has value ${option}: ${show(value)}, which is not convertible to bool`,
      );
    }
    if (value === true || (isNumber(value) && compare(value, 0) !== 0)) spec.set(option, true);
  }
  addExpiry(spec, given, fields);
  const partial = given.get("partialFilterExpression");
  if (partial !== undefined) {
    if (!isDoc(partial)) {
      throw new PocketMongoError(
        "TypeMismatch",
        `The field 'partialFilterExpression' must be an object, but got ${typeName(partial)}`,
      );
    }
    if (spec.get("sparse")) throw cannot('cannot mix "partialFilterExpression" and "sparse" options');
    refuseInPartial(parseFilter(partial));
    spec.set("partialFilterExpression", partial);
  }
  return spec;
}

/** What a partial index may ask: equality, ranges, $exists: true, $type, $in, $and and $or. */
const partialOperators = new Set(["$eq", "$lt", "$lte", "$gt", "$gte", "$exists", "$type", "$in"]);

function refuseInPartial(match: Match): void {
  if (match.kind === "and" || match.kind === "or") for (const part of match.of) refuseInPartial(part);
  else if (match.kind !== "field" || !partialOperators.has(match.test.operator)) {
    throw cannot("Expression not supported in partial index");
  }
}

export function addExpiry(spec: Doc, given: Doc, fields: readonly string[]): void {
  const expiry = given.get("expireAfterSeconds");
  if (expiry === undefined) return;
  if (!isNumber(expiry)) {
    throw cannot(
      `TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeName(expiry)}'.`,
    );
  }
  const seconds = wholeNumber(expiry);
  if (seconds === undefined || seconds < 0 || seconds > longestExpirySeconds) {
    throw cannot(
      `TTL index 'expireAfterSeconds' option must be within an acceptable range, was ${show(expiry)}`,
    );
  }
  if (fields.length > 1)
    throw cannot("TTL indexes are single-field indexes, compound indexes do not support TTL.");
  spec.set("expireAfterSeconds", seconds);
}

function checkedKey(key: Doc): string[] {
  if (key.size === 0) throw cannot("Index keys cannot be an empty object");
  if (key.size > mostFields)
    throw new PocketMongoError(13103, `Index key pattern too large: more than ${mostFields} fields`);
  for (const [name, direction] of key) {
    if (typeof direction === "string") throw refusedKind(direction);
    if (!isNumber(direction) || compare(direction, 0) === 0) {
      throw cannot(
        `Values in the index key pattern must be a non-zero number or a string, got ${show(direction)} for '${name}'`,
      );
    }
    if (name === "" || name.split(".").includes(""))
      throw cannot("Index keys cannot contain an empty field.");
    if (name === "$**" || name.endsWith(".$**")) throw refusedKind("wildcard");
    const dollar = name
      .split(".")
      .find((part) => part.startsWith("$") && !["$id", "$ref", "$db"].includes(part));
    if (dollar !== undefined)
      throw cannot(`Index key contains an illegal field name: field name starts with '$': ${name}`);
  }
  return [...key.keys()];
}

/** Index kinds MongoDB has and this server refuses. */
export const refusedIndexKinds = ["text", "2d", "2dsphere", "hashed", "wildcard"] as const;

function refusedKind(kind: string): PocketMongoError {
  return (refusedIndexKinds as readonly string[]).includes(kind)
    ? new PocketMongoError("NotImplemented", `${kind} indexes are not supported by this server`)
    : cannot(`Unknown index plugin '${kind}'`);
}

function defaultName(key: Doc): string {
  return [...key].map(([name, direction]) => `${name}_${show(direction).replace(/\.0$/, "")}`).join("_");
}
