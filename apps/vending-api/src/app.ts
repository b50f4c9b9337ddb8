import { randomUUID } from "node:crypto";
import cookieParser from "cookie-parser";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import helmet from "helmet";
import type { Logger } from "pino";
import type { Deps } from "./deps.ts";
import { ApiError } from "./errors.ts";
import { featureRoutes } from "./features.ts";
import type { Authenticators } from "./http/authentication.ts";
import { PROBLEM_CONTENT_TYPE, problemOf, toApiError } from "./http/problem.ts";
import { apiRouter } from "./http/router.ts";

export const API_BASE = "/api/v1";

/** The whole HTTP side, ready to listen. */
export function createApp(deps: Deps): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.set("etag", false);
  app.set("trust proxy", "loopback");
  app.use(nameRequest(deps.log));
  app.use(helmet());
  app.use(cookieParser());
  const authenticators: Authenticators = {
    person: async () => undefined,
    gateway: async () => undefined,
  };
  app.use(API_BASE, apiRouter(featureRoutes(deps), { ...deps, authenticators }));
  app.use(() => {
    throw new ApiError("not-found", "There is nothing at this address");
  });
  app.use(answerProblem);
  return app;
}

function nameRequest(log: Logger): RequestHandler {
  return (_request, response, next) => {
    const requestId = randomUUID();
    response.locals.requestId = requestId;
    response.locals.log = log.child({ requestId });
    response.set("X-Request-Id", requestId);
    next();
  };
}

const answerProblem: ErrorRequestHandler = (thrown, _request, response, _next) => {
  const error = toApiError(thrown);
  const log: Logger = response.locals.log;
  if (error.status >= 500) log.error({ err: error.cause ?? error, code: error.code }, "request failed");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error.retryAfterS !== undefined) response.set("Retry-After", String(error.retryAfterS));
  response
    .status(error.status)
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemOf(error, response.locals.requestId)));
};
