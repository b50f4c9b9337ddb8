import type { Doc } from "../bson/value.ts";
import type { Turn } from "../plan/stream.ts";
import type { Pace, Store } from "../store/store.ts";
import type { Cursors } from "./cursors.ts";
import type { ServerStatus } from "./server-status.ts";

/** One run of one command. */
export type Call = {
  readonly name: string;
  readonly database: string;
  readonly body: Doc;
  readonly store: Store;
  /** Whether the client waits for its writes, from `writeConcern`. */
  readonly pace: Pace;
  readonly cursors: Cursors;
  readonly server: ServerStatus;
  readonly now: Date;
  readonly turn: Turn;
  /** Moment (performance.now) after which the command gives up, from `maxTimeMS`. */
  readonly deadlineMs: number | undefined;
  /** Filled by the command for the slow-command log. */
  readonly noted: { plan?: string };
};

/** `arguments` lists the fields the command knows; any other is refused with MongoDB's code 40415. */
export type Command = {
  readonly arguments: readonly string[];
  run(call: Call): Doc | Promise<Doc>;
};
