import { wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { type Path, parsePath } from "../bson/path.ts";
import type { Doc, Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { eachKey } from "../store/index-keys.ts";

export type SortField = { readonly name: string; readonly path: Path; readonly descending: boolean };
export type Sort = readonly SortField[];

const mostSortFields = 32;

export function parseSort(spec: Doc): Sort {
  if (spec.size > mostSortFields) throw new PocketMongoError(13103, "too many compound keys");
  return [...spec].map(([name, direction]) => {
    if (direction instanceof Map) {
      throw new PocketMongoError("NotImplemented", "sorting by $meta is not supported by this server");
    }
    const way = wholeNumber(direction);
    if (name === "") throw new PocketMongoError(40352, "FieldPath cannot be constructed with empty string");
    if (name.startsWith("$"))
      throw new PocketMongoError(16410, "FieldPath field names may not start with '$'.");
    if (way !== 1 && way !== -1)
      throw new PocketMongoError(
        15975,
        "$sort key ordering must be 1 (for ascending) or -1 (for descending)",
      );
    return { name, path: parsePath(name), descending: way < 0 };
  });
}

/** The key a document is sorted by: of those an index would have of it, the one that comes first in this order. */
export function sortKey(sort: Sort, document: Doc): Value[] {
  let best: Value[] = [];
  try {
    eachKey(
      sort.map((field) => field.path),
      document,
      (values) => {
        const key = values.map((value) => value ?? null);
        if (best.length === 0 || compareSortKeys(sort, key, best) < 0) best = key;
      },
    );
  } catch (error) {
    if (!(error instanceof PocketMongoError && error.codeName === "CannotIndexParallelArrays")) throw error;
    throw new PocketMongoError("BadValue", "cannot sort with keys that are parallel arrays");
  }
  return best;
}

export function compareSortKeys(sort: Sort, a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < sort.length; i += 1) {
    const order = compare(a[i] as Value, b[i] as Value);
    if (order !== 0) return sort[i]?.descending ? -order : order;
  }
  return 0;
}
