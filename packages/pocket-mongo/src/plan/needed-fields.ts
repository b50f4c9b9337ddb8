import { isDoc, type Value } from "../bson/value.ts";
import type { Match } from "../match/parse.ts";
import type { Sort } from "./sort.ts";

/** The top-level fields a filter and a sort look at, with those of `more`; undefined where any field may be looked at. */
export function neededFields(match: Match, sort: Sort, more: Iterable<string>): Set<string> | undefined {
  const needed = new Set(more);
  if (!collect(match, needed)) return undefined;
  for (const { path } of sort) needed.add(path[0]?.name ?? "");
  return needed;
}

/** Adds the fields of a filter; false when it can't be told which they are. */
function collect(match: Match, into: Set<string>): boolean {
  switch (match.kind) {
    case "and":
    case "or":
    case "nor":
      return match.of.every((part) => collect(part, into));
    case "field":
    case "elemMatch": {
      const [first] = match.path;
      if (first === undefined) return false;
      into.add(first.name);
      return true;
    }
    case "constant":
      return true;
    case "expr":
      return false;
  }
}

/** Operators that reach a field of the document without a path that begins with `$`: by name, or in their `sortBy`. */
const reachAnyField = new Set([
  "$getField",
  "$setField",
  "$unsetField",
  "$top",
  "$topN",
  "$bottom",
  "$bottomN",
]);

/** The top-level fields an expression, or a stage made of expressions, may look at; undefined where it may be any. */
export function fieldsOfExpression(expression: Value): Set<string> | undefined {
  const fields = new Set<string>();
  return collectPaths(expression, fields) ? fields : undefined;
}

function collectPaths(expression: Value, into: Set<string>): boolean {
  if (typeof expression === "string") {
    if (expression.startsWith("$$")) return false;
    if (expression.startsWith("$")) into.add(expression.slice(1).split(".")[0] as string);
    return true;
  }
  if (Array.isArray(expression)) return expression.every((one) => collectPaths(one, into));
  if (!isDoc(expression)) return true;
  for (const [name, value] of expression)
    if (reachAnyField.has(name) || !collectPaths(value, into)) return false;
  return true;
}
