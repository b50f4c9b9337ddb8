import { creditPlaceSchema, idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { ApiError } from "../errors.ts";
import { creditCircuitOf } from "../network/credit-circuit.ts";
import { readMeterMirror } from "../network/meter-mirror.model.ts";
import { nanoPerMinor } from "../network/metering-contexts.ts";
import type { Household } from "../places/household.model.ts";
import { type Site, siteModel } from "../places/site.model.ts";
import { daysLeft, leftOf } from "../rating/days-left.ts";
import { readLiveBalance } from "../rating/live-balance.ts";

export const balanceAnswer = z
  .object({
    currency: z.string(),
    ledgerMinor: z.int(),
    accruedMinor: z.int().meta({ description: "Used, but not yet in the ledger; rounded up." }),
    liveMinor: z.int().meta({
      description:
        "ledger − accrued. Where a meter holds the credit that is only what the books make of it: see inMeter.",
    }),
    creditPlace: creditPlaceSchema.meta({
      description: "meter: the household's meter keeps and uses up its credit.",
    }),
    inMeter: z
      .object({ remainingMinor: z.int(), purchaseCount: z.int(), at: instantSchema })
      .nullable()
      .meta({ description: "What that meter last said is left; null before it has said anything." }),
    grants: z
      .array(
        z.object({
          grantId: idSchema,
          commodity: z.string().meta({ description: "The currency, or Wh for free energy." }),
          amount: z.int().meta({ description: "What is left of it now; minor units or Wh." }),
          expiresAt: instantSchema.nullable(),
        }),
      )
      .meta({
        description: "Used before purchased credit, in this order; money of theirs is part of the balances.",
      }),
    daysLeft: z.int().nullable().meta({
      description: "At the pace of the last week; null when unknown, or when a meter holds the credit.",
    }),
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
  const creditCircuit = await creditCircuitOf(connection, household._id);
  const liveMinor = Math.floor(balance.liveNano / balance.nanoPerMinor);
  const asOfMs = Math.min(now.getTime(), ...balance.heads.map((head) => head.lastAt.getTime()));
  return {
    currency: site.currency,
    ledgerMinor: balance.ledgerMinor,
    accruedMinor: balance.ledgerMinor - liveMinor,
    liveMinor,
    creditPlace: creditCircuit ? "meter" : "server",
    inMeter: creditCircuit ? await creditInMeter(connection, creditCircuit._id) : null,
    grants: balance.live.state.lots.map(({ grantId, commodity, remaining, expiresAt }) => ({
      grantId,
      commodity,
      amount: remaining,
      expiresAt,
    })),
    daysLeft: creditCircuit ? null : daysLeft(leftOf(balance), balance.heads),
    asOf: new Date(asOfMs).toISOString(),
    estimated: now.getTime() - asOfMs > STALE_AFTER_MS,
  };
}

async function creditInMeter(connection: Connection, circuitId: string): Promise<BalanceAnswer["inMeter"]> {
  const { credit, creditAt } = await readMeterMirror(connection, circuitId);
  return credit && { ...credit, at: creditAt.toISOString() };
}
