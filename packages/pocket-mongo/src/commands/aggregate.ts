import { PocketMongoError } from "../errors.ts";
import { flag, optionalDoc, optionalWhole } from "./arguments.ts";
import type { Command } from "./command.ts";
import { explainCommand } from "./explain.ts";
import { sessionOf } from "./find.ts";
import { aggregateTarget, openPipeline } from "./pipeline.ts";

export const aggregate: Command = {
  arguments: [
    "pipeline",
    "cursor",
    "explain",
    "allowDiskUse",
    "bypassDocumentValidation",
    "hint",
    "let",
    "collation",
  ],
  run: (call) => {
    if (flag(call, "explain", false)) return explainCommand(call, "aggregate", call.body, "queryPlanner");
    const target = aggregateTarget(call);
    const cursor = optionalDoc(call, "cursor");
    if (cursor === undefined) {
      throw new PocketMongoError(
        "FailedToParse",
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    const { stream } = openPipeline(call, target);
    return call.cursors.first(`${call.database}.${target ?? "$cmd.aggregate"}`, stream, call.turn, {
      batchSize: optionalWhole(call, "batchSize", cursor),
      single: false,
      deadlineMs: call.deadlineMs,
      session: sessionOf(call),
      keepsForever: false,
    });
  },
};
