import mongoose from "mongoose";
import { pino } from "pino";
import { Registry } from "prom-client";
import { newId } from "../../db/model.ts";
import type { Deps } from "../../deps.ts";
import type { JobBench } from "../../testing/job-bench.ts";
import { manualClock } from "../../testing/manual-clock.ts";
import { startJob } from "../start-job.ts";
import { inMemoryJobs } from "./in-memory-jobs.ts";

const log = pino({ level: "silent" });
const silence: Deps["changes"] = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  since: async () => [],
  position: async () => 0,
};
/** Never opened: whoever asked the store something after all would wait for it. */
const nowhere = mongoose.createConnection();

/** Processes that share nothing but plain values. */
export function inMemoryJobBench(): Omit<JobBench, "connection" | "stop"> {
  const rows = inMemoryJobs();
  const effects = new Set<string>();
  return {
    rows,
    process() {
      const stopping = new AbortController();
      const clock = manualClock();
      const deps: Deps = {
        connection: nowhere,
        clock,
        log,
        profiles: new Map(),
        secrets: { jwtSecret: "", sealingSecret: "" },
        publicUrl: () => "",
        changes: silence,
        metrics: new Registry(),
        stopping: stopping.signal,
      };
      return { deps, clock, stop: () => stopping.abort() };
    },
    async start(process, kind, params, key = newId()) {
      const start = {
        siteId: "site",
        params,
        by: { id: "u1", name: "Zhang Min" },
        origin: "request" as const,
        idempotencyKey: key,
        requestHash: JSON.stringify(params),
        now: process.clock.now(),
      };
      return (await startJob(process.deps, kind, start, rows)).job;
    },
    async job(id) {
      const job = await rows.find(id);
      if (!job) throw new Error(`there is no job ${id}`);
      return job;
    },
    items: async (jobId) => rows.items(jobId),
    async effect(ref) {
      effects.add(ref);
    },
    effects: async (prefix) => [...effects].filter((ref) => ref.startsWith(prefix)).sort(),
  };
}
