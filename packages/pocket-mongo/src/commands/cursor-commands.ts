import { doc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { collectionName, optionalCount } from "./arguments.ts";
import type { Command } from "./command.ts";

export const getMore: Command = {
  arguments: ["collection", "batchSize", "term", "lastKnownCommittedOpTime"],
  run: (call) => {
    const id = call.body.get("getMore");
    if (typeof id !== "bigint") {
      throw new PocketMongoError(
        "TypeMismatch",
        "BSON field 'getMore.getMore' is the wrong type, expected type 'long'",
      );
    }
    const name = call.body.get("collection");
    if (typeof name !== "string")
      throw new PocketMongoError(
        "TypeMismatch",
        "BSON field 'getMore.collection' is the wrong type, expected type 'string'",
      );
    return call.cursors.next(
      id,
      `${call.database}.${name}`,
      optionalCount(call, "batchSize"),
      call.deadlineMs,
    );
  },
};

export const killCursors: Command = {
  arguments: ["cursors"],
  run: (call) => {
    const ids = call.body.get("cursors");
    if (!Array.isArray(ids))
      throw new PocketMongoError(
        "TypeMismatch",
        "BSON field 'killCursors.cursors' is the wrong type, expected type 'array'",
      );
    const namespace = `${call.database}.${collectionName(call)}`;
    const killed: Value[] = [];
    const unknown: Value[] = [];
    for (const id of ids)
      (typeof id === "bigint" && call.cursors.kill(id, namespace) ? killed : unknown).push(id);
    return doc({
      cursorsKilled: killed,
      cursorsNotFound: unknown,
      cursorsAlive: [],
      cursorsUnknown: [],
      ok: 1,
    });
  },
};
