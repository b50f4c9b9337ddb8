import { wholeNumber } from "../bson/arithmetic.ts";
import { parsePath } from "../bson/path.ts";
import { type Doc, isNumber, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { compile } from "../expression/compile.ts";
import type { Scope } from "../expression/scope.ts";
import { elementThatMatches, matchedPosition } from "../match/evaluate.ts";
import { type Match, parseFilter } from "../match/parse.ts";
import { isTruthy } from "../match/tests.ts";
import { replaceEachArray, replaceFirstArray, sliced } from "./array-fields.ts";
import { applyTree, type Branch, branch, type Mode, plant } from "./tree.ts";

/** A projection ready for any number of documents. */
export type Projection = (document: Doc, scope: Scope) => Doc;

type After = (original: Doc, made: Doc) => void;

function bad(code: number, message: string): PocketMongoError {
  return new PocketMongoError(code, message);
}

type Draft = {
  tree: Branch;
  mode: "include" | "exclude" | undefined;
  id: boolean | undefined;
  after: After[];
  /** Paths of `$slice`; it does not decide whether the projection includes or excludes. */
  slices: string[];
  variables: ReadonlySet<string>;
  positional: boolean;
  elemMatch: boolean;
};

/** The projection of find and findAndModify: with positional `$`, `$elemMatch` and `$slice`. */
export function parseFindProjection(
  spec: Doc,
  filter: Match,
  variables: ReadonlySet<string> = new Set(),
): Projection {
  return build(spec, variables, filter);
}

/** The `$project` stage. */
export function parseStageProjection(spec: Doc, variables: ReadonlySet<string>): Projection {
  if (spec.size === 0)
    throw bad(
      51272,
      "Invalid $project :: caused by :: projection specification must have at least one field",
    );
  return build(spec, variables, undefined);
}

function build(spec: Doc, variables: ReadonlySet<string>, filter: Match | undefined): Projection {
  const draft: Draft = {
    tree: branch(),
    mode: undefined,
    id: undefined,
    after: [],
    slices: [],
    variables,
    positional: false,
    elemMatch: false,
  };
  for (const [path, value] of spec) addField(draft, path, value, filter);
  // Where nothing else decides, an included `_id` does, also beside a `$slice`.
  const mode: Mode = draft.mode ?? (draft.id === true ? "include" : "exclude");
  const { tree, after } = draft;
  // Planted also where everything stays, so that two paths of which one contains the other are refused.
  for (const path of draft.slices) plant(tree, path, { kind: "include" });
  if (mode === "include" ? draft.id !== false : draft.id === false) {
    if (!tree.fields.has("_id")) tree.fields.set("_id", { kind: mode === "include" ? "include" : "exclude" });
  }
  if (spec.size === 0) return (document) => document;
  return (document, scope) => {
    const made = applyTree(tree, mode, document, scope);
    for (const step of after) step(document, made);
    return made;
  };
}

function decide(draft: Draft, mode: "include" | "exclude", path: string): void {
  if (draft.mode === undefined) {
    draft.mode = mode;
    return;
  }
  if (draft.mode === mode) return;
  throw mode === "exclude"
    ? bad(31254, `Cannot do exclusion on field ${path} in inclusion projection`)
    : bad(31253, `Cannot do inclusion on field ${path} in exclusion projection`);
}

function addField(draft: Draft, path: string, value: Value, filter: Match | undefined): void {
  if (path === "") throw bad(40352, "FieldPath cannot be constructed with empty string");
  if (typeof value === "boolean" || isNumber(value)) {
    addFlag(draft, path, isTruthy(value), filter);
    return;
  }
  if (value instanceof Map && filter && addFindOperator(draft, path, value)) return;
  if (path.startsWith("$")) throw bad(16410, "FieldPath field names may not start with '$'.");
  if (value instanceof Map && !startsWithDollar(value)) {
    if (value.size === 0)
      throw bad(51270, `An empty sub-projection is not a valid value. Found empty object at path`);
    for (const [name, one] of value) addField(draft, `${path}.${name}`, one, filter);
    return;
  }
  if (draft.mode === "exclude")
    throw bad(31252, "Cannot use expression other than $meta in exclusion projection");
  if (path !== "_id") decide(draft, "include", path);
  else draft.id = true;
  plant(draft.tree, path, { kind: "compute", expression: compile(value, draft.variables) });
}

function startsWithDollar(value: Doc): boolean {
  return value.keys().next().value?.startsWith("$") === true;
}

function addFlag(draft: Draft, path: string, include: boolean, filter: Match | undefined): void {
  if (path === "_id") {
    draft.id = include;
    return;
  }
  if (filter && path.includes(".$.")) {
    throw bad(
      31394,
      "Positional projection may only be used at the end, for example: a.b.$. If the query previously used a form like a.b.$.d, remove the parts following the '$' and the results will be equivalent.",
    );
  }
  if (filter && path.endsWith(".$")) {
    addPositional(draft, path.slice(0, -2), include, filter);
    return;
  }
  if (path.split(".").some((name) => name.startsWith("$") && !["$id", "$ref", "$db"].includes(name))) {
    throw bad(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
  }
  decide(draft, include ? "include" : "exclude", path);
  plant(draft.tree, path, { kind: include ? "include" : "exclude" });
}

/** `"list.$": 1` keeps the one element of an array that the filter has matched. */
function addPositional(draft: Draft, path: string, include: boolean, filter: Match): void {
  if (!include) throw bad(31395, "positional projection cannot be used with exclusion");
  if (draft.positional) throw bad(31276, "Cannot specify more than one positional projection per query.");
  if (draft.elemMatch) throw bad(31256, "Cannot specify positional operator and $elemMatch.");
  draft.positional = true;
  decide(draft, "include", path);
  plant(draft.tree, path, { kind: "include" });
  const parts = parsePath(path);
  draft.after.push((original, made) => {
    const position = matchedPosition(filter, original);
    replaceFirstArray(made, parts, (elements) => {
      const element = position === undefined ? undefined : elements[position];
      if (element === undefined) {
        throw bad(
          51246,
          "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
        );
      }
      return [element];
    });
  });
}

/** The operators that only find knows; true when the value was one. */
function addFindOperator(draft: Draft, path: string, value: Doc): boolean {
  const [operator] = value.keys();
  const operand = operator === undefined ? undefined : value.get(operator);
  if (operator === "$elemMatch") {
    addElemMatch(draft, path, operand as Value);
    return true;
  }
  if (
    operator === "$slice" &&
    (isNumber(operand) || (Array.isArray(operand) && operand.length === 2 && operand.every(isNumber)))
  ) {
    addSlice(draft, path, operand);
    return true;
  }
  if (operator === "$meta")
    throw new PocketMongoError("NotImplemented", "$meta is not supported by this server");
  return false;
}

function addElemMatch(draft: Draft, path: string, operand: Value): void {
  if (!(operand instanceof Map)) throw bad(31274, "elemMatch: Invalid argument, object required");
  if (draft.positional) throw bad(31255, "Cannot specify positional operator and $elemMatch.");
  draft.elemMatch = true;
  if (path.includes(".")) throw bad(31275, "Cannot use $elemMatch projection on a nested field.");
  const wrapped = parseFilter(new Map([["element", new Map([["$elemMatch", operand]])]]));
  if (wrapped.kind !== "elemMatch") throw bad(31274, "elemMatch: Invalid argument");
  decide(draft, "include", path);
  const { of, ofObjects } = wrapped;
  const expression = (scope: Scope): Value | undefined => {
    const elements = scope.root.get(path);
    const position = elementThatMatches(of, ofObjects, elements);
    return position === undefined ? undefined : [(elements as Value[])[position] as Value];
  };
  plant(draft.tree, path, { kind: "compute", expression });
}

/** `$slice` alone keeps all other fields; beside an inclusion the array is included as well. */
function addSlice(draft: Draft, path: string, operand: Value): void {
  const [first, second] = (Array.isArray(operand) ? operand : [operand]).map(
    (one) => wholeNumber(one) ?? 0,
  ) as [number, number?];
  if (second !== undefined && second <= 0)
    throw bad(28724, `Second argument to $slice must be positive: ${second}`);
  const parts = parsePath(path);
  draft.slices.push(path);
  draft.after.push((_original, made) =>
    replaceEachArray(made, parts, (elements) => sliced(elements, first, second)),
  );
}
