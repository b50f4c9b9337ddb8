import type { RequestHandler } from "express";
import { sendProblem } from "./problem.ts";

/**
 * What changes something must be JSON and come from our own page: a form of another site can send neither JSON nor our
 * origin.
 */
export const sameOriginJson: RequestHandler = (request, response, next) => {
  if (request.method === "GET" || request.method === "HEAD") return next();
  const { origin, host } = request.headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host))
    return sendProblem(response, 403, "other-origin", "This request came from another site");
  if (!request.is("application/json")) return sendProblem(response, 415, "not-json", "JSON is needed");
  next();
};
