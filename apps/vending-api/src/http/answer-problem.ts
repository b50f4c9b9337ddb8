import type { ErrorRequestHandler } from "express";
import type { Logger } from "pino";
import { PROBLEM_CONTENT_TYPE, problemOf, toApiError } from "./problem.ts";

/** The one place where something thrown becomes an answer; stands last. Our own mistakes are logged with their cause. */
export const answerProblem: ErrorRequestHandler = (thrown, _request, response, _next) => {
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
    .set("Cache-Control", "no-store")
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemOf(error, response.locals.requestId)));
};
