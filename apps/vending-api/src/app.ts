import compression from "compression";
import cookieParser from "cookie-parser";
import express, { type Express } from "express";
import { beginChange } from "./audit/change-intents.ts";
import type { Deps } from "./deps.ts";
import { ApiError } from "./errors.ts";
import { featureAuthenticators, featureRoutes } from "./features.ts";
import { answerProblem } from "./http/answer-problem.ts";
import { assetsRouter, consoleRouter } from "./http/console-files.ts";
import { documentationRouter } from "./http/documentation.ts";
import { healthRouter } from "./http/health.ts";
import { observeRequests } from "./http/observe-requests.ts";
import { openApiDocument } from "./http/openapi.ts";
import type { Route } from "./http/route.ts";
import { apiRouter } from "./http/router.ts";
import { securityHeaders } from "./http/security-headers.ts";

export const API_BASE = "/api/v1";
const API_VERSION = "1.0.0";

/** The whole HTTP side, ready to listen. `routes` is for tests that bring their own table. */
export function createApp(deps: Deps, routes: readonly Route[] = featureRoutes(deps)): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  // Who is in front of us on the same machine may say who asks; nobody else.
  app.set("trust proxy", "loopback");
  app.use(observeRequests(deps.log, deps.metrics));
  app.use(
    compression({
      filter: (request, response) => isWorthCompressing(response) && compression.filter(request, response),
    }),
  );
  if (deps.consoleDir !== undefined) app.use(assetsRouter(deps.consoleDir));
  app.use(securityHeaders());
  app.use(healthRouter(deps));

  const document = openApiDocument(routes, { basePath: API_BASE, version: API_VERSION });
  app.get(`${API_BASE}/openapi.json`, (_request, response) => {
    response.json(document);
  });
  app.use("/api/docs", documentationRouter(`${API_BASE}/openapi.json`));
  app.use(
    API_BASE,
    cookieParser(),
    apiRouter(routes, {
      ...deps,
      authenticators: featureAuthenticators(deps),
      beginChange: (request) => beginChange(deps.connection, request),
    }),
  );
  if (deps.consoleDir !== undefined) app.use(consoleRouter(deps.consoleDir));
  app.use(() => {
    throw new ApiError("not-found", "There is nothing at this address");
  });
  app.use(answerProblem);
  return app;
}

/** Never a stream: a compressor holds events back until its block is full. */
function isWorthCompressing(response: express.Response): boolean {
  return response.locals.streaming !== true;
}
