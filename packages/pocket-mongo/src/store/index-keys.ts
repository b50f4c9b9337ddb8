import { KeyWriter } from "../bson/key.ts";
import type { Path, PathPart } from "../bson/path.ts";
import { bsonUndefined, type Doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type Index, isCovered } from "./catalog.ts";
import { entryPrefixBytes, longestKeyBytes, recordBytes } from "./layout.ts";

/** One key of a document in an index, with the values it was made of for the message of a duplicate. */
export type IndexKey = { readonly bytes: Buffer; readonly values: readonly Value[] };
export type IndexKeys = { readonly keys: readonly IndexKey[]; readonly multikey: boolean };

/** A field on its way through the document. A leaf is finished, even where it is an array inside an array. */
type Slot = { value: Value | undefined; rest: Path; leaf: boolean };

const writer = new KeyWriter();
const none: IndexKeys = { keys: [], multikey: false };
const longestFieldBytes = longestKeyBytes - entryPrefixBytes - recordBytes;

/**
 * The keys a document has in an index: none when it is sparse or partial and the document is outside, several when an
 * array lies on a path. Two arrays side by side are refused with code 171, a key too long for LMDB with 17280.
 */
export function indexKeys(index: Index, document: Doc): IndexKeys {
  if (!isCovered(index, document)) return none;
  const keys: IndexKey[] = [];
  const paths = index.fields.map((field) => field.path);
  const expanded = eachKey(paths, document, (values) => {
    if (index.sparse && values.every((value) => value === undefined)) return;
    const present = values.map((value) => value ?? null);
    for (let i = 0; i < present.length; i += 1)
      writer.field(present[i] as Value, index.fields[i]?.descending === true);
    const bytes = writer.take();
    if (bytes.length > longestFieldBytes) {
      throw new PocketMongoError(
        "KeyTooLong",
        `Index key too large to index, failing ${index.name} ${bytes.length} bytes; this server indexes up to ${longestFieldBytes}`,
      );
    }
    keys.push({ bytes, values: present });
  });
  return { keys: keys.length > 1 ? distinct(keys) : keys, multikey: expanded };
}

function distinct(keys: readonly IndexKey[]): IndexKey[] {
  return [...new Map(keys.map((key) => [key.bytes.toString("latin1"), key])).values()];
}

/**
 * Calls `emit` with each combination of values that a document has at the paths, and tells whether an array made several.
 * Sorting goes by the same keys as an index. Two arrays side by side are refused with code 171.
 */
export function eachKey(
  paths: readonly Path[],
  document: Doc,
  emit: (values: readonly (Value | undefined)[]) => void,
): boolean {
  const values = plainValues(paths, document);
  if (values !== undefined) {
    emit(values);
    return false;
  }
  return expand(
    paths.map((path): Slot => ({ value: document, rest: path, leaf: false })),
    emit,
  );
}

/** The values where no array lies on any path, as in nearly every document; undefined where one does. */
function plainValues(paths: readonly Path[], document: Doc): (Value | undefined)[] | undefined {
  const values: (Value | undefined)[] = [];
  for (const path of paths) {
    let value: Value | undefined = document;
    for (const { name } of path) {
      if (Array.isArray(value)) return undefined;
      value = value instanceof Map ? value.get(name) : undefined;
      if (value === undefined) break;
    }
    if (Array.isArray(value)) return undefined;
    values.push(value);
  }
  return values;
}

function expand(slots: readonly Slot[], emit: (values: readonly (Value | undefined)[]) => void): boolean {
  const walked = slots.map(walk);
  const atArray = walked.filter((slot) => !slot.leaf && Array.isArray(slot.value));
  const array = atArray[0]?.value;
  if (!Array.isArray(array)) {
    emit(walked.map((slot) => slot.value));
    return false;
  }
  if (atArray.some((slot) => slot.value !== array)) {
    throw new PocketMongoError("CannotIndexParallelArrays", "cannot index parallel arrays");
  }
  const enter = (slot: Slot, element: Value | undefined): Slot => {
    if (slot.leaf || slot.value !== array) return slot;
    if (slot.rest.length === 0)
      return { value: element === undefined ? bsonUndefined : element, rest: [], leaf: true };
    return {
      value: element instanceof Map ? element : undefined,
      rest: slot.rest,
      leaf: !(element instanceof Map),
    };
  };
  const elements: readonly (Value | undefined)[] = array.length === 0 ? [undefined] : array;
  for (const element of elements)
    expand(
      walked.map((slot) => enter(slot, element)),
      emit,
    );
  return true;
}

/** Follows a path until its end, a missing field, or an array that must be expanded. */
function walk(slot: Slot): Slot {
  if (slot.leaf) return slot;
  let value = slot.value;
  let at = 0;
  for (; at < slot.rest.length; at += 1) {
    const part = slot.rest[at] as PathPart;
    if (value instanceof Map) value = value.get(part.name);
    else if (Array.isArray(value) && part.position !== undefined && !hasFieldNamed(value, part.name)) {
      value = value[part.position];
    } else if (Array.isArray(value)) return { value, rest: slot.rest.slice(at), leaf: false };
    else value = undefined;
    if (value === undefined) return { value: undefined, rest: [], leaf: true };
  }
  return Array.isArray(value) ? { value, rest: [], leaf: false } : { value, rest: [], leaf: true };
}

function hasFieldNamed(elements: readonly Value[], name: string): boolean {
  return elements.some((element) => element instanceof Map && element.has(name));
}
