import { isDoc, ObjectId, Timestamp, typeName, type Value } from "../../bson/value.ts";
import { PocketMongoError } from "../../errors.ts";
import { type CompileContext, isNullish } from "../operator.ts";
import type { Scope } from "../scope.ts";
import { type Zone, zoneNamed } from "../time-zone.ts";

export function asDate(value: Value | undefined): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.getHighBitsUnsigned() * 1000);
  throw new PocketMongoError(
    16006,
    `can't convert from BSON type ${value === undefined ? "missing" : typeName(value)} to Date`,
  );
}

/** Named arguments, compiled; unknown ones are refused, missing required ones too. */
export function named(
  operator: string,
  operand: Value,
  context: CompileContext,
  required: readonly string[],
  optional: readonly string[],
): (name: string, scope: Scope) => Value | undefined {
  if (!isDoc(operand))
    throw new PocketMongoError(18629, `${operator} only supports an object as its argument`);
  for (const name of operand.keys()) {
    if (!required.includes(name) && !optional.includes(name)) {
      throw new PocketMongoError(18534, `Unrecognized argument to ${operator}: ${name}`);
    }
  }
  for (const name of required) {
    if (!operand.has(name)) throw new PocketMongoError(18628, `Missing '${name}' parameter to ${operator}`);
  }
  const parts = new Map([...operand].map(([name, value]) => [name, context.compile(value, context)]));
  return (name, scope) => parts.get(name)?.(scope);
}

export function zoneOf(value: Value | undefined): Zone | undefined {
  if (value === undefined) return () => 0;
  if (isNullish(value)) return undefined;
  if (typeof value !== "string")
    throw new PocketMongoError(40517, `timezone must evaluate to a string, found ${typeName(value)}`);
  return zoneNamed(value);
}
