import type { Doc } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import type { Stream } from "../plan/stream.ts";
import { flag, optionalDoc, optionalWhole } from "./arguments.ts";
import type { Command } from "./command.ts";
import { explainCommand } from "./explain.ts";
import { sessionOf } from "./find.ts";
import { aggregateTarget, openPipeline } from "./pipeline.ts";
import { writeResults } from "./write-stages.ts";

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
  run: async (call) => {
    if (flag(call, "explain", false)) return explainCommand(call, "aggregate", call.body, "queryPlanner");
    const target = aggregateTarget(call);
    const cursor = optionalDoc(call, "cursor");
    if (cursor === undefined) {
      throw new PocketMongoError(
        "FailedToParse",
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    const { stream, rest, context } = openPipeline(call, target);
    const written = await writeResults(call, context, rest, stream);
    const results = written ? (function* (): Stream<Doc> {})() : stream;
    return call.cursors.first(`${call.database}.${target ?? "$cmd.aggregate"}`, results, call.turn, {
      batchSize: optionalWhole(call, "batchSize", cursor),
      single: false,
      deadlineMs: call.deadlineMs,
      session: sessionOf(call),
      keepsForever: false,
    });
  },
};
