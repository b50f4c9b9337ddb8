import { compare } from "../bson/compare.ts";
import { type Doc, doc, isDoc, number, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { matches } from "../match/evaluate.ts";
import { isTruthy } from "../match/tests.ts";
import type { Collection } from "../store/catalog.ts";
import { checkedDatabase, collectionName, flag, optionalDoc, refuseCollation } from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { filterOf, sessionOf } from "./find.ts";
import { newUuid } from "./stored-document.ts";

/** Kinds of collection MongoDB has and this server refuses. */
export const refusedCollectionOptions = [
  "capped",
  "size",
  "max",
  "timeseries",
  "expireAfterSeconds",
  "clusteredIndex",
  "changeStreamPreAndPostImages",
  "validator",
  "validationLevel",
  "validationAction",
  "viewOn",
  "pipeline",
  "encryptedFields",
] as const;

export const create: Command = {
  arguments: [
    ...refusedCollectionOptions,
    "storageEngine",
    "indexOptionDefaults",
    "collation",
    "autoIndexId",
    "idIndex",
    "flags",
    "temp",
  ],
  run: (call) => {
    checkedDatabase(call.database);
    const name = collectionName(call);
    refuseCollation(call);
    for (const option of refusedCollectionOptions) {
      if (isTruthy(call.body.get(option))) {
        throw new PocketMongoError(
          "NotImplemented",
          `create with '${option}' is not supported by this server`,
        );
      }
    }
    return call.store.write((view) => {
      // Creating a collection again with the same options succeeds, as in MongoDB since 7.0.
      if (view.catalog.get(call.database, name) === undefined) {
        view.createCollection(call.database, name, new Map(), newUuid());
      }
      return doc({ ok: 1 });
    });
  },
};

export const drop: Command = {
  arguments: [],
  run: (call) => {
    const name = collectionName(call);
    return call.store.write((view) => {
      const known = view.catalog.get(call.database, name);
      // Since MongoDB 7.0 dropping what is not there succeeds.
      if (known === undefined) return doc({ ok: 1 });
      view.dropCollection(known);
      return doc({ nIndexesWas: known.indexes.length, ns: `${call.database}.${name}`, ok: 1 });
    });
  },
};

export const dropDatabase: Command = {
  arguments: [],
  run: (call) => {
    checkedDatabase(call.database);
    return call.store.write((view) => {
      const known = view.catalog.in(call.database);
      for (const collection of known) view.dropCollection(collection);
      return known.length === 0 ? doc({ ok: 1 }) : doc({ dropped: call.database, ok: 1 });
    });
  },
};

export const listCollections: Command = {
  arguments: ["filter", "cursor", "nameOnly", "authorizedCollections"],
  run: (call) => {
    const nameOnly = flag(call, "nameOnly", false);
    const filter = filterOf(call, optionalDoc(call, "filter"), undefined);
    const rows = call.store
      .view()
      .catalog.in(call.database)
      .sort((a, b) => compare(a.name, b.name))
      .map((collection) => describe(collection, nameOnly))
      .filter((row) => matches(filter, row));
    return firstBatch(call, `${call.database}.$cmd.listCollections`, rows);
  },
};

function describe(collection: Collection, nameOnly: boolean): Doc {
  if (nameOnly) return doc({ name: collection.name, type: "collection" });
  return doc({
    name: collection.name,
    type: "collection",
    options: collection.options,
    info: doc({ readOnly: false, uuid: collection.uuid }),
    idIndex: collection.indexes[0]?.spec,
  });
}

/** A list that is known at once, given as a cursor. */
export function firstBatch(call: Call, namespace: string, rows: readonly Doc[]): Promise<Doc> {
  const cursor = call.body.get("cursor");
  const batchSize = isDoc(cursor) ? cursor.get("batchSize") : undefined;
  return call.cursors.first(
    namespace,
    (function* () {
      yield* rows;
    })(),
    call.turn,
    {
      batchSize: typeof batchSize === "number" ? batchSize : undefined,
      single: false,
      deadlineMs: call.deadlineMs,
      session: sessionOf(call),
      keepsForever: false,
    },
  );
}

export const listDatabases: Command = {
  arguments: ["filter", "nameOnly", "authorizedDatabases"],
  run: (call) => {
    if (call.database !== "admin") {
      throw new PocketMongoError("Unauthorized", "listDatabases may only be run against the admin database.");
    }
    const filter = filterOf(call, optionalDoc(call, "filter"), undefined);
    const nameOnly = flag(call, "nameOnly", false);
    const view = call.store.view();
    const sizes = new Map<string, number>();
    for (const collection of view.catalog.all()) {
      sizes.set(collection.database, (sizes.get(collection.database) ?? 0) + view.tally(collection).bytes);
    }
    const rows: Value[] = [];
    let total = 0;
    for (const [name, bytes] of [...sizes].sort((a, b) => compare(a[0], b[0]))) {
      const row = doc({ name, sizeOnDisk: BigInt(bytes), empty: bytes === 0 });
      if (!matches(filter, row)) continue;
      total += bytes;
      rows.push(nameOnly ? doc({ name }) : row);
    }
    return nameOnly
      ? doc({ databases: rows, ok: 1 })
      : doc({
          databases: rows,
          totalSize: BigInt(total),
          totalSizeMb: BigInt(Math.floor(total / 1048576)),
          ok: 1,
        });
  },
};

export const collStats: Command = {
  arguments: ["scale"],
  run: (call) => {
    const name = collectionName(call);
    const view = call.store.view();
    const collection = view.catalog.get(call.database, name);
    const { documents, bytes } = collection ? view.tally(collection) : { documents: 0, bytes: 0 };
    return doc({
      ns: `${call.database}.${name}`,
      size: number(bytes),
      count: number(documents),
      avgObjSize: number(documents > 0 ? Math.floor(bytes / documents) : 0),
      storageSize: number(bytes),
      nindexes: collection?.indexes.length ?? 0,
      ok: 1,
    });
  },
};

export const dbStats: Command = {
  arguments: ["scale", "freeStorage"],
  run: (call) => {
    const view = call.store.view();
    const known = view.catalog.in(call.database);
    const documents = known.reduce((sum, one) => sum + view.tally(one).documents, 0);
    const bytes = known.reduce((sum, one) => sum + view.tally(one).bytes, 0);
    return doc({
      db: call.database,
      collections: BigInt(known.length),
      views: 0n,
      objects: BigInt(documents),
      dataSize: number(bytes),
      indexes: BigInt(known.reduce((sum, one) => sum + one.indexes.length, 0)),
      ok: 1,
    });
  },
};
