import type { Path, PathPart } from "../bson/path.ts";
import { pathText } from "../bson/path.ts";
import { show } from "../bson/text.ts";
import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";

/** MongoDB's bound on the nulls it puts before an element set past the end of an array. */
const largestBackfill = 1_500_000;

/** What an operator makes of the value at its path: another value, nothing (`remove`), or no change (`keep`). */
export const keep = Symbol("keep");
export const remove = Symbol("remove");
export type Edited = Value | typeof keep | typeof remove;
export type Edit = (current: Value | undefined) => Edited;

/** What an operator may know besides the value it edits. Times come from here, so that a test can hold them still. */
export type EditContext = { readonly now: Date; readonly inserting: boolean; readonly id: Value | undefined };

/** Applies an edit at a path, making the objects on the way when the edit gives a value. Works in place. */
export function editAt(root: Doc, path: Path, edit: Edit): void {
  let holder: Value = root;
  for (let at = 0; at < path.length - 1; at += 1) {
    const part = path[at] as PathPart;
    const next = childOf(holder, part);
    if (next === undefined) {
      const made = edit(undefined);
      if (made === keep || made === remove) {
        return;
      }
      place(holder, part, nest(path.slice(at + 1), made), path, at);
      return;
    }
    holder = next;
  }
  const last = path[path.length - 1] as PathPart;
  const made = edit(childOf(holder, last));
  if (made === keep) return;
  if (made === remove) removeChild(holder, last);
  else place(holder, last, made, path, path.length - 1);
}

function nest(path: Path, value: Value): Value {
  return path.reduceRight<Value>((inner, part) => new Map([[part.name, inner]]), value);
}

export function childOf(holder: Value, part: PathPart): Value | undefined {
  if (holder instanceof Map) return holder.get(part.name);
  if (Array.isArray(holder) && part.position !== undefined) return holder[part.position];
  return undefined;
}

function place(holder: Value, part: PathPart, value: Value, path: Path, at: number): void {
  if (holder instanceof Map) {
    holder.set(part.name, value);
    return;
  }
  if (Array.isArray(holder) && part.position !== undefined) {
    if (part.position - holder.length > largestBackfill) {
      throw new PocketMongoError("BadValue", `can't backfill more than ${largestBackfill} elements`);
    }
    while (holder.length < part.position) holder.push(null);
    holder[part.position] = value;
    return;
  }
  const parent = path[at - 1]?.name ?? "";
  throw new PocketMongoError(
    "PathNotViable",
    `Cannot create field '${part.name}' in element {${parent}: ${show(holder)}} at '${pathText(path)}'`,
  );
}

function removeChild(holder: Value, part: PathPart): void {
  if (holder instanceof Map) holder.delete(part.name);
  // An array keeps its length: MongoDB leaves null where an element was unset.
  else if (Array.isArray(holder) && part.position !== undefined && part.position < holder.length) {
    holder[part.position] = null;
  }
}
