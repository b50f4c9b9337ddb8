import { readFileSync } from "node:fs";
import { cpus, release, totalmem, uptime } from "node:os";
import type { BusFrames } from "../frames/bus-frames.ts";
import type { LogRing } from "../log-ring.ts";
import { gatewayStatus, type StatusSources } from "../status.ts";
import { variantFinder } from "./find.ts";

const EVENTS = 1000;
const LEFT_OUT = "(left out)";
/** Keys whose values open something: passwords and operator codes of meters, what a unit that dials in says it is. */
const SECRET_KEYS = /password|token|secret|operator|access|registration/i;

export interface BundleSources extends StatusSources {
  frames: BusFrames;
  log: LogRing | undefined;
  /** The gateway's own file. */
  settings: unknown;
}

/** The same value without what opens anything. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEYS.test(key) ? LEFT_OUT : withoutSecrets(inner),
    ]),
  );
}

/** All that somebody far away needs to understand this gateway. */
export function diagnosticBundle(sources: BundleSources, nowMs: number) {
  const { control, store, frames, log, settings } = sources;
  return {
    at: new Date(nowMs).toISOString(),
    version: packageVersion(),
    computer: {
      node: process.version,
      platform: process.platform,
      release: release(),
      processors: cpus().length,
    },
    memory: { ...process.memoryUsage(), computer: totalmem() },
    uptimeS: { process: Math.round(process.uptime()), computer: Math.round(uptime()) },
    settings: withoutSecrets(settings),
    configuration: withoutSecrets(control.config),
    status: withoutSecrets(gatewayStatus(sources)),
    outbox: store.outbox.size(),
    events: store.recentEvents(EVENTS),
    frames: Object.fromEntries(control.buses.map((bus) => [bus.id, frames.last(bus.id, variantFinder(bus))])),
    log: log?.lines ?? [],
  };
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
