import { equal } from "../bson/compare.ts";
import { type Path, type PathPart, parsePath, pathText, valueAt } from "../bson/path.ts";
import { show } from "../bson/text.ts";
import { type Doc, typeName, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Match } from "../match/parse.ts";
import { concretePaths, isPlaceholder, parseArrayFilters, refuseUnusedFilters } from "./array-paths.ts";
import { type Edit, type EditContext, editAt, keep, remove } from "./edit.ts";
import { type UpdateOperator, updateOperators } from "./operators.ts";

/** An update compiled for many documents. `apply` gives the new document and leaves the old one as it was. */
export type Update = {
  readonly kind: "operators" | "replacement" | "pipeline";
  apply(document: Doc, context: UpdateContext): Doc;
};

export type UpdateContext = {
  readonly now: Date;
  readonly inserting: boolean;
  /** The position that `$` in a path stands for: the element the filter has matched. */
  readonly position: number | undefined;
};

type Step = { path: Path; text: string; edit(context: EditContext): Edit; renameFrom?: Path };

function bad(message: string): PocketMongoError {
  return new PocketMongoError("BadValue", message);
}

function failedToParse(message: string): PocketMongoError {
  return new PocketMongoError("FailedToParse", message);
}

/** A whole new document; it keeps the `_id` of the one it replaces. */
export function parseReplacement(replacement: Doc): Update {
  for (const key of replacement.keys()) {
    if (key.startsWith("$")) {
      throw new PocketMongoError(
        "DollarPrefixedFieldName",
        `The dollar ($) prefixed field '${key}' in '${key}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
    }
  }
  return {
    kind: "replacement",
    apply: (document) => {
      const id = document.get("_id");
      if (id === undefined) return replacement;
      const given = replacement.get("_id");
      if (given !== undefined) refuseOtherId(id, given);
      return new Map<string, Value>([["_id", id], ...[...replacement].filter(([key]) => key !== "_id")]);
    },
  };
}

/** Compiles update operators and their array filters, and checks everything that does not depend on a document. */
export function parseOperators(update: Doc, arrayFilters: readonly Value[] = []): Update {
  const filters = parseArrayFilters(arrayFilters);
  const steps: Step[] = [];
  for (const [operator, fields] of update) {
    if (operator !== "$rename" && !Object.hasOwn(updateOperators, operator)) {
      throw failedToParse(
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    if (!(fields instanceof Map)) {
      throw failedToParse(
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${show(fields)}}`,
      );
    }
    for (const [field, operand] of fields) steps.push(...compileStep(operator, field, operand));
  }
  refuseConflicts(steps);
  refuseUnusedFilters(filters, steps);
  steps.sort((a, b) => comparePaths(a.path, b.path));
  return { kind: "operators", apply: (document, context) => applySteps(steps, filters, document, context) };
}

function compileStep(operator: string, field: string, operand: Value): Step[] {
  const path = checkedPath(field);
  if (operator !== "$rename") {
    const build: UpdateOperator = updateOperators[operator as keyof typeof updateOperators];
    return [{ path, text: field, edit: build(operand, field) }];
  }
  if (typeof operand !== "string") {
    throw bad(`The 'to' field for $rename must be a string: ${field}: ${show(operand)}`);
  }
  const to = checkedPath(operand);
  if (field === operand) {
    throw bad(`The source and target field for $rename must differ: ${field}: "${operand}"`);
  }
  for (const [side, one] of [
    ["source", path],
    ["destination", to],
  ] as const) {
    if (one.some((part) => part.name.startsWith("$"))) {
      throw bad(`The ${side} field for $rename may not be dynamic: ${pathText(one)}`);
    }
  }
  return [
    { path: to, text: operand, edit: () => () => keep, renameFrom: path },
    { path, text: field, edit: () => () => keep },
  ];
}

function checkedPath(field: string): Path {
  if (field === "") throw new PocketMongoError("EmptyFieldName", "An empty update path is not valid.");
  const path = parsePath(field);
  if (path.some((part) => part.name === "")) {
    throw new PocketMongoError(
      "EmptyFieldName",
      `The update path '${field}' contains an empty field name, which is not allowed.`,
    );
  }
  const first = (path[0] as PathPart).name;
  if (isPlaceholder(first))
    throw bad(`Cannot have array filter identifier or positional operator first in a path: '${field}'`);
  return path;
}

/** MongoDB applies updates in the order of their paths, positions as numbers, so new fields appear in that order. */
function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const x = a[i] as PathPart;
    const y = b[i] as PathPart;
    if (x.name === y.name) continue;
    if (x.position !== undefined && y.position !== undefined) return x.position - y.position;
    return x.name < y.name ? -1 : 1;
  }
  return a.length - b.length;
}

function refuseConflicts(steps: readonly Step[]): void {
  const taken = new Set<string>();
  const prefixes = new Set<string>();
  for (const { path, text } of steps) {
    for (let length = 1; length <= path.length; length += 1) {
      const part = pathText(path.slice(0, length));
      if (taken.has(part)) throw conflict(text, part);
    }
    if (prefixes.has(text)) throw conflict(text, text);
    taken.add(text);
    for (let length = 1; length < path.length; length += 1) prefixes.add(pathText(path.slice(0, length)));
  }
}

function conflict(path: string, at: string): PocketMongoError {
  return new PocketMongoError(
    "ConflictingUpdateOperators",
    `Updating the path '${path}' would create a conflict at '${at}'`,
  );
}

function applySteps(
  steps: readonly Step[],
  filters: ReadonlyMap<string, Match>,
  document: Doc,
  context: UpdateContext,
): Doc {
  const made = copyDoc(document);
  const edits: EditContext = { now: context.now, inserting: context.inserting, id: document.get("_id") };
  for (const step of steps) {
    refuseDollarAtTop(step, context.inserting);
    if (step.renameFrom) {
      rename(made, step.renameFrom, step.path);
      continue;
    }
    const edit = step.edit(edits);
    for (const path of concretePaths(made, step.path, filters, context.position)) {
      // A value that several paths receive must not be shared between them.
      editAt(made, path, (current) => {
        const edited = edit(current);
        return typeof edited === "symbol" ? edited : copy(edited);
      });
    }
  }
  const id = document.get("_id");
  const after = made.get("_id");
  if (id !== undefined) refuseOtherId(id, after);
  return made;
}

/** A field whose name begins with `$` may stand at the top of a new document, but no update may put it there. */
function refuseDollarAtTop({ path, text }: Step, inserting: boolean): void {
  const name = (path[0] as PathPart).name;
  if (inserting || !name.startsWith("$") || ["$ref", "$id", "$db"].includes(name)) return;
  throw new PocketMongoError(
    "DollarPrefixedFieldName",
    `The dollar ($) prefixed field '${name}' in '${text}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
  );
}

function refuseOtherId(before: Value, after: Value | undefined): void {
  if (after !== undefined && equal(before, after)) return;
  throw new PocketMongoError(
    "ImmutableField",
    `Performing an update on the path '_id' would modify the immutable field '_id'`,
  );
}

function rename(document: Doc, from: Path, to: Path): void {
  const value = valueAt(document, from);
  for (const [side, path] of [
    ["source", from],
    ["destination", to],
  ] as const) {
    for (let length = 1; length < path.length; length += 1) {
      if (Array.isArray(valueAt(document, path.slice(0, length)))) {
        throw bad(
          `The ${side} field cannot be an array element, '${pathText(path)}' in doc with _id: ${show(document.get("_id"))} has an array field called '${pathText(path.slice(0, length))}'`,
        );
      }
    }
  }
  if (value === undefined) return;
  editAt(document, from, () => remove);
  editAt(document, to, () => value);
}

function copyDoc(document: Doc): Doc {
  const made: Doc = new Map();
  for (const [key, value] of document) made.set(key, copy(value));
  return made;
}

function copy(value: Value): Value {
  if (value instanceof Map) return copyDoc(value);
  return Array.isArray(value) ? value.map(copy) : value;
}
