import { arrayPosition, type Path, type PathPart, pathText } from "../bson/path.ts";
import { show } from "../bson/text.ts";
import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { matches } from "../match/evaluate.ts";
import { type Match, parseFilter } from "../match/parse.ts";
import { childOf } from "./edit.ts";

export function bad(message: string): PocketMongoError {
  return new PocketMongoError("BadValue", message);
}

function failedToParse(message: string): PocketMongoError {
  return new PocketMongoError("FailedToParse", message);
}

/** `$`, `$[]` and `$[name]`. */
export function isPlaceholder(name: string): boolean {
  return name === "$" || /^\$\[.*\]$/.test(name);
}

export function parseArrayFilters(given: readonly Value[]): Map<string, Match> {
  const filters = new Map<string, Match>();
  for (const one of given) {
    if (!(one instanceof Map))
      throw new PocketMongoError("TypeMismatch", "each array filter must be an object");
    const names = new Set(namesIn(one));
    const [name] = names;
    if (name === undefined) {
      throw failedToParse("Cannot use an expression without a top-level field name in arrayFilters");
    }
    if (names.size > 1) {
      const [first, second] = names;
      throw failedToParse(
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${first}' and '${second}'`,
      );
    }
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw bad(
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      );
    }
    if (filters.has(name))
      throw failedToParse(`Found multiple array filters with the same top-level field name ${name}`);
    filters.set(name, parseFilter(one));
  }
  return filters;
}

function namesIn(filter: Doc): string[] {
  return [...filter].flatMap(([key, value]) => {
    if (!key.startsWith("$")) return [key.split(".")[0] as string];
    return Array.isArray(value) ? value.flatMap((one) => (one instanceof Map ? namesIn(one) : [])) : [];
  });
}

export function refuseUnusedFilters(
  filters: ReadonlyMap<string, Match>,
  steps: readonly { readonly path: Path }[],
): void {
  const used = new Set(steps.flatMap((step) => step.path.map((part) => /^\$\[(.+)\]$/.exec(part.name)?.[1])));
  for (const name of filters.keys()) {
    if (!used.has(name)) {
      throw failedToParse(`The array filter for identifier '${name}' was not used in the update`);
    }
  }
  for (const name of used) {
    if (name !== undefined && !filters.has(name)) throw bad(`No array filter found for identifier '${name}'`);
  }
}

/** The paths that `$`, `$[]` and `$[name]` stand for in this document. */
export function concretePaths(
  document: Doc,
  path: Path,
  filters: ReadonlyMap<string, Match>,
  position: number | undefined,
): Path[] {
  const at = path.findIndex((part) => isPlaceholder(part.name));
  if (at < 0) return [path];
  const before = path.slice(0, at);
  const rest = path.slice(at + 1);
  return positionsFor(document, path, before, (path[at] as PathPart).name, filters, position).flatMap((one) =>
    concretePaths(document, [...before, positionPart(one), ...rest], filters, position),
  );
}

function positionPart(position: number): PathPart {
  return { name: String(position), position: arrayPosition(String(position)) };
}

function positionsFor(
  document: Doc,
  path: Path,
  before: Path,
  placeholder: string,
  filters: ReadonlyMap<string, Match>,
  position: number | undefined,
): number[] {
  if (placeholder === "$") {
    if (position === undefined) {
      throw bad("The positional operator did not find the match needed from the query.");
    }
    return [position];
  }
  let elements: Value | undefined = document;
  for (const part of before) elements = elements === undefined ? undefined : childOf(elements, part);
  if (elements === undefined) {
    throw bad(`The path '${pathText(before)}' must exist in the document in order to apply array updates.`);
  }
  if (!Array.isArray(elements)) {
    throw bad(
      `Cannot apply array updates to non-array element ${pathText(before)}: ${show(elements)} at '${pathText(path)}'`,
    );
  }
  const all = elements.map((_, i) => i);
  if (placeholder === "$[]") return all;
  const name = placeholder.slice(2, -1);
  const filter = filters.get(name) as Match;
  const array: readonly Value[] = elements;
  return all.filter((i) => matches(filter, new Map([[name, array[i] as Value]])));
}
