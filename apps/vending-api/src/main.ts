import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { type Logger, pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { endDueShelves } from "./alarms/alarms.ts";
import { createApp } from "./app.ts";
import { startAuditJobs } from "./audit/audit-jobs.ts";
import { createChanges } from "./changes/changes.ts";
import { type Clock, systemClock } from "./clock.ts";
import { connect } from "./db/connection.ts";
import type { Deps } from "./deps.ts";
import { ApiError } from "./errors.ts";
import { FEATURE_JOBS, FEATURE_SCHEDULES } from "./features.ts";
import { toApiError } from "./http/problem.ts";
import { jobRetention, RETENTION_DAYS } from "./jobs/job-retention.ts";
import { startJobRunner } from "./jobs/job-runner.ts";
import { startSchedules } from "./jobs/schedules.ts";
import { networkNames } from "./links.ts";
import { ensureAllIndexes } from "./models.ts";
import { startNetworkJobs } from "./network/network-jobs.ts";
import { loadProfiles } from "./network/profiles.ts";
import { openMailer } from "./notifications/mailers.ts";
import { startNotifications } from "./notifications/notification-jobs.ts";
import type { ApiSettings } from "./settings.ts";
import { startVendingJobs } from "./vending/vending-jobs.ts";

export { type ApiSettings, readApiSettings } from "./settings.ts";

/** Requests under way get this long. Range 0.5–2.5 s: with the store's goodbye all is over well within 3 s. */
const DRAIN_MS = 1500;
/** Below a proxy's usual 60–75 s would race with it: the server must outlast the proxy's idle connection. */
const KEEP_ALIVE_MS = 80_000;
const SHELF_CHECK_MS = 15_000;

export interface RunningApi {
  port: number;
  /** Ends streams, lets requests finish, leaves the store. Done within 3 s. */
  close(): Promise<void>;
}

/**
 * Connects, builds indexes, listens. Throws `store-unavailable`, or the listener's error when the port is taken. `clock`: another
 * time than the machine's, for a site that is told its past.
 */
export async function startApi(settings: ApiSettings, clock: Clock = systemClock): Promise<RunningApi> {
  const log = pino({ level: settings.logLevel, redact: ["req.headers.authorization", "req.headers.cookie"] });
  const profiles = loadProfiles(settings.profilesDir);
  const stopping = new AbortController();
  const connection = await connect(settings.mongoUri).catch((error: unknown) => {
    throw new ApiError("store-unavailable", "The store does not answer at MONGODB_URI", { cause: error });
  });
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const deps: Deps = {
    connection,
    clock,
    log,
    secrets: { jwtSecret: settings.jwtSecret, sealingSecret: settings.sealingSecret ?? settings.jwtSecret },
    publicUrl: () => settings.publicUrl ?? `http://127.0.0.1:${portOf(server)}`,
    profiles,
    changes: createChanges({ connection, clock, log, stopping: stopping.signal }),
    metrics,
    stopping: stopping.signal,
    consoleDir: settings.consoleDir === undefined ? undefined : resolve(settings.consoleDir),
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, createApp(deps));
  try {
    await ensureAllIndexes(connection);
    server.listen(settings.port);
    await once(server, "listening");
  } catch (error) {
    stopping.abort();
    await connection.close();
    throw error;
  }
  endShelvesFromTimeToTime(deps);
  const mailer = settings.mail && openMailer(settings.mail);
  const outgoing = { sendMail: mailer?.send ?? null, reachesPrivate: settings.privateWebhooks ?? false };
  const jobs = [
    startNetworkJobs(deps),
    startNotifications(deps, { names: networkNames(deps), outgoing }),
    startVendingJobs(deps),
    startAuditJobs(deps),
    startJobRunner(deps, FEATURE_JOBS),
    startSchedules(deps, [
      ...FEATURE_SCHEDULES,
      jobRetention(FEATURE_JOBS, settings.jobRetentionDays ?? RETENTION_DAYS.default),
    ]),
  ];
  const port = portOf(server);
  log.info({ port }, "API listens");

  let closed: Promise<void> | undefined;
  const close = async () => {
    stopping.abort();
    await closeServer(server, log);
    await Promise.all(jobs.map((job) => job.stop()));
    mailer?.close();
    await connection.close();
    log.info("API stopped");
  };
  return {
    port,
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server, log: Logger): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    log.warn("requests still ran and were cut");
    server.closeAllConnections();
  }, DRAIN_MS);
  await closed;
  clearTimeout(timer);
}

function endShelvesFromTimeToTime(deps: Deps): void {
  const stop = deps.clock.every(SHELF_CHECK_MS, () => {
    endDueShelves(deps, deps.clock.now()).catch((error: unknown) => {
      deps.log.warn({ err: toApiError(error).cause ?? error }, "shelves not checked");
    });
  });
  deps.stopping.addEventListener("abort", stop);
}
