import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { API_BASE, connect, createApp, type Deps } from "@hallmeter/vending-api";
import type { Connection } from "mongoose";
import { pino } from "pino";
import { Registry } from "prom-client";
import { createChanges } from "../../../apps/vending-api/src/changes/changes.ts";
import { FEATURE_JOBS, FEATURE_SCHEDULES } from "../../../apps/vending-api/src/features.ts";
import { runNextJob } from "../../../apps/vending-api/src/jobs/run-job.ts";
import { scheduleRunner } from "../../../apps/vending-api/src/jobs/schedules.ts";
import { catchUp } from "../../../apps/vending-api/src/network/network-jobs.ts";
import { loadProfiles } from "../../../apps/vending-api/src/network/profiles.ts";
import { type ManualClock, manualClock } from "../../../apps/vending-api/src/testing/manual-clock.ts";
import { StoreLink } from "./store-link.ts";

export const JWT_SECRET = "a secret of the campus that is long enough";
/** Jobs that start jobs come to an end. */
const MOST_JOBS_AT_A_TIME = 1000;

export interface Answer {
  status: number;
  body: unknown;
}

export interface ApiRequest {
  method: string;
  path: string;
  token: string;
  body?: unknown;
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

/** One process of the API on a store that outlives it. It dies where its link is cut, between any two operations. */
export class ApiProcess {
  readonly link: StoreLink;
  readonly connection: Connection;
  readonly clock: ManualClock;
  readonly #deps: Deps;
  readonly #server: Server;
  readonly #stopping: AbortController;
  readonly #origin: string;
  readonly #schedules: (() => Promise<boolean>)[];

  private constructor(parts: {
    link: StoreLink;
    deps: Deps;
    clock: ManualClock;
    server: Server;
    stopping: AbortController;
  }) {
    this.link = parts.link;
    this.clock = parts.clock;
    this.connection = parts.deps.connection;
    this.#deps = parts.deps;
    this.#server = parts.server;
    this.#stopping = parts.stopping;
    this.#origin = parts.deps.publicUrl();
    this.#schedules = FEATURE_SCHEDULES.map((schedule) => scheduleRunner(parts.deps, schedule));
  }

  static async start(storeUri: string, nowMs: number, canDie: boolean): Promise<ApiProcess> {
    const { link, uri } = await StoreLink.open(storeUri, canDie);
    const clock = manualClock(new Date(nowMs).toISOString());
    const connection = await connect(uri);
    const stopping = new AbortController();
    const log = pino({ level: process.env.LOG_LEVEL ?? "silent" });
    const originOf = ({ port }: AddressInfo) => `http://127.0.0.1:${port}`;
    const deps: Deps = {
      connection,
      clock,
      log,
      profiles: loadProfiles(undefined),
      secrets: { jwtSecret: JWT_SECRET, sealingSecret: JWT_SECRET },
      publicUrl: () => originOf(server.address() as AddressInfo),
      changes: createChanges({ connection, clock, log, stopping: stopping.signal }),
      metrics: new Registry(),
      stopping: stopping.signal,
    };
    const server = createServer(createApp(deps));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ApiProcess({ link, deps, clock, server, stopping });
  }

  /** "cut" where the process died first: then nobody knows what became of it. */
  async request({ method, path, token, body, idempotencyKey, headers }: ApiRequest): Promise<Answer | "cut"> {
    const answer = fetch(`${this.#origin}${API_BASE}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).then(async (response) => {
      const text = await response.text();
      const isJson = /json/.test(response.headers.get("content-type") ?? "");
      return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : undefined };
    });
    return this.#unlessCut(answer);
  }

  /** Everything that is due by the calendar, and every job that waits. */
  async work(): Promise<"done" | "cut"> {
    return this.#unlessCut(this.#work());
  }

  /** What a start does first. */
  async catchUp(): Promise<"done" | "cut"> {
    return this.#unlessCut(catchUp(this.#deps).then(() => "done" as const));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#server.closeAllConnections();
    this.#server.close();
    this.link.close();
    await this.connection.close(true);
  }

  async #work(): Promise<"done"> {
    for (const runIfDue of this.#schedules) await runIfDue();
    for (let jobs = 0; await runNextJob(this.#deps, FEATURE_JOBS); jobs += 1)
      if (jobs > MOST_JOBS_AT_A_TIME) throw new Error("jobs never end");
    return "done";
  }

  /** A dead process may still say something, but nobody hears it. */
  async #unlessCut<T>(work: Promise<T>): Promise<T | "cut"> {
    const heard = work.catch((error: unknown) => {
      if (this.link.isCut) return "cut" as const;
      throw error;
    });
    const first = await Promise.race([heard, this.link.cut]);
    return this.link.isCut ? "cut" : first;
  }
}
