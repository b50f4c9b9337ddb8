import { z } from "zod";
import { ApiError } from "../errors.ts";
import { defineJob } from "../jobs/define-job.ts";
import { refundModel } from "./refund.model.ts";
import { settleHousehold } from "./settle-household.ts";

export const REFUND_ROLES = ["administrator", "property-manager", "campus-admin"] as const;

/** Households that are settled at a time. Range 1–20: they wait for the store more than for each other. */
const HOUSEHOLDS_AT_A_TIME = 8;

/** Settles the households of an approved refund. */
export const refundJob = defineJob({
  kind: "refund",
  roles: REFUND_ROLES,
  params: z.strictObject({ refundId: z.string() }),
  concurrency: HOUSEHOLDS_AT_A_TIME,
  async items({ deps, params }) {
    const refund = await refundModel(deps.connection).findById(params.refundId).lean();
    if (!refund) throw new ApiError("not-found");
    return refund.householdIds;
  },
  runItem: (householdId, { deps, params, now }) => settleHousehold(deps, params.refundId, householdId, now),
});
