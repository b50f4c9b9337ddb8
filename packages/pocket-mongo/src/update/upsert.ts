import { equal } from "../bson/compare.ts";
import { pathText, valueAt } from "../bson/path.ts";
import type { Doc } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Match } from "../match/parse.ts";
import { editAt } from "./edit.ts";

/** The document an upsert begins with: what the filter says the fields are equal to. */
export function documentFromFilter(match: Match): Doc {
  const made: Doc = new Map();
  collect(match, made);
  return made;
}

function collect(match: Match, into: Doc): void {
  if (match.kind === "and") {
    for (const part of match.of) collect(part, into);
    return;
  }
  if (match.kind === "or") {
    if (match.of.length === 1) collect(match.of[0] as Match, into);
    return;
  }
  if (match.kind !== "field" || match.path.length === 0) return;
  const { operator, operand } = match.test;
  const only = operator === "$in" && Array.isArray(operand) && operand.length === 1 ? operand[0] : undefined;
  const value = operator === "$eq" ? operand : only;
  if (value === undefined) return;
  const known = valueAt(into, match.path);
  if (known !== undefined) {
    if (equal(known, value)) return;
    throw new PocketMongoError(
      54,
      `cannot infer query fields to set, path '${pathText(match.path)}' is matched twice`,
    );
  }
  editAt(into, match.path, () => value);
}
