import { addExactly, multiplyExactly, toWhole } from "../bson/arithmetic.ts";
import { compare, equal } from "../bson/compare.ts";
import { show } from "../bson/text.ts";
import { Double, isNumber, type NumberValue, Timestamp, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compileArrayFilter } from "./array-match.ts";
import { type Edit, type EditContext, keep, remove } from "./edit.ts";
import { compilePush } from "./push.ts";

/** Compiles one operator for one path; the operand is checked here, once for all documents. */
export type UpdateOperator = (operand: Value, field: string) => (context: EditContext) => Edit;

function mismatch(message: string): PocketMongoError {
  return new PocketMongoError("TypeMismatch", message);
}

function bad(message: string): PocketMongoError {
  return new PocketMongoError("BadValue", message);
}

function arithmetic(
  name: "$inc" | "$mul",
  verb: string,
  combine: (a: NumberValue, b: NumberValue) => NumberValue | undefined,
): UpdateOperator {
  return (operand, field) => {
    if (!isNumber(operand)) {
      throw mismatch(`Cannot ${verb} with non-numeric argument: {${field}: ${show(operand)}}`);
    }
    return ({ id }) =>
      (current) => {
        if (current === undefined) return name === "$inc" ? operand : zeroLike(operand);
        if (!isNumber(current)) {
          throw mismatch(
            `Cannot apply ${name} to a value of non-numeric type. {_id: ${show(id)}} has the field '${field.split(".").at(-1)}' of non-numeric type ${typeName(current)}`,
          );
        }
        const made = combine(current, operand);
        if (made === undefined) {
          throw bad(
            `Failed to apply ${name} operations to current value ((NumberLong)${show(current)}) for document {_id: ${show(id)}}`,
          );
        }
        return made;
      };
  };
}

function zeroLike(operand: NumberValue): NumberValue {
  if (typeof operand === "number") return 0;
  if (typeof operand === "bigint") return 0n;
  return multiplyExactly(operand, 0) ?? new Double(0);
}

function extreme(wins: (order: number) => boolean): UpdateOperator {
  return (operand) => () => (current) =>
    current === undefined || wins(compare(operand, current)) ? operand : keep;
}

function currentDate(operand: Value): (context: EditContext) => Edit {
  let type: Value | undefined = "date";
  if (operand instanceof Map) {
    for (const key of operand.keys()) {
      if (key !== "$type") throw bad(`Unrecognized $currentDate option: ${key}`);
    }
    type = operand.get("$type");
  } else if (typeof operand !== "boolean") {
    throw bad(
      `${typeName(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  if (type !== "date" && type !== "timestamp") {
    throw bad(
      "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
    );
  }
  return ({ now }) =>
    () =>
      type === "date" ? now : new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 });
}

function addToSet(operand: Value, field: string): (context: EditContext) => Edit {
  let values: readonly Value[] = [operand];
  if (operand instanceof Map && operand.keys().next().value === "$each") {
    const each = operand.get("$each");
    if (!Array.isArray(each)) {
      throw mismatch(
        `The argument to $each in $addToSet must be an array but it was of type ${each === undefined ? "missing" : typeName(each)}`,
      );
    }
    if (operand.size > 1) throw bad(`Found unexpected fields after $each in $addToSet: ${show(operand)}`);
    values = each;
  }
  return ({ id }) =>
    (current) => {
      if (current !== undefined && !Array.isArray(current)) {
        throw bad(
          `Cannot apply $addToSet to non-array field. Field named '${field.split(".").at(-1)}' has non-array type ${typeName(current)}${id === undefined ? "" : ""}`,
        );
      }
      const made = [...(current ?? [])];
      for (const value of values) if (!made.some((one) => equal(one, value))) made.push(value);
      return current !== undefined && made.length === current.length ? keep : made;
    };
}

function pop(operand: Value, field: string): (context: EditContext) => Edit {
  const direction = isNumber(operand) ? toWhole(operand) : undefined;
  if (direction === undefined) {
    throw new PocketMongoError("FailedToParse", `Expected a number in: ${field}: ${show(operand)}`);
  }
  if (direction !== 1n && direction !== -1n) {
    throw new PocketMongoError("FailedToParse", `$pop expects 1 or -1, found: ${show(operand)}`);
  }
  return () => (current) => {
    if (current === undefined) return keep;
    if (!Array.isArray(current))
      throw mismatch(`Path '${field}' contains an element of non-array type '${typeName(current)}'`);
    if (current.length === 0) return keep;
    return direction === 1n ? current.slice(0, -1) : current.slice(1);
  };
}

function removeWhere(
  operator: string,
  pick: (operand: Value) => (element: Value) => boolean,
): UpdateOperator {
  return (operand) => {
    const picks = pick(operand);
    return () => (current) => {
      if (current === undefined) return keep;
      if (!Array.isArray(current)) throw bad(`Cannot apply ${operator} to a non-array value`);
      const made = current.filter((element) => !picks(element));
      return made.length === current.length ? keep : made;
    };
  };
}

function pullAll(operand: Value): (element: Value) => boolean {
  if (!Array.isArray(operand))
    throw bad(`$pullAll requires an array argument but was given a ${typeName(operand)}`);
  return (element) => operand.some((one) => equal(one, element));
}

function bit(operand: Value, field: string): (context: EditContext) => Edit {
  if (!(operand instanceof Map)) {
    throw bad(
      `The $bit modifier is not compatible with a ${typeName(operand)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  }
  const steps = [...operand].map(([name, mask]): { name: "and" | "or" | "xor"; mask: number | bigint } => {
    if (name !== "and" && name !== "or" && name !== "xor") {
      throw bad(
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${show(mask)}}`,
      );
    }
    if (typeof mask !== "number" && typeof mask !== "bigint") {
      throw bad(
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(mask)}' is not supported here: {${name}: ${show(mask)}}`,
      );
    }
    return { name, mask };
  });
  if (steps.length === 0)
    throw bad(
      `You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}`,
    );
  return ({ id }) =>
    (current) => {
      if (current !== undefined && typeof current !== "number" && typeof current !== "bigint") {
        throw bad(
          `Cannot apply $bit to a value of non-integral type.{_id: ${show(id)}} has the field ${field} of non-integer type ${typeName(current)}`,
        );
      }
      let made: number | bigint = current ?? 0;
      for (const { name, mask } of steps) made = combineBits(name, made, mask);
      return made;
    };
}

function combineBits(name: "and" | "or" | "xor", a: number | bigint, b: number | bigint): number | bigint {
  const [x, y] = [BigInt(a), BigInt(b)];
  const made = name === "and" ? x & y : name === "or" ? x | y : x ^ y;
  return typeof a === "bigint" || typeof b === "bigint" ? made : Number(made);
}

/** `$rename` moves between two paths and is done in update.ts. */
export const updateOperators = {
  $set: (operand) => () => () => operand,
  $setOnInsert: (operand) => (context) => () => (context.inserting ? operand : keep),
  $unset: () => () => (current) => (current === undefined ? keep : remove),
  $inc: arithmetic("$inc", "increment", addExactly),
  $mul: arithmetic("$mul", "multiply", multiplyExactly),
  $min: extreme((order) => order < 0),
  $max: extreme((order) => order > 0),
  $currentDate: currentDate,
  $push: compilePush,
  $addToSet: addToSet,
  $pop: pop,
  $pull: removeWhere("$pull", compileArrayFilter),
  $pullAll: removeWhere("$pullAll", pullAll),
  $bit: bit,
} as const satisfies Record<string, UpdateOperator>;
