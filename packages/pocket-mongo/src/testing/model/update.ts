import { combine, combineBits, numberOrRefusal, zeroLike } from "./arithmetic.ts";
import { isOperators, type ModelQuery, matches } from "./query.ts";
import { ModelRefusal } from "./refusal.ts";
import {
  compare,
  copy,
  isEqual,
  isModelDocument,
  type ModelDocument,
  type ModelNumber,
  type ModelValue,
} from "./value.ts";

/** Operators with their fields and operands, as the driver takes them. */
export type ModelUpdate = { [operator: string]: { [path: string]: ModelValue } };

export interface UpdateContext {
  /** Where `$` points: the place in the array that the query met first. */
  readonly place?: number;
  readonly arrayFilters?: readonly ModelQuery[];
  readonly isInsert?: boolean;
}

type Holder = ModelDocument | ModelValue[];

/** The document after the update; throws ModelRefusal and leaves the given one alone. */
export function updated(document: ModelDocument, update: ModelUpdate, context: UpdateContext): ModelDocument {
  const next = copy(document);
  // Since MongoDB 5.0 fields are visited in the order of their names, whatever the operator.
  const steps = Object.entries(update).flatMap(([operator, fields]) =>
    Object.entries(fields).map(([path, operand]) => ({ operator, path, operand })),
  );
  for (const { operator, path, operand } of steps.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (operator === "$setOnInsert" && !context.isInsert) continue;
    if (operator === "$rename") rename(next, path, String(operand));
    else for (const concrete of concretePaths(next, path, context)) apply(next, concrete, operator, operand);
  }
  if (!isEqual(next._id, document._id)) throw new ModelRefusal("ImmutableField");
  return next;
}

/** Replaces `$`, `$[]` and `$[name]` by the places they stand for in this document. */
function concretePaths(document: ModelDocument, path: string, context: UpdateContext): string[] {
  const names = path.split(".");
  const at = names.findIndex((name) => name.startsWith("$"));
  if (at < 0) return [path];
  const mark = names[at] as string;
  const before = names.slice(0, at);
  const after = names.slice(at + 1);
  if (mark === "$") return [[...before, String(context.place), ...after].join(".")];
  const list = before.reduce<ModelValue | undefined>((value, name) => child(value, name), document);
  if (!Array.isArray(list)) throw new ModelRefusal("BadValue");
  const name = mark.slice(2, -1);
  const filter = context.arrayFilters?.find((one) => Object.keys(one)[0]?.split(".")[0] === name);
  return list.flatMap((element, place) => {
    if (filter && !matches({ [name]: element }, filter)) return [];
    return concretePaths(document, [...before, String(place), ...after].join("."), context);
  });
}

function child(value: ModelValue | undefined, name: string): ModelValue | undefined {
  if (isModelDocument(value)) return value[name];
  return Array.isArray(value) && /^\d+$/.test(name) ? value[Number(name)] : undefined;
}

/** The holder of the last name of a path, made on the way when `make`; undefined where it ends early. */
function holderOf(document: ModelDocument, names: readonly string[], make: boolean): Holder | undefined {
  let holder: Holder = document;
  for (const [i, name] of names.entries()) {
    if (Array.isArray(holder) && !/^\d+$/.test(name)) {
      if (make) throw new ModelRefusal("PathNotViable");
      return undefined;
    }
    if (i === names.length - 1) return holder;
    let next = child(holder, name);
    if (next === undefined) {
      if (!make) return undefined;
      next = {};
      put(holder, name, next);
    }
    if (!isModelDocument(next) && !Array.isArray(next)) {
      if (make) throw new ModelRefusal("PathNotViable");
      return undefined;
    }
    holder = next;
  }
  return undefined;
}

function put(holder: Holder, name: string, value: ModelValue): void {
  if (!Array.isArray(holder)) {
    holder[name] = value;
    return;
  }
  while (holder.length < Number(name)) holder.push(null);
  holder[Number(name)] = value;
}

function remove(holder: Holder, name: string): void {
  // In an array the place stays, so that the others keep theirs.
  if (Array.isArray(holder)) {
    if (Number(name) < holder.length) holder[Number(name)] = null;
  } else delete holder[name];
}

function rename(document: ModelDocument, from: string, to: string): void {
  const value = document[from];
  if (value === undefined) return;
  document[to] = value;
  delete document[from];
}

/** These do nothing where there is nothing; the others make their field. */
const removing = new Set(["$unset", "$pop", "$pull", "$pullAll"]);

function apply(document: ModelDocument, path: string, operator: string, operand: ModelValue): void {
  const names = path.split(".");
  const last = names.at(-1) as string;
  const holder = holderOf(document, names, !removing.has(operator));
  if (holder === undefined) return;
  if (operator === "$unset") {
    remove(holder, last);
    return;
  }
  const next = nextValue(child(holder, last), operator, operand);
  if (next !== undefined) put(holder, last, next);
}

function nextValue(
  value: ModelValue | undefined,
  operator: string,
  operand: ModelValue,
): ModelValue | undefined {
  switch (operator) {
    case "$set":
    case "$setOnInsert":
      return copy(operand);
    case "$inc":
      if (value === undefined) return operand;
      return combine(
        numberOrRefusal(value),
        operand as ModelNumber,
        (a, b) => a + b,
        (a, b) => a + b,
      );
    case "$mul":
      if (value === undefined) return zeroLike(operand as ModelNumber);
      return combine(
        numberOrRefusal(value),
        operand as ModelNumber,
        (a, b) => a * b,
        (a, b) => a * b,
      );
    case "$min":
      return value === undefined || compare(operand, value) < 0 ? copy(operand) : value;
    case "$max":
      return value === undefined || compare(operand, value) > 0 ? copy(operand) : value;
    case "$bit":
      return bit(value, operand as ModelDocument);
    default:
      return nextList(value, operator, operand);
  }
}

function bit(value: ModelValue | undefined, operand: ModelDocument): ModelValue {
  const [[name, mask] = []] = Object.entries(operand);
  const by = {
    and: (a: bigint, b: bigint) => a & b,
    or: (a: bigint, b: bigint) => a | b,
    xor: (a: bigint, b: bigint) => a ^ b,
  }[name as "and" | "or" | "xor"];
  return combineBits(value === undefined ? zeroLike(mask as ModelNumber) : value, mask as ModelNumber, by);
}

function nextList(
  value: ModelValue | undefined,
  operator: string,
  operand: ModelValue,
): ModelValue | undefined {
  const makes = operator === "$push" || operator === "$addToSet";
  if (value === undefined && !makes) return undefined;
  if (value !== undefined && !Array.isArray(value)) {
    throw new ModelRefusal(notAnArray[operator as keyof typeof notAnArray]);
  }
  const list = value ?? [];
  switch (operator) {
    case "$push":
      return pushed(list, operand);
    case "$addToSet":
      return withNew(list, each(operand));
    case "$pop":
      return Number(operand) < 0 ? list.slice(1) : list.slice(0, -1);
    case "$pull":
      return list.filter((one) => !isPulled(one, operand));
    case "$pullAll":
      return list.filter((one) => !(operand as ModelValue[]).some((gone) => isEqual(gone, one)));
    default:
      throw new Error(`the model does not know ${operator}`);
  }
}

/** What each operator answers when its field holds something that is no array. */
const notAnArray = {
  $push: "BadValue",
  $addToSet: "BadValue",
  $pop: "TypeMismatch",
  $pull: "BadValue",
  $pullAll: "BadValue",
} as const;

function withNew(list: readonly ModelValue[], added: readonly ModelValue[]): ModelValue[] {
  const set = [...list];
  for (const one of added) if (!set.some((has) => isEqual(has, one))) set.push(copy(one));
  return set;
}

function each(operand: ModelValue): ModelValue[] {
  return isModelDocument(operand) && Array.isArray(operand.$each) ? operand.$each : [operand];
}

function pushed(list: ModelValue[], operand: ModelValue): ModelValue[] {
  const options: ModelDocument = isModelDocument(operand) && "$each" in operand ? operand : {};
  const at = options.$position === undefined ? list.length : Number(options.$position);
  const next = [...list];
  // A negative place counts from the end, as splice does.
  next.splice(at < 0 ? Math.max(0, next.length + at) : at, 0, ...each(operand).map(copy));
  if (options.$sort !== undefined) {
    const direction = Number(options.$sort);
    next.sort((a, b) => direction * compare(a, b));
  }
  if (options.$slice === undefined) return next;
  const slice = Number(options.$slice);
  if (slice === 0) return [];
  return slice < 0 ? next.slice(slice) : next.slice(0, slice);
}

/** A document pulls the documents it matches as a query; operators ask each element; anything else is equality. */
function isPulled(element: ModelValue, operand: ModelValue): boolean {
  if (!isModelDocument(operand)) return isEqual(element, operand);
  if (isOperators(operand)) return matches({ element }, { element: operand });
  return isModelDocument(element) && matches(element, operand);
}
