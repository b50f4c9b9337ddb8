import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { type CursorLimits, Cursors } from "./commands/cursors.ts";
import { dispatch, type Site } from "./commands/dispatch.ts";
import { ServerStatus } from "./commands/server-status.ts";
import { replaceData, settlingMs } from "./replace-data.ts";
import { removeExpired } from "./store/expiry.ts";
import { Store } from "./store/store.ts";
import { type Connection, serveConnection } from "./wire/connection.ts";

export type SlowCommand = {
  readonly command: string;
  readonly database: string;
  readonly tookMs: number;
  readonly plan: string | undefined;
  readonly error: string | undefined;
};

export type ServerOptions = {
  /** Directory of the data; made if missing, locked while the server runs. */
  readonly dbPath: string;
  /** TCP port on the loopback address; 0 lets the system choose. Default 0. */
  readonly port?: number;
  /** Connections at once; the next is closed at once. Range 1..65536, default 512: one API process pools 100. */
  readonly mostConnections?: number;
  /** Commands at least this long are reported. Range 0..3600000, default 100, MongoDB's slowms. */
  readonly slowCommandMs?: number;
  readonly onSlowCommand?: (slow: SlowCommand) => void;
  readonly cursors?: Partial<CursorLimits>;
  /** How often documents of TTL indexes are looked for. Range 100..3600000, default 60000, MongoDB's ttlMonitorSleepSecs. */
  readonly expirySweepMs?: number;
  /** Told when a client sends `shutdown`; the server has not stopped yet. */
  readonly onShutdown?: () => void;
  /** How long commands are refused after a backup has replaced the data. Range 0..60000, default 2000 (see settlingMs). */
  readonly settlingMs?: number;
  readonly now?: () => Date;
};

export type RunningServer = {
  readonly port: number;
  /** Connection string for a MongoDB driver. */
  readonly uri: string;
  readonly store: Store;
  /** Lets running commands finish, for a second at most, closes connections and files, and gives the directory free. */
  close(): Promise<void>;
};

const loopback = "127.0.0.1";
const sweepMs = 30_000;
/** What runs when the server stops has so long to end; a read that takes longer ends with code 91, a write is whole either way. */
const graceMs = 1000;

/** Starts a server in this process. Fails with DBPathInUse when the directory is locked, or as `listen` fails. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const now = options.now ?? (() => new Date());
  const store = Store.open(options.dbPath);
  const listener = createServer();
  const status = new ServerStatus(now(), process.pid, () => portOf(listener));
  const cursors = new Cursors(
    { mostCursors: 1000, cursorIdleMs: 600_000, ...options.cursors },
    firstCursorId(),
  );
  const site: Site = {
    store,
    replacing: false,
    cursors,
    server: status,
    now,
    ran: (call, tookMs, error) => {
      if (tookMs < (options.slowCommandMs ?? 100)) return;
      status.figures.slow += 1;
      options.onSlowCommand?.({
        command: call.name,
        database: call.database,
        tookMs: Math.round(tookMs),
        plan: call.noted.plan,
        error: error?.codeName,
      });
    },
  };
  status.requestStop = () => setImmediate(() => options.onShutdown?.());
  const connections = acceptConnections(listener, site, options.mostConnections ?? 512);
  try {
    await listen(listener, options.port ?? 0);
  } catch (error) {
    await store.close();
    throw error;
  }
  const sweep = setInterval(() => cursors.closeIdle(performance.now()), sweepMs);
  sweep.unref();
  const expiry = expireRegularly(() => site.store, status, now, options.expirySweepMs ?? 60_000);
  const port = portOf(listener);
  store.announce(port);
  status.replaceData = (name) =>
    replaceData(
      site,
      name,
      () => {
        for (const connection of connections) void connection.close(graceMs);
      },
      (done) => setTimeout(done, options.settlingMs ?? settlingMs).unref(),
    );
  return {
    port,
    uri: `mongodb://${loopback}:${port}/`,
    get store() {
      return site.store;
    },
    close: async () => {
      clearInterval(sweep);
      const expirySettled = expiry.stop();
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      await Promise.all([...connections].map((one) => one.close(graceMs)));
      await closed;
      cursors.closeAll();
      await site.store.close();
      await expirySettled;
    },
  };
}

/** Runs one sweep after another, never two at once. A sweep that fails is tried again at the next turn. */
function expireRegularly(
  store: () => Store,
  status: ServerStatus,
  now: () => Date,
  everyMs: number,
): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  const sweep = async (): Promise<void> => {
    try {
      status.figures.expired += await removeExpired(store(), now());
    } catch {
      status.figures.failures += 1;
    }
    running = undefined;
  };
  const begin = (ms: number): NodeJS.Timeout =>
    setInterval(() => {
      running ??= sweep();
    }, ms).unref();
  let timer = begin(everyMs);
  status.setExpirySweep = (ms) => {
    clearInterval(timer);
    timer = begin(ms);
  };
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/** Cursor numbers do not begin at the same place twice, so that an old one is not taken for a new one's. */
function firstCursorId(): bigint {
  return BigInt(randomBytes(6).readUIntBE(0, 6)) << 8n;
}

function portOf(listener: Server): number {
  const address = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function listen(listener: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, loopback, () => {
      listener.off("error", reject);
      resolve();
    });
  });
}

function acceptConnections(listener: Server, site: Site, most: number): ReadonlySet<Connection> {
  const connections = new Set<Connection>();
  const { figures } = site.server;
  listener.on("connection", (socket: Socket) => {
    if (connections.size >= most) {
      figures.connectionsRefused += 1;
      socket.destroy();
      return;
    }
    figures.connectionsCreated += 1;
    figures.connectionsCurrent += 1;
    const connection = serveConnection(socket, {
      run: (body) => dispatch(site, body),
      received: (bytes) => {
        figures.bytesIn += bytes;
      },
      sent: (bytes) => {
        figures.bytesOut += bytes;
      },
      closed: () => {
        connections.delete(connection);
        figures.connectionsCurrent -= 1;
      },
    });
    connections.add(connection);
  });
  return connections;
}
