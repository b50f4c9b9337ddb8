import { mkdirSync, statfsSync } from "node:fs";
import { type Database, open } from "lmdb";
import { GatewayError } from "../errors.ts";
import { lockDirectory } from "./directory-lock.ts";
import {
  type Change,
  type Entry,
  type Key,
  type Range,
  TABLE_NAMES,
  type TableName,
  type Tables,
} from "./tables.ts";

/** lmdb hands the cause of a failed commit over as a promise that rejects. */
async function causeOf(error: unknown): Promise<unknown> {
  const commitError = error instanceof Error && "commitError" in error ? error.commitError : undefined;
  try {
    await commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}

interface PageCounts {
  pageSize: number;
  treeBranchPageCount: number;
  treeLeafPageCount: number;
  overflowPages: number;
  entryCount: number;
}

function isPageCounts(stats: object): stats is PageCounts {
  return "pageSize" in stats && "treeLeafPageCount" in stats && "entryCount" in stats;
}

/**
 * Opens or makes the store of a directory and locks it for this process.
 * @throws GatewayError "store-locked"
 */
export function openLmdbTables(directory: string): Tables {
  mkdirSync(directory, { recursive: true });
  const lock = lockDirectory(directory);
  try {
    // Without `overlappingSync` a commit's promise means that its data is on disk. With `eventTurnBatching` a failed
    // commit also rejects a promise that nobody can catch; `batch` below groups the writes instead.
    const root = open<unknown, Key>({
      path: directory,
      maxDbs: TABLE_NAMES.length,
      encoding: "msgpack",
      overlappingSync: false,
      eventTurnBatching: false,
    });
    const databases = new Map(TABLE_NAMES.map((name) => [name, root.openDB<unknown, Key>({ name })]));
    return tablesOver(root, databases, directory, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function tablesOver(
  root: Database<unknown, Key>,
  databases: ReadonlyMap<TableName, Database<unknown, Key>>,
  directory: string,
  lock: { release(): void },
): Tables {
  const database = (table: TableName): Database<unknown, Key> => {
    const found = databases.get(table);
    if (found === undefined) throw new GatewayError("store-corrupt", `no table ${table}`);
    return found;
  };
  return {
    get: (table, key) => database(table).get(key),
    entries: (table, { from, to, limit }: Range = {}) =>
      database(table)
        .getRange({
          ...(from === undefined ? {} : { start: from }),
          ...(to === undefined ? {} : { end: to }),
          ...(limit === undefined ? {} : { limit }),
        })
        .map(({ key, value }): Entry => ({ key, value })),
    lastKey: (table, upTo) =>
      [
        ...database(table).getKeys({
          reverse: true,
          limit: 1,
          ...(upTo === undefined ? {} : { start: upTo }),
        }),
      ][0],
    async write(changes: readonly Change[]) {
      const puts: Promise<boolean>[] = [];
      const batch = root.batch(() => {
        for (const { table, key, value } of changes)
          puts.push(value === undefined ? database(table).remove(key) : database(table).put(key, value));
      });
      const outcomes = await Promise.allSettled([batch, ...puts]);
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed === undefined) return;
      const cause = await causeOf(failed.reason);
      throw new GatewayError("store-unavailable", cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    },
    size(table) {
      const stats = database(table).getStats();
      if (!isPageCounts(stats)) return { bytes: 0, count: 0 };
      const pages = stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
      return { bytes: pages * stats.pageSize, count: stats.entryCount };
    },
    freeBytes() {
      const { bavail, bsize } = statfsSync(directory);
      return bavail * bsize;
    },
    async close() {
      await root.close();
      lock.release();
    },
  };
}
