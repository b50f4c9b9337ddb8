import { instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { nanoPerMinor } from "../network/metering-contexts.ts";
import type { Household } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { daysLeft } from "../rating/days-left.ts";
import { readLiveBalance } from "../rating/live-balance.ts";

export const balanceAnswer = z
  .object({
    currency: z.string(),
    ledgerMinor: z.int(),
    accruedMinor: z.int().meta({ description: "Used, but not yet in the ledger; rounded up." }),
    liveMinor: z.int().meta({ description: "ledger − accrued" }),
    grants: z.array(z.object({ commodity: z.string(), amount: z.int() })),
    daysLeft: z.int().nullable().meta({ description: "At the pace of the last week; null when unknown." }),
    asOf: instantSchema.meta({ description: "The oldest of the registers that it is reckoned up to." }),
    estimated: z.boolean().meta({ description: "Some register is older than 15 minutes." }),
  })
  .meta({ id: "Balance" });
export type BalanceAnswer = z.input<typeof balanceAnswer>;

/** A circuit that was not heard for one interval. */
const STALE_AFTER_MS = 15 * 60_000;

export async function householdBalance(
  connection: Connection,
  household: Pick<Household, "_id" | "siteId">,
  now: Date,
): Promise<BalanceAnswer> {
  const site = await siteModel(connection).findById(household.siteId).lean<Site | null>();
  if (!site) throw new ApiError("internal", `site ${household.siteId} is missing`);
  const balance = await readLiveBalance(
    connection,
    { siteId: household.siteId, householdId: household._id },
    { currency: site.currency, nanoPerMinor: nanoPerMinor(site) },
  );
  const liveMinor = Math.floor(balance.liveNano / balance.nanoPerMinor);
  const asOfMs = Math.min(now.getTime(), ...balance.heads.map((head) => head.lastAt.getTime()));
  return {
    currency: site.currency,
    ledgerMinor: balance.ledgerMinor,
    accruedMinor: balance.ledgerMinor - liveMinor,
    liveMinor,
    grants: [],
    daysLeft: daysLeft(balance.liveNano, balance.heads),
    asOf: new Date(asOfMs).toISOString(),
    estimated: now.getTime() - asOfMs > STALE_AFTER_MS,
  };
}
