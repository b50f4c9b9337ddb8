import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type NextFunction, type Request, type Response } from "express";
import { type ApiOptions, apiRoutes } from "./api/api-routes.ts";
import { addLogin, type Login } from "./login/login-routes.ts";
import { gatewayMetrics } from "./metrics.ts";
import { sendProblem } from "./problem.ts";
import { sameOriginJson } from "./same-origin.ts";
import { securityHeaders } from "./security-headers.ts";
import { gatewayStatus } from "./status.ts";

const LARGEST_BODY = "10kb";

export interface WebServerOptions extends ApiOptions {
  /** 0 takes any free one. */
  port: number;
  host: string;
  /** Opens `/status` and `/metrics` for programs. */
  password: string;
  /** Opens the technician's page; without it there is none. */
  login: Login | undefined;
  /** The built page. */
  pageDir: string | undefined;
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

/** The gateway's own web: its state for programs and, with a login, the technician's page. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { password, login, pageDir, logger } = options;
  const app = express();
  app.disable("x-powered-by");
  app.use(securityHeaders);
  app.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  const metrics = gatewayMetrics(options);
  app.use(["/status", "/metrics"], (request, response, next) => {
    const given = givenPassword(request);
    if (given !== undefined && isSame(given, password)) {
      response.set("Cache-Control", "no-store");
      return next();
    }
    response.set("WWW-Authenticate", 'Basic realm="bus gateway"');
    sendProblem(response, 401, "unauthenticated", "Sign in");
  });
  app.get("/status", (_request, response) => {
    response.json(gatewayStatus(options));
  });
  app.get("/metrics", async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });
  if (login !== undefined) {
    const api = express.Router();
    api.use(sameOriginJson, express.json({ limit: LARGEST_BODY }));
    const onlySignedIn = addLogin(api, login, options.clock);
    api.use(onlySignedIn, apiRoutes(options));
    app.use("/api", api);
    if (pageDir !== undefined) app.use(express.static(pageDir, { index: "index.html", dotfiles: "ignore" }));
  }
  app.use((_request, response) => sendProblem(response, 404, "not-found", "There is nothing here"));
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    const { status } = error as { status?: number };
    if (status !== undefined && status < 500)
      return sendProblem(response, status, "invalid", "Not understood");
    logger.error({ err: error }, "a request of the page failed");
    sendProblem(response, 500, "internal", "The gateway failed; its log says why");
  });

  const server = createServer(app);
  server.listen(options.port, options.host);
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
