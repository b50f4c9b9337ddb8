import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { JOB_STATE_NAMES, type Job, jobModel } from "../jobs/job.model.ts";
import { audienceSchema, carrySchema, expirySchema, giftSchema } from "./grant-policy.ts";
import type { GrantRun } from "./grant-run.model.ts";
import { LEFT_OUT, LEFT_OUT_REASONS } from "./grant-share.ts";
import type { RunPreview } from "./preview-run.ts";

export const monthField = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, "Must be YYYY-MM")
  .meta({ example: "2026-11" });

const commodityField = z.string().meta({ description: "The currency, or Wh for free energy." });
const jobProgress = z.object({
  id: idSchema,
  state: z.enum(JOB_STATE_NAMES),
  total: z.int().nullable(),
  done: z.int(),
  failed: z.int(),
});
const person = z.object({ id: idSchema, name: z.string() });

export const runAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    policyId: idSchema,
    month: monthField,
    terms: z
      .object({
        name: z.string(),
        audience: audienceSchema,
        gift: giftSchema,
        carry: carrySchema,
        expiry: expirySchema,
      })
      .meta({ description: "The policy's when the run began." }),
    createdAt: instantSchema,
    createdBy: person,
    job: jobProgress.nullable().meta({ description: "The last one; its items tell of each household." }),
    reversal: z
      .object({ at: instantSchema, by: person, reason: z.string(), job: jobProgress.nullable() })
      .nullable(),
  })
  .meta({ id: "GrantRun" });

export const previewAnswer = z
  .object({
    policyId: idSchema,
    month: monthField,
    commodity: commodityField,
    totalAmount: z.int(),
    granted: z.array(
      z.object({ householdId: idSchema, name: z.string(), residents: z.int(), amount: z.int() }),
    ),
    leftOut: z.array(
      z.object({
        householdId: idSchema,
        name: z.string(),
        reason: z.enum(LEFT_OUT_REASONS).meta({
          description: Object.entries(LEFT_OUT)
            .map(([reason, why]) => `${reason}: ${why}`)
            .join("; "),
        }),
      }),
    ),
  })
  .meta({ id: "GrantRunPreview" });

export function presentPreview(
  { policyId, month }: { policyId: string; month: string },
  { commodity, granted, leftOut }: RunPreview,
): z.input<typeof previewAnswer> {
  return {
    policyId,
    month,
    commodity,
    totalAmount: granted.reduce((sum, { amount }) => sum + amount, 0),
    granted: granted.map(({ household: { _id: householdId, name }, residents, amount }) => ({
      householdId,
      name,
      residents,
      amount,
    })),
    leftOut: leftOut.map(({ household: { _id: householdId, name }, reason }) => ({
      householdId,
      name,
      reason,
    })),
  };
}

/** With the progress of their jobs. */
export async function presentRuns(
  connection: Connection,
  runs: readonly GrantRun[],
): Promise<z.input<typeof runAnswer>[]> {
  const ids = runs.flatMap(({ jobIds, reversal }) => [...jobIds, ...(reversal?.jobIds ?? [])]);
  const jobs = await jobModel(connection)
    .find({ _id: { $in: ids } })
    .lean<Job[]>();
  const byId = new Map(jobs.map((job) => [job._id, job]));
  const progressOf = (jobIds: readonly string[]) => {
    const job = byId.get(jobIds.at(-1) ?? "");
    if (!job) return null;
    const { _id: id, state, total, done, failed } = job;
    return { id, state, total, done, failed };
  };
  return runs.map(({ _id: id, siteId, policyId, month, terms, createdAt, createdBy, jobIds, reversal }) => ({
    id,
    siteId,
    policyId,
    month,
    terms,
    createdAt: createdAt.toISOString(),
    createdBy,
    job: progressOf(jobIds),
    reversal: reversal && {
      at: reversal.at.toISOString(),
      by: reversal.by,
      reason: reversal.reason,
      job: progressOf(reversal.jobIds),
    },
  }));
}
