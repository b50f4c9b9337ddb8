import type { Connection } from "mongoose";
import { z } from "zod";
import type { GrantRunFacts } from "../documents/kinds/grant-run.ts";
import type { GrantRun } from "../grants/grant-run.model.ts";
import { commodityOf } from "../grants/grant-share.ts";
import { grantsOfRun } from "../grants/run-grants.ts";
import { readLastJob } from "./last-job.ts";
import { byRoom, namesOfHouseholds } from "./rooms-of-households.ts";
import { siteFactsOf } from "./site-facts.ts";

const leftOutResult = z.object({ outcome: z.literal("left-out"), reason: z.string() });

/** A run as its list tells it; final unless its job is still at work. */
export async function grantRunFacts(
  connection: Connection,
  run: GrantRun,
): Promise<{ facts: GrantRunFacts; isFinal: boolean }> {
  const { terms, reversal } = run;
  const { gift } = terms;
  const [place, grants, job] = await Promise.all([
    siteFactsOf(connection, run.siteId),
    grantsOfRun(connection, run),
    readLastJob(connection, (reversal?.jobIds ?? []).at(-1) ?? run.jobIds.at(-1)),
  ]);
  const leftOut = [...job.items.values()].flatMap(({ itemId, result }) => {
    const read = leftOutResult.safeParse(result);
    return read.success ? [{ itemId, reason: read.data.reason }] : [];
  });
  const nameOf = await namesOfHouseholds(connection, [
    ...grants.map(({ householdId }) => householdId),
    ...leftOut.map(({ itemId }) => itemId),
  ]);
  const facts: GrantRunFacts = {
    ...place,
    policyName: terms.name,
    month: run.month,
    commodity: commodityOf(gift, place.currency),
    giftAmount: gift.kind === "energy" ? gift.wh : gift.amountMinor,
    per: gift.per,
    at: run.createdAt.toISOString(),
    by: run.createdBy.name,
    granted: grants
      .map(({ householdId, residents, amount }) => ({ ...nameOf(householdId), residents, amount }))
      .sort(byRoom),
    leftOut: leftOut.map(({ itemId, reason }) => ({ ...nameOf(itemId), reason })).sort(byRoom),
    reversal: reversal && { at: reversal.at.toISOString(), by: reversal.by.name, reason: reversal.reason },
  };
  return { facts, isFinal: job.hasEnded };
}
