import { keyText } from "../bson/key.ts";
import { parsePath, visitPath } from "../bson/path.ts";
import { doc, number, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { type Found, pause, type Stream } from "../plan/stream.ts";
import {
  collectionName,
  hintOf,
  optionalCount,
  optionalDoc,
  optionalWhole,
  refuseCollation,
} from "./arguments.ts";
import type { Command } from "./command.ts";
import { drain } from "./cursors.ts";
import { filterOf, run } from "./find.ts";

export const count: Command = {
  arguments: ["query", "limit", "skip", "hint", "collation", "fields"],
  run: async (call) => {
    refuseCollation(call);
    const collection = collectionName(call);
    const filter = optionalDoc(call, "query");
    const limit = Math.abs(optionalWhole(call, "limit") ?? 0);
    const skip = optionalCount(call, "skip") ?? 0;
    if ((filter === undefined || filter.size === 0) && hintOf(call) === undefined) {
      const view = call.store.view();
      const known = view.catalog.get(call.database, collection);
      const all = Math.max(0, (known ? view.tally(known).documents : 0) - skip);
      return doc({ n: number(limit > 0 ? Math.min(limit, all) : all), ok: 1 });
    }
    const query = {
      collection,
      filter: filterOf(call, filter, undefined),
      sort: [],
      skip,
      limit,
      hint: hintOf(call),
      projection: undefined,
      variables: undefined,
    };
    let seen = 0;
    await drain(
      tallied(run(call, query, undefined, []), () => {
        seen += 1;
      }),
      call.turn,
      call.deadlineMs,
    );
    return doc({ n: number(seen), ok: 1 });
  },
};

/** Passes pauses on and tells of each item without keeping it. */
function* tallied<Item>(input: Stream<Item>, tell: (item: Item) => void): Stream<never> {
  for (const one of input) {
    if (one === pause) yield pause;
    else tell(one);
  }
}

export const distinct: Command = {
  arguments: ["key", "query", "collation", "hint"],
  run: async (call) => {
    refuseCollation(call);
    const key = call.body.get("key");
    if (typeof key !== "string") {
      throw new PocketMongoError(
        "TypeMismatch",
        "BSON field 'distinct.key' is the wrong type, expected type 'string'",
      );
    }
    const path = parsePath(key);
    const query = {
      collection: collectionName(call),
      filter: filterOf(call, optionalDoc(call, "query"), undefined),
      sort: [],
      skip: 0,
      limit: 0,
      hint: hintOf(call),
      projection: undefined,
      variables: undefined,
    };
    const values = new Map<string, Value>();
    const keep = (value: Value | undefined): false => {
      if (value === undefined) return false;
      // Of 1 and 1.0 the first stays.
      const key = keyText(value);
      if (!values.has(key)) values.set(key, value);
      return false;
    };
    const collect = ({ document }: Found): void => {
      visitPath(document, path, false, (value) => {
        if (Array.isArray(value)) for (const element of value) keep(element);
        else keep(value);
        return false;
      });
    };
    await drain(
      tallied(run(call, query, undefined, [path[0]?.name ?? ""]), collect),
      call.turn,
      call.deadlineMs,
    );
    return doc({ values: [...values.values()], ok: 1 });
  },
};
