import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import cookieParser from "cookie-parser";
import express from "express";
import { pino } from "pino";
import { Registry } from "prom-client";
import { type ManualClock, manualClock } from "../../testing/manual-clock.ts";
import type { PersonCaller } from "../access.ts";
import { answerProblem } from "../answer-problem.ts";
import { observeRequests } from "../observe-requests.ts";
import type { Route } from "../route.ts";
import { apiRouter } from "../router.ts";

export interface ServedRoutes {
  origin: string;
  clock: ManualClock;
  /** What stands in the log at the level of errors. */
  logged: { code?: string; err?: { message: string } }[];
  /** Ends what is open, as the server's stop does. */
  stopping: AbortController;
  call(
    method: string,
    path: string,
    options?: { token?: string; body?: string; headers?: Record<string, string> },
  ): Promise<Response>;
  close(): void;
}

const person = (role: "administrator" | "resident"): PersonCaller => ({
  kind: "person",
  id: role,
  login: role,
  name: role,
  roles: [role],
  siteIds: ["s1"],
});
const PEOPLE = new Map([
  ["admin", person("administrator")],
  ["tenant", person("resident")],
]);

/** The router alone, with these routes: `admin` and `tenant` are people's tokens, `hmg_good` a gateway's. */
export async function serveRoutes(routes: readonly Route[]): Promise<ServedRoutes> {
  const logged: ServedRoutes["logged"] = [];
  const clock = manualClock();
  const stopping = new AbortController();
  const log = pino({ level: "error" }, { write: (line: string) => logged.push(JSON.parse(line)) });
  const app = express();
  app.use(observeRequests(log, new Registry()), cookieParser());
  app.use(
    apiRouter([...routes], {
      beginChange: async () => async () => {},
      clock,
      stopping: stopping.signal,
      authenticators: {
        person: async (token) => PEOPLE.get(token),
        gateway: async (token) =>
          token === "hmg_good"
            ? { kind: "gateway", id: "g1", name: "g", roles: ["gateway"], siteIds: ["s1"] }
            : undefined,
      },
    }),
  );
  app.use(answerProblem);
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    clock,
    logged,
    stopping,
    call: (method, path, { token, body, headers } = {}) =>
      fetch(`${origin}${path}`, {
        method,
        headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
