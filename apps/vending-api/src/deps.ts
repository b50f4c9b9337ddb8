import type { Connection } from "mongoose";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { Changes } from "./changes/changes.ts";
import type { Clock } from "./clock.ts";
import type { Profiles } from "./network/profiles.ts";

/** What every feature is given. */
export interface Deps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Logger;
  readonly secrets: { readonly jwtSecret: string; readonly sealingSecret: string };
  /** Where browsers and payment providers reach this server, without a slash at the end. */
  readonly publicUrl: () => string;
  /** Meter types by id: those that come along, and the users' own. */
  readonly profiles: Profiles;
  /** Tells open pages what changed. */
  readonly changes: Changes;
  /** A feature registers its own counters here: `new Counter({ …, registers: [deps.metrics] })`. */
  readonly metrics: Registry;
  /** Aborted when the server stops: end streams, stop timers. */
  readonly stopping: AbortSignal;
  /** The built console, `index.html` and `my.html`; undefined serves the API alone. */
  readonly consoleDir?: string;
}
