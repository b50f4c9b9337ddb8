import type { Doc, Value } from "./value.ts";

/** A dotted path taken apart once, with the array position each part would name. */
export type Path = readonly PathPart[];
export type PathPart = { name: string; position: number | undefined };

/** MongoDB reads "0" or "12" as an array position, but not "01". */
export function arrayPosition(name: string): number | undefined {
  return /^(0|[1-9][0-9]{0,8})$/.test(name) ? Number(name) : undefined;
}

export function parsePath(text: string): Path {
  return text.split(".").map((name) => ({ name, position: arrayPosition(name) }));
}

export function pathText(path: Path): string {
  return path.map((part) => part.name).join(".");
}

/**
 * Every value a query path reaches, in MongoDB's way: arrays on the way are entered, `undefined` stands for a field that
 * is not there. `visit` returns true to stop; the result says whether it did. With `expandLeaf`, an array at the end is
 * visited element by element and then as a whole; without, only as a whole.
 */
export function visitPath(
  root: Doc,
  path: Path,
  expandLeaf: boolean,
  visit: (value: Value | undefined) => boolean,
): boolean {
  return visitFields(root, path, 0, expandLeaf, visit);
}

function visitFields(
  from: Value,
  path: Path,
  at: number,
  expandLeaf: boolean,
  visit: (value: Value | undefined) => boolean,
): boolean {
  let value: Value | undefined = from;
  let next = at;
  while (next < path.length && !Array.isArray(value)) {
    value = value instanceof Map ? value.get((path[next] as PathPart).name) : undefined;
    next += 1;
    if (value === undefined) return visit(undefined);
  }
  if (!Array.isArray(value)) return visit(value);
  if (next === path.length) {
    if (expandLeaf) for (const element of value) if (visit(element)) return true;
    return visit(value);
  }
  return visitElements(value, path, next, expandLeaf, visit);
}

function visitElements(
  elements: readonly Value[],
  path: Path,
  at: number,
  expandLeaf: boolean,
  visit: (value: Value | undefined) => boolean,
): boolean {
  const part = path[at] as PathPart;
  for (const element of elements) {
    if (element instanceof Map && visitFields(element, path, at, expandLeaf, visit)) return true;
  }
  if (part.position === undefined) return false;
  const element = elements[part.position];
  if (element === undefined) return false;
  // MongoDB does not look inside an array that a position at the end of the path has named.
  if (at + 1 === path.length) return visit(element);
  if (element instanceof Map) return visitFields(element, path, at + 1, expandLeaf, visit);
  return Array.isArray(element) && visitElements(element, path, at + 1, expandLeaf, visit);
}

/** The value a plain path names when no array lies on the way, or the array itself where one does. */
export function valueAt(root: Doc, path: Path): Value | undefined {
  let value: Value | undefined = root;
  for (const part of path) {
    if (value instanceof Map) value = value.get(part.name);
    else return undefined;
    if (value === undefined) return undefined;
  }
  return value;
}
