import { type Doc, doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { checkedDatabase, flag } from "./arguments.ts";
import type { Call, Command } from "./command.ts";

type Namespace = { readonly database: string; readonly collection: string };

function namespaceIn(call: Call, field: string): Namespace {
  const text: Value | undefined = call.body.get(field);
  if (typeof text !== "string") {
    throw new PocketMongoError(
      "TypeMismatch",
      `BSON field 'renameCollection.${field}' is the wrong type, expected type 'string'`,
    );
  }
  const dot = text.indexOf(".");
  const [database, collection] = [text.slice(0, dot), text.slice(dot + 1)];
  if (dot < 1 || collection === "" || collection.includes("$") || collection.startsWith("system.")) {
    throw new PocketMongoError("InvalidNamespace", `Invalid namespace specified '${text}'`);
  }
  return { database: checkedDatabase(database), collection };
}

/** One change of the catalog: the documents stay where they are, also between databases. */
export const renameCollection: Command = {
  arguments: ["to", "dropTarget", "stayTemp"],
  run: (call) => {
    if (call.database !== "admin") {
      throw new PocketMongoError(
        "Unauthorized",
        "renameCollection may only be run against the admin database.",
      );
    }
    const from = namespaceIn(call, "renameCollection");
    const to = namespaceIn(call, "to");
    const dropTarget = flag(call, "dropTarget", false);
    return call.store.write((view): Doc => {
      const source = view.catalog.get(from.database, from.collection);
      if (source === undefined) {
        throw new PocketMongoError(
          "NamespaceNotFound",
          `Source collection ${from.database}.${from.collection} does not exist`,
        );
      }
      const target = view.catalog.get(to.database, to.collection);
      if (target === source)
        throw new PocketMongoError("IllegalOperation", "Can't rename a collection to itself");
      if (target && !dropTarget) throw new PocketMongoError("NamespaceExists", "target namespace exists");
      if (target) view.dropCollection(target);
      view.renameCollection(source, to.database, to.collection);
      return doc({ ok: 1 });
    });
  },
};
