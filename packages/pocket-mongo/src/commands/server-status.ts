import { type Doc, doc, number, type Value } from "../bson/value.ts";
import type { Pages, StoreFigures } from "../store/store.ts";

/** The MongoDB release whose behaviour is followed; mongodb-memory-server and mongoose's tests read it. */
export const imitatedVersion = "8.2.6";
/** Wire version of MongoDB 7.0, the newest whose handshake asks nothing this server does not do. */
export const wireVersion = 21;

export type Figures = {
  connectionsCurrent: number;
  connectionsCreated: number;
  connectionsRefused: number;
  bytesIn: number;
  bytesOut: number;
  commands: number;
  failures: number;
  slow: number;
  cursorsOpen: number;
  expired: number;
};

type Opcounters = {
  insert: number;
  query: number;
  update: number;
  delete: number;
  getmore: number;
  command: number;
};

/** How MongoDB counts ("serverStatus", opcounters): writes by statement, the two reads of a cursor, and all the rest. */
const opcounterOf: ReadonlyMap<string, { name: keyof Opcounters; statements?: string }> = new Map([
  ["insert", { name: "insert", statements: "documents" }],
  ["update", { name: "update", statements: "updates" }],
  ["delete", { name: "delete", statements: "deletes" }],
  ["find", { name: "query" }],
  ["getMore", { name: "getmore" }],
]);

function longs(counts: Readonly<Record<string, number>>): Doc {
  return doc(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, BigInt(count)])));
}

/** Counters of one server, and the identity it shows to clients. */
export class ServerStatus {
  readonly startedAt: Date;
  readonly port: () => number;
  readonly processId: number;
  readonly figures: Figures = {
    connectionsCurrent: 0,
    connectionsCreated: 0,
    connectionsRefused: 0,
    bytesIn: 0,
    bytesOut: 0,
    commands: 0,
    failures: 0,
    slow: 0,
    cursorsOpen: 0,
    expired: 0,
  };
  readonly commandCounts = new Map<string, number>();
  readonly opcounters: Opcounters = { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 };
  private increment = 0;
  /** Called when a client asks the server to stop. */
  requestStop: () => void = () => undefined;
  /** Puts the data file of a directory beside the data in its place. */
  replaceData: (name: string) => Promise<void> = () =>
    Promise.reject(new Error("the server has not started"));
  /** Changes how often documents of TTL indexes are looked for, in milliseconds. */
  setExpirySweep: (everyMs: number) => void = () => undefined;

  constructor(startedAt: Date, processId: number, port: () => number) {
    this.startedAt = startedAt;
    this.processId = processId;
    this.port = port;
  }

  /** Tells apart the timestamps of one second. */
  readonly nextIncrement = (): number => {
    this.increment += 1;
    return this.increment;
  };

  count(command: string, body: Doc): void {
    this.figures.commands += 1;
    this.commandCounts.set(command, (this.commandCounts.get(command) ?? 0) + 1);
    const counted = opcounterOf.get(command) ?? { name: "command" };
    const statements = counted.statements === undefined ? undefined : body.get(counted.statements);
    this.opcounters[counted.name] += Array.isArray(statements) ? statements.length : 1;
  }

  /** The reply of serverStatus. */
  report(now: Date, store: StoreFigures, pages: Pages): Doc {
    const { figures } = this;
    const uptimeMs = now.getTime() - this.startedAt.getTime();
    const memory = process.memoryUsage();
    return doc({
      host: `127.0.0.1:${this.port()}`,
      version: imitatedVersion,
      process: "pocket-mongod",
      pid: BigInt(this.processId),
      uptime: number(Math.floor(uptimeMs / 1000)),
      uptimeMillis: BigInt(uptimeMs),
      localTime: now,
      connections: doc({
        current: figures.connectionsCurrent,
        totalCreated: figures.connectionsCreated,
        rejected: figures.connectionsRefused,
      }),
      network: doc({
        bytesIn: BigInt(figures.bytesIn),
        bytesOut: BigInt(figures.bytesOut),
        numRequests: BigInt(figures.commands),
      }),
      opcounters: longs(this.opcounters),
      metrics: doc({
        commands: new Map(
          [...this.commandCounts].map(([name, count]): [string, Value] => [name, longs({ total: count })]),
        ),
        cursor: doc({ open: doc({ total: figures.cursorsOpen }) }),
        ttl: doc({ deletedDocuments: figures.expired }),
        slowCommands: figures.slow,
        failedCommands: figures.failures,
        commits: store.commits,
        committedWrites: store.writes,
        failedCommits: store.failedCommits,
        commitMillis: number(Math.round(store.commitMs)),
        longestCommitMillis: number(Math.round(store.longestCommitMs)),
      }),
      mem: doc({
        bits: 64,
        resident: Math.floor(memory.rss / 1048576),
        heap: Math.floor(memory.heapUsed / 1048576),
      }),
      storageEngine: doc({ name: "lmdb", persistent: true, readOnly: false }),
      lmdb: doc({
        pageSize: pages.pageSize,
        pages: number(pages.lastPageNumber + 1),
        treeDepth: pages.treeDepth,
        readers: pages.numReaders,
      }),
      ok: 1,
    });
  }
}
