import { wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { parsePath, valueAt } from "../bson/path.ts";
import { show } from "../bson/text.ts";
import { type Doc, isDoc, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Edit, EditContext } from "./edit.ts";

type Modifiers = {
  each: readonly Value[];
  position: number | undefined;
  slice: number | undefined;
  sort: ((a: Value, b: Value) => number) | undefined;
};

const modifierNames = new Set(["$each", "$position", "$slice", "$sort"]);

/** `$push`, plain or with `$each`, `$position`, `$slice` and `$sort`, applied in that order whatever their own. */
export function compilePush(operand: Value, field: string): (context: EditContext) => Edit {
  const { each, position, slice, sort } =
    isDoc(operand) && operand.has("$each") ? modifiers(operand) : plain(operand);
  return ({ id }) =>
    (current) => {
      if (current !== undefined && !Array.isArray(current)) {
        throw new PocketMongoError(
          "BadValue",
          `The field '${field}' must be an array but is of type ${typeName(current)} in document {_id: ${show(id)}}`,
        );
      }
      let made = [...(current ?? [])];
      const at = position ?? made.length;
      made.splice(at < 0 ? Math.max(0, made.length + at) : Math.min(at, made.length), 0, ...each);
      if (sort) made.sort(sort);
      if (slice !== undefined) made = slice < 0 ? made.slice(slice) : made.slice(0, slice);
      return made;
    };
}

function plain(value: Value): Modifiers {
  return { each: [value], position: undefined, slice: undefined, sort: undefined };
}

function bad(message: string): PocketMongoError {
  return new PocketMongoError("BadValue", message);
}

function modifiers(operand: Doc): Modifiers {
  for (const name of operand.keys()) {
    if (!modifierNames.has(name)) throw bad(`Unrecognized clause in $push: ${name}`);
  }
  const each = operand.get("$each");
  if (!Array.isArray(each)) {
    throw bad(
      `The argument to $each in $push must be an array but it was of type: ${each === undefined ? "missing" : typeName(each)}`,
    );
  }
  return {
    each,
    position: integer(operand, "$position"),
    slice: integer(operand, "$slice"),
    sort: operand.has("$sort") ? order(operand.get("$sort") as Value) : undefined,
  };
}

function integer(operand: Doc, name: string): number | undefined {
  const value = operand.get(name);
  if (value === undefined) return undefined;
  const whole = wholeNumber(value);
  if (whole === undefined)
    throw bad(`The value for ${name} must be an integer value but was given type: ${typeName(value)}`);
  return whole;
}

function order(spec: Value): (a: Value, b: Value) => number {
  const direction = wholeNumber(spec);
  if (direction !== undefined) {
    if (direction !== 1 && direction !== -1) throw bad("The $sort element value must be either 1 or -1");
    return (a, b) => direction * compare(a, b);
  }
  if (!isDoc(spec))
    throw bad(
      "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields",
    );
  if (spec.size === 0) throw bad("The sort pattern is empty when it should be a set of fields.");
  const keys = [...spec].map(([name, value]) => {
    const one = wholeNumber(value);
    if (one !== 1 && one !== -1) throw bad("The $sort element value must be either 1 or -1");
    if (name === "" || name.split(".").includes(""))
      throw bad("The $sort field is a dotted field but has an empty part");
    return { path: parsePath(name), direction: one };
  });
  const field = (value: Value, path: ReturnType<typeof parsePath>) =>
    isDoc(value) ? (valueAt(value, path) ?? null) : null;
  return (a, b) => {
    for (const { path, direction: way } of keys) {
      const ordered = compare(field(a, path), field(b, path));
      if (ordered !== 0) return way * ordered;
    }
    return 0;
  };
}
