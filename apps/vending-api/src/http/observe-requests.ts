import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";
import type { Logger } from "pino";
import { Histogram, type Registry } from "prom-client";

/** Names each request, logs its end, and counts its time under the route's pattern, never under an address with ids. */
export function observeRequests(log: Logger, metrics: Registry): RequestHandler {
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's head to the end of the answer, by route pattern",
    labelNames: ["method", "route", "status"],
    // A sale should take tens of milliseconds; above a second somebody waits.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [metrics],
  });
  return (request, response, next) => {
    const requestId = randomUUID();
    const requestLog = log.child({ requestId });
    response.locals.requestId = requestId;
    response.locals.log = requestLog;
    response.set("X-Request-Id", requestId);
    const startedMs = performance.now();
    response.on("close", () => {
      const durationMs = performance.now() - startedMs;
      const route = routeOf(response);
      // A stream lasts as long as a page is open: not a duration that says anything.
      if (response.locals.streaming !== true) {
        durations.observe({ method: request.method, route, status: response.statusCode }, durationMs / 1000);
      }
      requestLog.info(
        {
          method: request.method,
          route,
          // Without the query: it may hold a ticket.
          path: request.originalUrl.split("?")[0],
          status: response.statusCode,
          durationMs: Math.round(durationMs),
          callerId: response.locals.caller?.id,
          isComplete: response.writableFinished,
        },
        "request",
      );
    });
    next();
  };
}

function routeOf({ locals }: Response): string {
  return typeof locals.routePath === "string" ? locals.routePath : "other";
}
