import { doc, number } from "../bson/value.ts";
import { verifyCollection } from "../store/verify.ts";
import { collectionName, existing } from "./arguments.ts";
import type { Command } from "./command.ts";
import { rest } from "./cursors.ts";

/** Compares every index with the documents of one moment, and lets other clients work meanwhile. */
export const validate: Command = {
  arguments: ["full", "repair", "checkBSONConformance", "metadata", "background"],
  run: async (call) => {
    const collection = existing(call.store.view(), call.database, collectionName(call));
    const held = call.store.hold();
    const rows = verifyCollection(held.view, collection);
    try {
      let step = rows.next();
      while (!step.done) {
        if (call.turn.over) {
          await rest(call.turn, call.deadlineMs);
          held.refuseWhenClosed();
        }
        step = rows.next();
      }
      return doc({
        ns: `${call.database}.${collection.name}`,
        valid: step.value.length === 0,
        errors: step.value,
        nrecords: number(held.view.tally(collection).documents),
        nIndexes: collection.indexes.length,
        ok: 1,
      });
    } finally {
      rows.return([]);
      held.release();
    }
  },
};
