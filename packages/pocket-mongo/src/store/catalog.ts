import { toFloat } from "../bson/arithmetic.ts";
import { decode } from "../bson/decode.ts";
import { encode } from "../bson/encode.ts";
import { type Path, parsePath } from "../bson/path.ts";
import { type Binary, type Doc, doc, isNumber, number, type Value } from "../bson/value.ts";
import { matches } from "../match/evaluate.ts";
import { type Match, parseFilter } from "../match/parse.ts";
import { isTruthy } from "../match/tests.ts";

export type IndexField = { readonly path: Path; readonly name: string; readonly descending: boolean };

/** An index. `spec` is what listIndexes shows; the rest is read from it once. */
export type Index = {
  readonly id: number;
  readonly spec: Doc;
  readonly name: string;
  readonly fields: readonly IndexField[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly hidden: boolean;
  readonly partial: Match | undefined;
  readonly expireAfterSeconds: number | undefined;
  /** True once any document gave more than one key, or an array: bounds of two conditions can then not be joined. */
  readonly multikey: boolean;
  /** False while the index is being filled: writers keep it up, readers do not use it yet. */
  readonly ready: boolean;
};

export type Collection = {
  readonly id: number;
  readonly database: string;
  readonly name: string;
  readonly uuid: Binary;
  readonly options: Doc;
  readonly indexes: readonly Index[];
  readonly nextIndexId: number;
};

export type Tally = { documents: number; bytes: number; lastRecord: number };

export function namespaceOf(collection: Collection): string {
  return `${collection.database}.${collection.name}`;
}

export function isCovered(index: Index, document: Doc): boolean {
  return index.partial === undefined || matches(index.partial, document);
}

export function makeIndex(id: number, spec: Doc, multikey = false, ready = true): Index {
  const key = spec.get("key") as Doc;
  const filter = spec.get("partialFilterExpression");
  const ttl = spec.get("expireAfterSeconds");
  return {
    id,
    spec,
    name: spec.get("name") as string,
    fields: [...key].map(([name, direction]) => ({
      name,
      path: parsePath(name),
      descending: isNumber(direction) && toFloat(direction) < 0,
    })),
    unique: id === idIndexId || isTruthy(spec.get("unique")),
    sparse: isTruthy(spec.get("sparse")),
    hidden: isTruthy(spec.get("hidden")),
    partial: filter instanceof Map ? parseFilter(filter) : undefined,
    expireAfterSeconds: isNumber(ttl) ? toFloat(ttl) : undefined,
    multikey,
    ready,
  };
}

/** Index 0 would be the records in a removal key, so the `_id` index is number 1. */
export const idIndexId = 1;

export function idIndex(): Index {
  return makeIndex(idIndexId, doc({ v: 2, key: doc({ _id: 1 }), name: "_id_" }));
}

/** Readers hold a catalog that never changes; a writer makes the next one. */
export class Catalog {
  private readonly byNamespace: ReadonlyMap<string, Collection>;

  constructor(collections: Iterable<Collection>) {
    this.byNamespace = new Map([...collections].map((one) => [namespaceOf(one), one]));
  }

  get(database: string, name: string): Collection | undefined {
    return this.byNamespace.get(`${database}.${name}`);
  }

  all(): Iterable<Collection> {
    return this.byNamespace.values();
  }

  in(database: string): Collection[] {
    return [...this.byNamespace.values()].filter((one) => one.database === database);
  }

  with(collection: Collection): Catalog {
    const next = new Map(this.byNamespace);
    next.set(namespaceOf(collection), collection);
    return new Catalog(next.values());
  }

  without(collection: Collection): Catalog {
    const next = new Map(this.byNamespace);
    next.delete(namespaceOf(collection));
    return new Catalog(next.values());
  }
}

export function encodeCollection(collection: Collection): Buffer {
  return encode(
    doc({
      id: collection.id,
      database: collection.database,
      name: collection.name,
      uuid: collection.uuid,
      options: collection.options,
      nextIndexId: collection.nextIndexId,
      indexes: collection.indexes.map((index) =>
        doc({ id: index.id, spec: index.spec, multikey: index.multikey, ready: index.ready }),
      ),
    }),
  );
}

export function decodeCollection(bytes: Buffer): Collection {
  const fields = decode(bytes);
  return {
    id: fields.get("id") as number,
    database: fields.get("database") as string,
    name: fields.get("name") as string,
    uuid: fields.get("uuid") as Binary,
    options: fields.get("options") as Doc,
    nextIndexId: fields.get("nextIndexId") as number,
    indexes: (fields.get("indexes") as Doc[]).map((one) =>
      makeIndex(
        one.get("id") as number,
        one.get("spec") as Doc,
        one.get("multikey") as boolean,
        one.get("ready") as boolean,
      ),
    ),
  };
}

export function encodeTally(tally: Tally): Buffer {
  return encode(
    doc({
      documents: number(tally.documents),
      bytes: number(tally.bytes),
      lastRecord: number(tally.lastRecord),
    }),
  );
}

export function decodeTally(bytes: Buffer): Tally {
  const fields = decode(bytes);
  const read = (name: string): number => {
    const value: Value | undefined = fields.get(name);
    return isNumber(value) ? toFloat(value) : 0;
  };
  return { documents: read("documents"), bytes: read("bytes"), lastRecord: read("lastRecord") };
}
