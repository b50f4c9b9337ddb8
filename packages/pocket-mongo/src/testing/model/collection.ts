import { type ModelQuery, matches } from "./query.ts";
import { ModelRefusal } from "./refusal.ts";
import { compare, isModelDocument, type ModelDocument, type ModelValue } from "./value.ts";

export interface ModelIndex {
  readonly name: string;
  readonly keys: readonly (readonly [string, 1 | -1])[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial: ModelQuery | undefined;
}

/** A collection as a plain list, in the order of insertion. Slow and obvious. */
export class ModelCollection {
  readonly indexes: ModelIndex[] = [];
  documents: ModelDocument[] = [];

  /** Throws DuplicateKey when one of `next` has a unique key that another document of the collection has. */
  checkUnique(next: readonly ModelDocument[]): void {
    const indexes: ModelIndex[] = [idIndex, ...this.indexes.filter((one) => one.unique)];
    for (const index of indexes) {
      const seen = new Set<string>();
      for (const document of next) {
        for (const key of keysOf(document, index)) {
          if (seen.has(key)) throw new ModelRefusal("DuplicateKey");
          seen.add(key);
        }
      }
    }
  }

  insert(document: ModelDocument): void {
    this.checkUnique([...this.documents, document]);
    this.documents.push(document);
  }

  /** Puts `next` where the document with its _id stands. */
  replace(next: ModelDocument): void {
    const documents = this.documents.map((one) => (sameId(one, next) ? next : one));
    this.checkUnique(documents);
    this.documents = documents;
  }

  remove(gone: readonly ModelDocument[]): void {
    this.documents = this.documents.filter((one) => !gone.some((other) => sameId(one, other)));
  }

  find(query: ModelQuery): ModelDocument[] {
    return this.documents.filter((one) => matches(one, query));
  }
}

const idIndex: ModelIndex = {
  name: "_id_",
  keys: [["_id", 1]],
  unique: true,
  sparse: false,
  partial: undefined,
};

const sameId = (a: ModelDocument, b: ModelDocument): boolean => compare(a._id, b._id) === 0;

/** The distinct keys of a document in an index, written so that equal values are written alike. */
export function keysOf(document: ModelDocument, index: ModelIndex): ReadonlySet<string> {
  if (index.partial && !matches(document, index.partial)) return new Set();
  if (index.sparse && index.keys.every(([path]) => !matches(document, { [path]: { $exists: true } })))
    return new Set();
  let keys = [""];
  for (const [path] of index.keys) {
    const found = keyValues(document, path.split("."));
    // Of one sparse field, elements of an array that lack it are left out too.
    const values = index.sparse && index.keys.length === 1 ? found.filter((one) => one !== missing) : found;
    keys = keys.flatMap((key) =>
      values.map((value) => `${key}|${keyText(value === missing ? null : value)}`),
    );
  }
  return new Set(keys);
}

/** Nothing at the end of a path: null to an index, but for a sparse one. */
const missing = Symbol("missing");
type KeyValue = ModelValue | undefined | typeof missing;

/** What a path puts into an index or a sort: each element of an array on its own, undefined for an empty array. */
function keyValues(value: ModelValue | undefined, path: readonly string[]): KeyValue[] {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (!Array.isArray(value)) return [value === undefined ? missing : value];
    return value.length === 0 ? [undefined] : value;
  }
  if (isModelDocument(value)) return keyValues(value[name], rest);
  if (!Array.isArray(value) || value.length === 0) return [missing];
  return value.flatMap((one) => keyValues(isModelDocument(one) ? one : undefined, path));
}

function keyText(value: ModelValue | undefined): string {
  if (value === undefined) return "undefined";
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(keyText).join()}]`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (isModelDocument(value)) {
    return `{${Object.entries(value)
      .map(([name, one]) => `${JSON.stringify(name)}:${keyText(one)}`)
      .join()}}`;
  }
  // Numbers of any type that are equal have one text: String of an Int32, a Long and a Double of 5 is "5".
  return String(value);
}

export type ModelSort = readonly (readonly [string, 1 | -1])[];

/** By the smallest key of an ascending field and the largest of a descending one. */
export function sorted(documents: readonly ModelDocument[], sort: ModelSort): ModelDocument[] {
  // Not Array.sort: it puts undefined last, whatever the comparison says.
  const edge = (document: ModelDocument, path: string, direction: 1 | -1): ModelValue | undefined =>
    keyValues(document, path.split("."))
      .map((one) => (one === missing ? null : one))
      .reduce((best, one) => (direction * compare(one, best) < 0 ? one : best));
  return [...documents].sort((a, b) => {
    for (const [path, direction] of sort) {
      const order = direction * compare(edge(a, path, direction), edge(b, path, direction));
      if (order !== 0) return order;
    }
    return 0;
  });
}
