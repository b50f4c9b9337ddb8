import { doc, number } from "../bson/value.ts";
import { verifyCollection } from "../store/verify.ts";
import { collectionName, existing } from "./arguments.ts";
import type { Command } from "./command.ts";

/** Compares every index with the documents. It reads the whole collection at once, so other clients wait meanwhile. */
export const validate: Command = {
  arguments: ["full", "repair", "checkBSONConformance", "metadata", "background"],
  run: (call) => {
    const view = call.store.view();
    const collection = existing(view, call.database, collectionName(call));
    const errors = verifyCollection(view, collection);
    return doc({
      ns: `${call.database}.${collection.name}`,
      valid: errors.length === 0,
      errors,
      nrecords: number(view.tally(collection).documents),
      nIndexes: collection.indexes.length,
      ok: 1,
    });
  },
};
