import { parseArgs } from "node:util";
import { pino } from "pino";
import { imitatedVersion } from "./commands/server-status.ts";
import { PocketMongoError } from "./errors.ts";
import { type RunningServer, startServer } from "./server.ts";

/** mongod's exit codes ("Exit Codes and Statuses"): 100 for a data directory in use, 48 for a port in use, 2 for bad options. */
const exitCodes = { clean: 0, badOptions: 2, failed: 1, portInUse: 48, directoryInUse: 100 } as const;

/** Options of mongod that this server understands, or takes and may ignore since there is only one way here. */
const options = {
  port: { type: "string", default: "27017" },
  dbpath: { type: "string", default: "./data" },
  bind_ip: { type: "string", default: "127.0.0.1" },
  storageEngine: { type: "string" },
  noauth: { type: "boolean" },
  quiet: { type: "boolean" },
  slowms: { type: "string", default: "100" },
  setParameter: { type: "string", multiple: true },
  maxConns: { type: "string", default: "512" },
  version: { type: "boolean" },
} as const;

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(exitCodes.badOptions);
}

function readArguments() {
  try {
    return parseArgs({ options, args: process.argv.slice(2) }).values;
  } catch (error) {
    return refuse(`Error parsing command line: ${(error as Error).message}`);
  }
}

function wholeOption(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  return refuse(`Error parsing command line: --${name} must be a whole number from ${least} to ${most}`);
}

const given = readArguments();
if (given.version) {
  process.stdout.write(`db version v${imitatedVersion}\nBuild Info: pocket-mongo on LMDB\n`);
  process.exit(exitCodes.clean);
}
const loopbackNames = new Set(["127.0.0.1", "localhost", "::1"]);
if (!given.bind_ip.split(",").every((one) => loopbackNames.has(one.trim()))) {
  refuse("--bind_ip must be a loopback address: this server has no authentication");
}

// mongod writes its log to stdout, one JSON object a line; mongodb-memory-server looks for words in it.
const log = pino({ base: undefined });

/** The one server parameter that can be set: how often TTL indexes are looked at. */
function ttlSeconds(): number {
  let seconds = "60";
  for (const one of given.setParameter ?? []) {
    const [name, value] = one.split("=");
    if (name !== "ttlMonitorSleepSecs" || value === undefined) refuse(`Unknown --setParameter '${name}'`);
    seconds = value;
  }
  return wholeOption("setParameter ttlMonitorSleepSecs", seconds, 1, 3600);
}

async function start(): Promise<RunningServer> {
  try {
    return await startServer({
      dbPath: given.dbpath,
      port: wholeOption("port", given.port, 0, 65535),
      mostConnections: wholeOption("maxConns", given.maxConns, 1, 65536),
      slowCommandMs: wholeOption("slowms", given.slowms, 0, 3_600_000),
      expirySweepMs: ttlSeconds() * 1000,
      onShutdown: () => stop("shutdown command"),
      onSlowCommand: (slow) => log.info(slow, "Slow query"),
    });
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    const locked = error instanceof PocketMongoError && error.codeName === "DBPathInUse";
    log.fatal(inUse ? `address already in use: port ${given.port}` : (error as Error).message);
    process.exit(inUse ? exitCodes.portInUse : locked ? exitCodes.directoryInUse : exitCodes.failed);
  }
}

const server = await start();
let stopping = false;
function stop(because: string): void {
  if (stopping) return;
  stopping = true;
  log.info({ because }, "shutting down");
  server.close().then(
    () => process.exit(exitCodes.clean),
    (error: Error) => {
      log.fatal(error.message);
      process.exit(exitCodes.failed);
    },
  );
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
log.info({ port: server.port, dbPath: given.dbpath }, "Waiting for connections");
