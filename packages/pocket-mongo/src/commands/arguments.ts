import { wholeNumber } from "../bson/arithmetic.ts";
import { decode } from "../bson/decode.ts";
import { type Doc, isDoc, RawDocument, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { isTruthy } from "../match/tests.ts";
import type { Collection } from "../store/catalog.ts";
import type { View } from "../store/view.ts";
import type { Call } from "./command.ts";

function wrongType(call: Call, name: string, value: Value, expected: string): PocketMongoError {
  return new PocketMongoError(
    "TypeMismatch",
    `BSON field '${call.name}.${name}' is the wrong type '${typeName(value)}', expected type '${expected}'`,
  );
}

function missing(call: Call, name: string): PocketMongoError {
  return new PocketMongoError(40414, `BSON field '${call.name}.${name}' is missing but a required field`);
}

/** The collection a command names in its first field. */
export function collectionName(call: Call): string {
  const name = call.body.get(call.name);
  if (typeof name !== "string") {
    throw new PocketMongoError(
      "InvalidNamespace",
      `collection name has invalid type ${name === undefined ? "missing" : typeName(name)}`,
    );
  }
  return checkedCollection(call.database, name);
}

/** Rules for names as in MongoDB's NamespaceString; `system.` collections are not kept here. */
export function checkedCollection(database: string, name: string): string {
  if (
    name === "" ||
    name.startsWith(".") ||
    name.endsWith(".") ||
    name.includes("$") ||
    name.includes("\0")
  ) {
    throw new PocketMongoError("InvalidNamespace", `Invalid namespace specified '${database}.${name}'`);
  }
  if (database.length + name.length + 1 > 255) {
    throw new PocketMongoError(
      "InvalidNamespace",
      `Fully qualified namespace is too long: '${database}.${name}'`,
    );
  }
  return name;
}

export function checkedDatabase(name: string): string {
  if (name === "" || name.length > 63 || /[/\\. "$*<>:|?\0]/.test(name)) {
    throw new PocketMongoError("InvalidNamespace", `Invalid database name: '${name}'`);
  }
  return name;
}

export function optionalDoc(call: Call, name: string, from: Doc = call.body): Doc | undefined {
  const value = from.get(name);
  if (value === undefined || value === null) return undefined;
  if (!isDoc(value)) throw wrongType(call, name, value, "object");
  return value;
}

export function requiredDoc(call: Call, name: string, from: Doc = call.body): Doc {
  const value = optionalDoc(call, name, from);
  if (value === undefined) throw missing(call, name);
  return value;
}

export function optionalString(call: Call, name: string, from: Doc = call.body): string | undefined {
  const value = from.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw wrongType(call, name, value, "string");
  return value;
}

export function optionalWhole(call: Call, name: string, from: Doc = call.body): number | undefined {
  const value = from.get(name);
  if (value === undefined || value === null) return undefined;
  const whole = wholeNumber(value);
  if (whole === undefined) throw wrongType(call, name, value, "long");
  return whole;
}

/** A whole number that may not be negative. */
export function optionalCount(call: Call, name: string): number | undefined {
  const whole = optionalWhole(call, name);
  if (whole !== undefined && whole < 0) {
    throw new PocketMongoError(51024, `BSON field '${name}' value must be >= 0, actual value '${whole}'`);
  }
  return whole;
}

export function flag(call: Call, name: string, fallback: boolean, from: Doc = call.body): boolean {
  const value = from.get(name);
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "boolean" && wholeNumber(value) === undefined)
    throw wrongType(call, name, value, "bool");
  return isTruthy(value);
}

/** The statements of a write command, from the body or from a document sequence. */
export function statements(call: Call, name: string): readonly (Doc | RawDocument)[] {
  const value = call.body.get(name);
  if (value === undefined) throw missing(call, name);
  if (!Array.isArray(value)) throw wrongType(call, name, value, "array");
  for (const one of value) {
    if (!isDoc(one) && !(one instanceof RawDocument)) throw wrongType(call, `${name}.0`, one, "object");
  }
  if (value.length === 0 || value.length > mostStatements) {
    throw new PocketMongoError(
      "InvalidLength",
      `Write batch sizes must be between 1 and ${mostStatements}. Got ${value.length} operations.`,
    );
  }
  return value as (Doc | RawDocument)[];
}

export const mostStatements = 100_000;

export function asDoc(given: Doc | RawDocument): Doc {
  return given instanceof RawDocument ? decode(given.bytes) : given;
}

/** Array arguments such as arrayFilters, whose documents may have come in a sequence. */
export function optionalArray(call: Call, name: string, from: Doc = call.body): Value[] | undefined {
  const value = from.get(name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrongType(call, name, value, "array");
  return value.map((one) => (one instanceof RawDocument ? decode(one.bytes) : one));
}

export function hintOf(call: Call, from: Doc = call.body): string | Doc | undefined {
  const hint = from.get("hint");
  if (hint === undefined) return undefined;
  if (typeof hint === "string") return hint;
  if (!isDoc(hint)) {
    throw new PocketMongoError("FailedToParse", "Hint must be a string or an object");
  }
  return hint.size === 0 ? undefined : hint;
}

/** Only the simple binary collation is kept; anything else would sort and match otherwise than asked. */
export function refuseCollation(call: Call, from: Doc = call.body): void {
  const collation = optionalDoc(call, "collation", from);
  if (collation === undefined || collation.size === 0 || collation.get("locale") === "simple") return;
  throw new PocketMongoError(
    "NotImplemented",
    "collations other than {locale: 'simple'} are not supported by this server",
  );
}

export function existing(view: View, database: string, name: string): Collection {
  const found = view.catalog.get(database, name);
  if (found) return found;
  throw new PocketMongoError("NamespaceNotFound", `ns does not exist: ${database}.${name}`);
}
