import { idSchema, instantSchema } from "@hallmeter/meter-model";
import type { Connection } from "mongoose";
import { z } from "zod";
import { groupBy } from "../db/group-by.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { EntryKind } from "../ledger/entry-kinds.ts";
import { journalModel } from "../ledger/journal.model.ts";
import { householdModel } from "../places/household.model.ts";
import { grantIdOf, movedBy, refsOfRun } from "./grant-entries.ts";
import type { GrantRun } from "./grant-run.model.ts";

export const grantAnswer = z
  .object({
    id: z.string(),
    householdId: idSchema,
    householdName: z.string(),
    at: instantSchema,
    commodity: z.string().meta({ description: "The currency, or Wh for free energy." }),
    amount: z.int(),
    residents: z.int(),
    expiresAt: instantSchema.nullable(),
    expired: z.int(),
    takenBack: z.int().meta({ description: "By the reversal of the run; the rest was used or expired." }),
  })
  .meta({ id: "Grant" });
export type GrantAnswer = z.input<typeof grantAnswer>;

const grantDetails = z.object({
  residents: z.int(),
  lots: z.tuple([z.object({ expiresAt: z.string().nullable() })]),
});

/** Every grant of a run and what became of it, in the order of the households' ids. From the journal, as all that counts. */
export async function grantsOfRun(connection: Connection, run: GrantRun): Promise<GrantAnswer[]> {
  const entries = await journalModel(connection)
    .find({ siteId: run.siteId, refSpace: "grant", ref: refsOfRun(run._id), seq: { $gt: 0 } })
    .sort({ ref: 1 })
    .lean<LedgerEntry[]>();
  const grants = entries.filter(({ kind }) => kind === "grant");
  const takings = groupBy(
    entries.filter(({ kind }) => kind !== "grant"),
    ({ kind, details }) => `${kind} ${details.grantId}`,
  );
  const taken = (kind: EntryKind, grantId: string) =>
    (takings.get(`${kind} ${grantId}`) ?? []).reduce((sum, entry) => sum + movedBy(entry).amount, 0);
  const names = await namesOf(
    connection,
    grants.map(({ householdId }) => householdId),
  );
  return grants.map((entry) => {
    const { householdId, at } = entry;
    const id = grantIdOf(run._id, householdId);
    const { residents, lots } = grantDetails.parse(entry.details);
    return {
      id,
      householdId,
      householdName: names.get(householdId) ?? "",
      at: at.toISOString(),
      ...movedBy(entry),
      residents,
      expiresAt: lots[0].expiresAt,
      expired: taken("grant-expiry", id),
      takenBack: taken("grant-reversal", id),
    };
  });
}

async function namesOf(
  connection: Connection,
  householdIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await householdModel(connection)
    .find({ _id: { $in: [...householdIds] } }, { name: 1 })
    .lean<{ _id: string; name: string }[]>();
  return new Map(rows.map(({ _id, name }) => [_id, name]));
}
