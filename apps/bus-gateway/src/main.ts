import { randomInt, randomUUID } from "node:crypto";
import { builtInProfiles, type Profile, profileFileErrorText } from "@hallmeter/meter-model";
import { readProfileFolder } from "@hallmeter/meter-model/profile-folder";
import type { Logger } from "pino";
import { openBus } from "./bus/open-bus.ts";
import { type Clock, systemClock } from "./clock.ts";
import {
  type GatewayFile,
  type GatewaySettings,
  outboxLimitBytes,
  parseGatewayFile,
  profilesFolder,
  registrationEnd,
} from "./config-file.ts";
import { DialInStrangers } from "./control/dial-in-strangers.ts";
import { GatewayControl } from "./control/gateway-control.ts";
import { DialInListener } from "./pipe/dial-in/dial-in-listener.ts";
import { DEFAULT_OUTBOX_LIMITS } from "./store/acceptance.ts";
import { GatewayStore } from "./store/gateway-store.ts";
import { openLmdbTables } from "./store/lmdb-tables.ts";
import { BusReporter } from "./uplink/bus-reporter.ts";
import { httpServer } from "./uplink/http-server.ts";
import { Uplink } from "./uplink/uplink.ts";
import { RelayTests } from "./web/api/relay-tests.ts";
import { ScanRuns } from "./web/api/scan-runs.ts";
import { busSide } from "./web/bus-side.ts";
import { BusFrames } from "./web/frames/bus-frames.ts";
import type { LogRing } from "./web/log-ring.ts";
import { startWebServer, type WebServer } from "./web/web-server.ts";

export { type GatewayFile, readGatewayFile } from "./config-file.ts";
export { LogRing } from "./web/log-ring.ts";
export { hashPassword } from "./web/login/password-hash.ts";

export interface RunningGateway {
  /** Of the technician's page; undefined without one. */
  readonly webPort: number | undefined;
  /** Where units dial in; undefined without it. */
  readonly dialInPort: number | undefined;
  /** Ends within 3 s; what was accepted is on disk. */
  close(): Promise<void>;
}

export interface GatewaySurroundings {
  log: Logger;
  clock?: Clock;
  /** Where the log goes as well, for the diagnostic bundle. */
  recentLog?: LogRing;
  /** The built technician's page. */
  pageDir?: string;
}

const RANDOM_STEPS = 2 ** 32;
const random = (): number => randomInt(RANDOM_STEPS) / RANDOM_STEPS;

/** A file that is wrong is said and left out: the circuits of every other profile go on. */
function knownProfiles(folder: string, log: Logger): Map<string, Profile> {
  const { profiles, errors } = readProfileFolder(folder);
  for (const error of errors) log.error(`profile left out: ${profileFileErrorText(error)}`);
  return new Map([...Object.values(builtInProfiles), ...profiles].map((profile) => [profile.id, profile]));
}

/** Where units dial in; null when the file names no port for them. A connection that no bus wants is an event. */
function dialInListener(
  settings: GatewaySettings,
  { store, clock, log }: { store: GatewayStore; clock: Clock; log: Logger },
): DialInListener | null {
  if (settings.dialIn === undefined) return null;
  const strangers = new DialInStrangers(randomUUID);
  return new DialInListener({
    clock,
    end: registrationEnd(settings),
    onRefused: (refused) => {
      const event = strangers.take(refused, clock.nowMs());
      if (event === null) return;
      log.warn(refused, "a connection that no bus wants was closed");
      store.defer(store.sending([event]));
    },
  });
}

/**
 * Builds and starts a gateway. It resolves once the buses of the last known configuration are being opened; the server is
 * not waited for.
 * @throws GatewayError "config-file-invalid", "store-locked", "dial-in-port"
 */
export async function startGateway(
  file: GatewayFile,
  { log, clock = systemClock, recentLog, pageDir }: GatewaySurroundings,
): Promise<RunningGateway> {
  const settings = parseGatewayFile(file, "gateway settings");
  const { server: address, dataDir, web } = settings;
  const tables = openLmdbTables(dataDir);
  const limits = { ...DEFAULT_OUTBOX_LIMITS, limitBytes: outboxLimitBytes(settings) };
  const store = new GatewayStore({ tables, clock, log: log.child({ part: "store" }), limits });

  const dialIn = dialInListener(settings, { store, clock, log: log.child({ part: "dial-in" }) });
  const onUnreadable = (detail: string) =>
    log.warn({ detail }, "a message of the server that cannot be read");
  const frames = new BusFrames();
  const profiles = knownProfiles(profilesFolder(settings), log);
  const control = new GatewayControl({
    store,
    clock,
    log: log.child({ part: "control" }),
    random,
    newId: randomUUID,
    openBus: (options) => frames.watch(openBus({ ...options, dialIn })),
    profiles,
    refreshConfig: () =>
      uplink.fetchConfig().catch((error: unknown) => log.warn({ err: error }, "configuration not fetched")),
  });
  const server = httpServer({ ...address, nowMs: () => clock.nowMs(), onUnreadable });
  const scans = new ScanRuns([...profiles.values()], clock);
  const relayTests = new RelayTests({ control, store, clock, newId: randomUUID });
  const reporter = new BusReporter({
    server,
    side: busSide({ control, frames, scans, relayTests, log: log.child({ part: "bus-side" }) }),
    clock,
    log: log.child({ part: "reports" }),
  });
  const uplink = new Uplink({
    server,
    store,
    clock,
    log: log.child({ part: "uplink" }),
    random,
    onConfig: (kept) => control.setConfig(kept),
    onCredit: (position) => control.setCredit(position),
    onCommand: (command) => control.commands.take(command),
    onSale: (sale) => control.sales.take(sale),
    onBulkAnswer: (answer) => control.answerBulk(answer),
    onBusRequest: (request) => reporter.take(request),
  });

  let pages: WebServer | undefined;
  let dialInPort: number | undefined;
  try {
    // The buses come first: a unit that dials in at once finds its bus waiting.
    await control.start();
    if (settings.dialIn !== undefined)
      dialInPort = await dialIn?.listen(settings.dialIn.port, settings.dialIn.host);
    if (web !== undefined) {
      pages = await startWebServer({
        ...{ control, store, uplink, clock, frames, scans, relayTests, settings, pageDir },
        ...{ port: web.port, host: web.host, password: web.password ?? address.token, login: web.login },
        startedAt: new Date(clock.nowMs()).toISOString(),
        log: recentLog,
        logger: log.child({ part: "web" }),
      });
    }
  } catch (error) {
    await control.close();
    await dialIn?.close();
    await store.close();
    throw error;
  }
  uplink.start();
  return {
    webPort: pages?.port,
    dialInPort,
    async close() {
      await pages?.close();
      await uplink.close();
      await reporter.close();
      await control.close();
      await dialIn?.close();
      await store.close();
    },
  };
}
