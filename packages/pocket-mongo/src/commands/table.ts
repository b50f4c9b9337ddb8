import { aggregate } from "./aggregate.ts";
import {
  collStats,
  create,
  dbStats,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
} from "./collections.ts";
import type { Command } from "./command.ts";
import { count, distinct } from "./count.ts";
import { getMore, killCursors } from "./cursor-commands.ts";
import { deleteCommand } from "./delete.ts";
import { explain } from "./explain.ts";
import { find } from "./find.ts";
import { findAndModify } from "./find-and-modify.ts";
import {
  buildInfo,
  connectionStatus,
  endSessions,
  getParameter,
  hello,
  ping,
  serverStatus,
  setParameter,
  shutdown,
} from "./handshake.ts";
import { collMod, createIndexes, dropIndexes, listIndexes } from "./indexes.ts";
import { insert } from "./insert.ts";
import { renameCollection } from "./rename-collection.ts";
import { pocketReplaceData } from "./replace-data.ts";
import { update } from "./update.ts";
import { validate } from "./validate.ts";

/** Every command this server runs, under every name a client may use. */
export const commands = {
  hello,
  ismaster: hello,
  isMaster: hello,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  serverStatus,
  getParameter,
  connectionStatus,
  endSessions,
  killSessions: endSessions,
  refreshSessions: ping,
  insert,
  find,
  getMore,
  killCursors,
  update,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
  count,
  distinct,
  aggregate,
  create,
  drop,
  dropDatabase,
  renameCollection,
  createIndexes,
  listIndexes,
  dropIndexes,
  listCollections,
  listDatabases,
  collMod,
  explain,
  validate,
  setParameter,
  shutdown,
  pocketReplaceData,
  collStats,
  dbStats,
  dbstats: dbStats,
} as const satisfies Record<string, Command>;

/** Commands that only make sense on a replica set or inside a transaction; a standalone MongoDB answers so too. */
export const refusedCommands = {
  abortTransaction: {
    error: "IllegalOperation",
    message: "Transaction numbers are only allowed on a replica set member or mongos",
  },
  commitTransaction: {
    error: "IllegalOperation",
    message: "Transaction numbers are only allowed on a replica set member or mongos",
  },
  bulkWrite: { error: "CommandNotFound", message: "no such command: 'bulkWrite'" },
  mapReduce: { error: "CommandNotFound", message: "no such command: 'mapReduce'" },
  eval: { error: "CommandNotFound", message: "no such command: 'eval'" },
} as const;
