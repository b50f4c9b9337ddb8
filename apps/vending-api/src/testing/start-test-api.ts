import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Connection } from "mongoose";
import { pino } from "pino";
import { Registry } from "prom-client";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { API_BASE, createApp } from "../app.ts";
import { createChanges } from "../changes/changes.ts";
import { connect } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { EVERY_SITE } from "../http/access.ts";
import type { Problem } from "../http/problem.ts";
import type { Route } from "../http/route.ts";
import { ensureAllIndexes } from "../models.ts";
import { loadProfiles } from "../network/profiles.ts";
import { issueAccessToken } from "../users/access-token.ts";
import { type PersonRole, userModel } from "../users/user.model.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";

export interface TestAnswer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface CallOptions {
  token?: string | undefined;
  body?: unknown;
  idempotencyKey?: string;
  headers?: Record<string, string>;
}

export interface TestApi {
  /** Without a path: `http://127.0.0.1:<port>`. */
  origin: string;
  connection: Connection;
  deps: Deps;
  clock: ManualClock;
  /** Calls `/api/v1<path>`; the body is JSON, or text as it is. The type is the test's claim and its assertions check it. */
  call<Body = Problem>(method: string, path: string, options?: CallOptions): Promise<TestAnswer<Body>>;
  /** A new user with this role, signed in. */
  tokenFor(role: PersonRole, reach?: { siteIds?: string[]; householdId?: string }): Promise<string>;
  stop(): Promise<void>;
}

/** The real app on a real store and a free port; only the clock stands still. `routes` replaces the features' table. */
export async function startTestApi(
  options: { routes?: (deps: Deps) => Route[]; consoleDir?: string; profilesDir?: string } = {},
): Promise<TestApi> {
  const database = await startTestDatabase();
  const connection = await connect(database.uri);
  const clock = manualClock();
  const stopping = new AbortController();
  const log = pino({ level: process.env.LOG_LEVEL ?? "silent" });
  const deps: Deps = {
    connection,
    clock,
    log,
    profiles: loadProfiles(options.profilesDir),
    secrets: {
      jwtSecret: "a secret for tests that is long enough",
      sealingSecret: "another secret for tests, long enough",
    },
    publicUrl: () => originOf(server),
    changes: createChanges({ connection, clock, log, stopping: stopping.signal }),
    metrics: new Registry(),
    stopping: stopping.signal,
    ...(options.consoleDir === undefined ? {} : { consoleDir: options.consoleDir }),
  };
  const server = createServer(createApp(deps, options.routes?.(deps)));
  await ensureAllIndexes(connection);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = originOf(server);

  return {
    origin,
    connection,
    deps,
    clock,
    async call<Body>(
      method: string,
      path: string,
      { token, body, idempotencyKey, headers }: CallOptions = {},
    ) {
      const response = await fetch(`${origin}${API_BASE}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get("content-type") ?? "");
      return {
        status: response.status,
        headers: response.headers,
        body: (isJson ? JSON.parse(text) : text) as Body,
      };
    },
    async tokenFor(role, { siteIds = [EVERY_SITE], householdId } = {}) {
      const id = newId();
      await userModel(connection).create({
        _id: id,
        login: `${role}-${id}`,
        name: `Test ${role}`,
        passwordHash: "nobody signs in with it",
        roles: [role],
        siteIds,
        householdId: householdId ?? null,
        locale: "en",
        status: "active",
        sessionEpoch: 0,
        createdAt: clock.now(),
      });
      const claims = { userId: id, sessionId: newId(), sessionEpoch: 0 };
      return issueAccessToken(claims, deps.secrets.jwtSecret, clock.now());
    },
    async stop() {
      stopping.abort();
      server.closeAllConnections();
      server.close();
      await connection.close();
      await database.stop();
    },
  };
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
