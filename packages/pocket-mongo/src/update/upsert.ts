import { equal } from "../bson/compare.ts";
import { type Path, pathText } from "../bson/path.ts";
import { BSONRegExp, type Doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Match } from "../match/parse.ts";
import { editAt } from "./edit.ts";

/** The document an upsert begins with: what the filter says the fields are equal to. */
export function documentFromFilter(match: Match): Doc {
  const seeds = new Map<string, Seed>();
  collect(match, seeds);
  const made: Doc = new Map();
  for (const { path, value } of seeds.values()) editAt(made, path, () => value);
  return made;
}

function collect(match: Match, into: Map<string, Seed>): void {
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
  // A pattern is a question, also alone in an $in.
  if (value === undefined || (operator === "$in" && value instanceof BSONRegExp)) return;
  const path = pathText(match.path);
  for (const [known, before] of into) refuseOverlap(path, value, known, before);
  into.set(path, { path: match.path, value });
}

type Seed = { readonly path: Path; readonly value: Value };

function refuseOverlap(path: string, value: Value, known: string, before: Seed): void {
  if (path === known) {
    if (equal(before.value, value)) return;
    throw cannotInfer(`path '${path}' is matched twice`);
  }
  if (path.startsWith(`${known}.`) || known.startsWith(`${path}.`))
    throw cannotInfer(`both paths '${path}' and '${known}' are matched`);
}

function cannotInfer(why: string): PocketMongoError {
  return new PocketMongoError("NotSingleValueField", `cannot infer query fields to set, ${why}`);
}
