import { type Doc, doc, number } from "../bson/value.ts";
import type { StoreFigures } from "../store/store.ts";

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

  count(command: string): void {
    this.figures.commands += 1;
    this.commandCounts.set(command, (this.commandCounts.get(command) ?? 0) + 1);
  }

  /** The reply of serverStatus. */
  report(now: Date, store: StoreFigures): Doc {
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
      opcounters: doc(
        Object.fromEntries([...this.commandCounts].map(([name, count]) => [name, BigInt(count)])),
      ),
      metrics: doc({
        cursor: doc({ open: doc({ total: figures.cursorsOpen }) }),
        ttl: doc({ deletedDocuments: figures.expired }),
        slowCommands: figures.slow,
        failedCommands: figures.failures,
        commits: store.commits,
        committedWrites: store.writes,
        failedCommits: store.failedCommits,
      }),
      mem: doc({
        bits: 64,
        resident: Math.floor(memory.rss / 1048576),
        heap: Math.floor(memory.heapUsed / 1048576),
      }),
      storageEngine: doc({ name: "lmdb", persistent: true, readOnly: false }),
      ok: 1,
    });
  }
}
