import { Router } from "express";
import type { Connection } from "mongoose";
import type { Registry } from "prom-client";
import { ApiError } from "../errors.ts";

/** Below a probe's usual 1 s. */
const PING_TIMEOUT_MS = 800;

/** For machines that watch this one. `/healthz`: the process answers. `/readyz`: it can do its work. */
export function healthRouter({
  connection,
  metrics,
  stopping,
}: {
  connection: Connection;
  metrics: Registry;
  stopping: AbortSignal;
}): Router {
  const router = Router();
  router.get("/healthz", (_request, response) => {
    response.set("Cache-Control", "no-store").json({ status: "alive" });
  });
  router.get("/readyz", async (_request, response) => {
    response.set("Cache-Control", "no-store");
    if (stopping.aborted) throw new ApiError("stopping");
    await pingStore(connection);
    response.json({ status: "ready" });
  });
  router.get("/metrics", async (_request, response) => {
    response
      .set("Cache-Control", "no-store")
      .type(metrics.contentType)
      .send(await metrics.metrics());
  });
  return router;
}

/** Throws `store-unavailable`. */
async function pingStore({ db }: Connection): Promise<void> {
  const fail = (cause?: unknown) => new ApiError("store-unavailable", undefined, { cause, retryAfterS: 1 });
  if (!db) throw fail();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(fail()), PING_TIMEOUT_MS);
  });
  try {
    await Promise.race([
      db.command({ ping: 1 }).catch((error: unknown) => {
        throw fail(error);
      }),
      timeout,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
