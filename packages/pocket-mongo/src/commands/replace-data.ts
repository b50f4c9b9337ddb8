import { doc } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { isStagingName } from "../store/restore.ts";
import type { Command } from "./command.ts";

/**
 * Not one of MongoDB's: the running server goes over to a data file that was copied and checked in a directory beside its
 * own. Everyone else's commands end with ShutdownInProgress, which drivers count among the errors to retry.
 */
export const pocketReplaceData: Command = {
  arguments: [],
  run: async (call) => {
    if (call.database !== "admin") {
      throw new PocketMongoError(
        "Unauthorized",
        "pocketReplaceData may only be run against the admin database.",
      );
    }
    const name = call.body.get("pocketReplaceData");
    if (typeof name !== "string" || !isStagingName(name)) {
      throw new PocketMongoError("BadValue", "pocketReplaceData takes the name of a staging directory");
    }
    await call.server.replaceData(name);
    return doc({ ok: 1 });
  },
};
