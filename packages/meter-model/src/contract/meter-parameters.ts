import { z } from "zod";
import { PARAMETER_STATES } from "../profile/parameters.ts";
import { idSchema, instantSchema } from "../sample.ts";

/**
 * `unchanged`: read back, and still not as desired · `refused`: the meter, or the gateway, would not write it · `unsure`: nothing
 * could be read back.
 */
export const PARAMETER_OUTCOMES = ["repaired", "unchanged", "refused", "unsure"] as const;

/** One desired parameter beside what the meter says. */
export const parameterRowSchema = z.object({
  /** The register's name. */
  name: z.string().max(80),
  desired: z.int(),
  /** Null where the meter did not say, or sent no number. */
  actual: z.int().nullable(),
  state: z.enum(PARAMETER_STATES),
  /** What came of writing it; absent where nothing was written. */
  outcome: z.enum(PARAMETER_OUTCOMES).optional(),
  /** Why it is not `repaired`. */
  code: z.string().max(60).optional(),
});
export type ParameterRow = z.infer<typeof parameterRowSchema>;

/** What a circuit's meter said of every parameter desired of it. */
export const parameterReportSchema = z.object({
  circuitId: idSchema,
  at: instantSchema,
  rows: z.array(parameterRowSchema).max(500),
});
export type ParameterReport = z.infer<typeof parameterReportSchema>;

/** What a meter that holds its household's credit says of it. */
export const meterCreditReportSchema = z.object({
  circuitId: idSchema,
  at: instantSchema,
  remainingMinor: z.int(),
  purchaseCount: z.int().nonnegative(),
});
export type MeterCreditReport = z.infer<typeof meterCreditReportSchema>;
