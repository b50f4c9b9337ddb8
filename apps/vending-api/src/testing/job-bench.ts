import mongoose, { type Connection } from "mongoose";
import { pino } from "pino";
import { Registry } from "prom-client";
import { startTestDatabase } from "../../../../tests/support/test-database.ts";
import { createChanges } from "../changes/changes.ts";
import { connect, ensureIndexes } from "../db/connection.ts";
import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import type { JobKind } from "../jobs/define-job.ts";
import { type Job, type JobItem, jobItemModel, jobModel } from "../jobs/job.model.ts";
import { type JobRows, storedJobs } from "../jobs/job-rows.ts";
import { scheduleModel } from "../jobs/schedule.model.ts";
import { startJob } from "../jobs/start-job.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";

/** One API process: a clock, a connection and a stop of its own. */
export interface TestProcess {
  deps: Deps;
  clock: ManualClock;
  stop(): void;
}

export interface JobBench {
  connection: Connection;
  rows: JobRows;
  /** Another process on the same store. */
  process(): TestProcess;
  start<Params>(process: TestProcess, kind: JobKind<Params>, params: Params, key?: string): Promise<Job>;
  job(id: string): Promise<Job>;
  items(jobId: string): Promise<JobItem[]>;
  /** What an idempotent effect is in these tests: a row that is there once, whoever writes it. */
  effect(ref: string): Promise<void>;
  effects(prefix: string): Promise<string[]>;
  stop(): Promise<void>;
}

export async function startJobBench(): Promise<JobBench> {
  const database = await startTestDatabase();
  const connection = await connect(database.uri);
  const effects = connection.collection<{ _id: string }>("effects");
  for (const bind of [jobModel, jobItemModel, scheduleModel]) bind(connection);
  await ensureIndexes(connection);
  const processes: TestProcess[] = [];
  return {
    connection,
    rows: storedJobs(connection),
    process() {
      const stopping = new AbortController();
      const clock = manualClock();
      const log = pino({ level: "silent" });
      const deps: Deps = {
        connection,
        clock,
        log,
        profiles: new Map(),
        secrets: { jwtSecret: "", sealingSecret: "" },
        publicUrl: () => "",
        changes: createChanges({ connection, clock, log, stopping: stopping.signal }),
        metrics: new Registry(),
        stopping: stopping.signal,
      };
      const process = { deps, clock, stop: () => stopping.abort() };
      processes.push(process);
      return process;
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
      return (await startJob(process.deps, kind, start)).job;
    },
    async job(id) {
      const job = await jobModel(connection).findById(id).lean<Job | null>();
      if (!job) throw new Error(`there is no job ${id}`);
      return job;
    },
    items: (jobId) => jobItemModel(connection).find({ jobId }).sort({ position: 1 }).lean<JobItem[]>(),
    async effect(ref) {
      await effects.insertOne({ _id: ref }).catch((error: unknown) => {
        if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== 11_000) throw error;
      });
    },
    async effects(prefix) {
      const rows = await effects
        .find({ _id: { $gte: prefix, $lt: `${prefix}\uffff` } })
        .sort({ _id: 1 })
        .toArray();
      return rows.map(({ _id }) => _id);
    },
    async stop() {
      for (const process of processes) process.stop();
      await connection.close();
      await database.stop();
    },
  };
}
