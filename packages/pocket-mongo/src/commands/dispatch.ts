import { wholeNumber } from "../bson/arithmetic.ts";
import { type Doc, isDoc, type Value } from "../bson/value.ts";
import { PocketMongoError } from "../errors.ts";
import { Turn } from "../plan/stream.ts";
import type { Pace, Store } from "../store/store.ts";
import type { Call, Command } from "./command.ts";
import type { Cursors } from "./cursors.ts";
import type { ServerStatus } from "./server-status.ts";
import { commands, refusedCommands } from "./table.ts";
import { errorReply } from "./write-errors.ts";

/** Fields any command may carry (MongoDB, generic_argument.idl). */
const genericArguments = new Set([
  "$db",
  "lsid",
  "$clusterTime",
  "$readPreference",
  "readConcern",
  "writeConcern",
  "maxTimeMS",
  "comment",
  "txnNumber",
  "autocommit",
  "startTransaction",
  "apiVersion",
  "apiStrict",
  "apiDeprecationErrors",
  "$audit",
  "$client",
  "$configServerState",
  "allowImplicitCollectionCreation",
  "$oplogQueryData",
  "$queryOptions",
  "$replData",
  "clientOperationKey",
  "databaseVersion",
  "help",
  "shardVersion",
  "tracking_info",
  "mayBypassWriteBlocking",
  "rawData",
  "maxTimeMSOpOnly",
]);

export type Site = {
  /** Another one after the data has been replaced. A command keeps the one it began with, which is then closed. */
  store: Store;
  /** True while the data is replaced: commands are refused, except those that only say who the server is. */
  replacing: boolean;
  readonly cursors: Cursors;
  readonly server: ServerStatus;
  readonly now: () => Date;
  /** Told of every command that has run, for the slow-command log. */
  readonly ran: (call: Call, tookMs: number, error: PocketMongoError | undefined) => void;
};

/** A handshake must succeed while the data is replaced, or drivers would take the server for gone. */
const answeredAlways: ReadonlySet<Command> = new Set([commands.hello, commands.ping, commands.buildInfo]);

/** Runs one command and always gives a reply; a failure nobody foresaw is code 1 with its own message. */
export async function dispatch(site: Site, body: Doc): Promise<Doc> {
  const [name] = body.keys();
  const began = performance.now();
  let call: Call | undefined;
  try {
    if (name === undefined) throw new PocketMongoError("CommandNotFound", "no such command: ''");
    const command = commandNamed(name);
    call = makeCall(site, name, body);
    checkArguments(call, command);
    if (site.replacing && !answeredAlways.has(command)) {
      throw new PocketMongoError("ShutdownInProgress", "the data is being replaced by a backup; try again");
    }
    site.server.count(name, body);
    const reply = await command.run(call);
    site.ran(call, performance.now() - began, undefined);
    return reply;
  } catch (thrown) {
    const error = thrown instanceof PocketMongoError ? thrown : unforeseen(thrown);
    site.server.figures.failures += 1;
    if (call) site.ran(call, performance.now() - began, error);
    return errorReply(error);
  }
}

function unforeseen(thrown: unknown): PocketMongoError {
  if (thrown instanceof RangeError && /call stack/i.test(thrown.message)) {
    return new PocketMongoError("Overflow", "the command is nested too deeply");
  }
  return new PocketMongoError("InternalError", thrown instanceof Error ? thrown.message : String(thrown));
}

function commandNamed(name: string): Command {
  if (Object.hasOwn(commands, name)) return commands[name as keyof typeof commands];
  if (Object.hasOwn(refusedCommands, name)) {
    const { error, message } = refusedCommands[name as keyof typeof refusedCommands];
    throw new PocketMongoError(error, message);
  }
  throw new PocketMongoError("CommandNotFound", `no such command: '${name}'`);
}

function makeCall(site: Site, name: string, body: Doc): Call {
  const database = body.get("$db");
  if (typeof database !== "string")
    throw new PocketMongoError(40571, "OP_MSG requests require a $db argument");
  return {
    name,
    database,
    body,
    store: site.store,
    pace: paceOf(body.get("writeConcern")),
    cursors: site.cursors,
    server: site.server,
    now: site.now(),
    turn: new Turn(),
    deadlineMs: deadlineOf(body.get("maxTimeMS")),
    noted: {},
  };
}

/** `j: false` says that the client does not wait for the disk; it may then wait a little longer, and nobody else for it. */
function paceOf(concern: Value | undefined): Pace {
  return isDoc(concern) && concern.get("j") === false && wholeNumber(concern.get("w")) === 1
    ? "patient"
    : "at-once";
}

function deadlineOf(given: Value | undefined): number | undefined {
  if (given === undefined || given === null) return undefined;
  const ms = wholeNumber(given);
  if (ms === undefined) throw new PocketMongoError("BadValue", "maxTimeMS must be a number");
  if (ms < 0 || ms > 2147483647)
    throw new PocketMongoError("BadValue", `${ms} value for maxTimeMS is out of range [0, 2147483647]`);
  return ms === 0 ? undefined : performance.now() + ms;
}

function checkArguments(call: Call, command: Command): void {
  for (const field of call.body.keys()) {
    if (field === call.name || genericArguments.has(field) || command.arguments.includes(field)) continue;
    throw new PocketMongoError(40415, `BSON field '${call.name}.${field}' is an unknown field.`);
  }
  if (call.body.has("txnNumber") || call.body.has("startTransaction") || call.body.has("autocommit")) {
    throw new PocketMongoError(
      "IllegalOperation",
      "Transaction numbers are only allowed on a replica set member or mongos",
    );
  }
  const version = call.body.get("apiVersion");
  if (version !== undefined && version !== "1") {
    throw new PocketMongoError("APIVersionError", 'API version must be "1"');
  }
  checkConcerns(call);
}

function checkConcerns(call: Call): void {
  const write = call.body.get("writeConcern");
  const w = isDoc(write) ? write.get("w") : undefined;
  if (typeof w === "string" && w !== "majority") {
    throw new PocketMongoError(
      "BadValue",
      `cannot use non-majority 'w' mode "${w}" when a host is not a member of a replica set`,
    );
  }
  if ((wholeNumber(w) ?? 0) > 1) {
    throw new PocketMongoError("BadValue", "cannot use 'w' > 1 when a host is not replicated");
  }
  const read = call.body.get("readConcern");
  const level = isDoc(read) ? read.get("level") : undefined;
  if (level === "linearizable" || level === "snapshot") {
    throw new PocketMongoError(
      "IllegalOperation",
      `cannot use ${level} read concern on a server that is not a replica set member`,
    );
  }
  if (level !== undefined && !["local", "available", "majority"].includes(level as string)) {
    throw new PocketMongoError(
      "FailedToParse",
      "readConcern.level must be either 'local', 'majority', 'available', 'linearizable' or 'snapshot'",
    );
  }
}
