import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type NextFunction, type Request, type Response } from "express";
import { gatewayStatus, type StatusSources } from "./status.ts";

/** The page is for who stands beside the gateway: other computers come through a tunnel of their own. */
const HOST = "127.0.0.1";
const MOST_EVENTS = 1000;

interface WebServerOptions extends StatusSources {
  /** 0 takes any free one. */
  port: number;
  password: string;
}

export interface WebServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Compares in equal time, whatever the lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The password as a bearer token, or as the password of HTTP basic authentication, which browsers ask for themselves. */
function givenPassword(request: Request): string | undefined {
  const [, scheme, value] = /^(\S+) (.*)$/.exec(request.headers.authorization ?? "") ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}

/** The gateway's own pages, on loopback. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const app = express();
  app.disable("x-powered-by");
  app.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  app.use((request: Request, response: Response, next: NextFunction) => {
    const given = givenPassword(request);
    if (given !== undefined && isSame(given, options.password)) return next();
    response
      .status(401)
      .set("WWW-Authenticate", 'Basic realm="bus gateway"')
      .type("application/problem+json");
    response.send(JSON.stringify({ title: "Sign in", status: 401, code: "unauthenticated" }));
  });
  app.get("/status", (_request, response) => {
    response.set("Cache-Control", "no-store").json(gatewayStatus(options));
  });
  app.get("/events", (_request, response) => {
    response.set("Cache-Control", "no-store").json(options.store.recentEvents(MOST_EVENTS));
  });

  const server = createServer(app);
  server.listen(options.port, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
