import { wholeNumber } from "../bson/arithmetic.ts";
import { compare } from "../bson/compare.ts";
import { type Path, parsePath, visitPath } from "../bson/path.ts";
import { bsonUndefined, type Doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";

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

/** The values a document is sorted by: of an array the least going up and the greatest going down. */
export function sortKey(sort: Sort, document: Doc): Value[] {
  return sort.map(({ path, descending }) => {
    let best: Value | undefined;
    const consider = (value: Value): void => {
      const order = best === undefined ? -1 : compare(value, best);
      if (best === undefined || (descending ? order > 0 : order < 0)) best = value;
    };
    visitPath(document, path, false, (value) => {
      if (!Array.isArray(value)) consider(value ?? null);
      else if (value.length === 0) consider(bsonUndefined);
      else for (const element of value) consider(element);
      return false;
    });
    return best ?? null;
  });
}

export function compareSortKeys(sort: Sort, a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < sort.length; i += 1) {
    const order = compare(a[i] as Value, b[i] as Value);
    if (order !== 0) return sort[i]?.descending ? -order : order;
  }
  return 0;
}
