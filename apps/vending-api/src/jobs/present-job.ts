import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { ERROR_CODE_NAMES } from "../errors.ts";
import { JOB_ITEM_STATES, JOB_STATE_NAMES, type Job, type JobItem, type JobProblem } from "./job.model.ts";

const problemAnswer = z.object({
  code: z.enum(ERROR_CODE_NAMES),
  detail: z.string(),
  errors: z
    .array(z.object({ path: z.string(), code: z.string(), message: z.string() }))
    .optional()
    .meta({ description: "What is wrong with which field of the item." }),
});

export const jobAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    kind: z.string(),
    params: z.record(z.string(), z.unknown()),
    by: z.object({ id: idSchema, name: z.string() }),
    state: z.enum(JOB_STATE_NAMES).meta({
      description: "failed: some item failed, or the items could not be listed; resume tries those again.",
    }),
    total: z.int().nullable().meta({ description: "Null until the items are listed." }),
    done: z.int(),
    failed: z.int(),
    createdAt: instantSchema,
    startedAt: instantSchema.nullable(),
    endedAt: instantSchema.nullable(),
    problem: problemAnswer.nullable().meta({ description: "Why the items could not be listed." }),
  })
  .meta({ id: "Job" });

export const jobItemAnswer = z
  .object({
    id: z.string(),
    itemId: z.string(),
    position: z.int(),
    state: z.enum(JOB_ITEM_STATES),
    attempts: z.int().meta({ description: "Tried so often without an answer; it is tried again." }),
    result: z.record(z.string(), z.unknown()).nullable(),
    problem: problemAnswer.nullable(),
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: "JobItem" });

export function presentJob(job: Job): z.input<typeof jobAnswer> {
  const { _id: id, siteId, kind, params, by, state, total, done, failed, problem } = job;
  return {
    id,
    siteId,
    kind,
    params: { ...params },
    by,
    state,
    total,
    done,
    failed,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    endedAt: job.endedAt?.toISOString() ?? null,
    problem: presentProblem(problem),
  };
}

export function presentJobItem(item: JobItem): z.input<typeof jobItemAnswer> {
  const { _id: id, itemId, position, state, attempts, result, problem, endedAt } = item;
  return {
    id,
    itemId,
    position,
    state,
    attempts,
    result: result && { ...result },
    problem: presentProblem(problem),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

function presentProblem(problem: JobProblem | null): z.input<typeof problemAnswer> | null {
  if (problem === null) return null;
  const { errors, ...rest } = problem;
  return { ...rest, ...(errors === undefined ? {} : { errors: [...errors] }) };
}
