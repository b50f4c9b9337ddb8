import { z } from "zod";

/** What an auditor reads of an entry, and nothing that the program would have to explain. */
const entrySchema = z.object({
  _id: z.string(),
  kind: z.string(),
  at: z.date(),
  householdId: z.string(),
  account: z.string(),
  seq: z.int().positive(),
  refSpace: z.string(),
  ref: z.string(),
  postings: z.array(z.object({ account: z.string(), commodity: z.string(), amount: z.int() })),
  balanceAfter: z.record(z.string(), z.int()),
  state: z
    .object({
      lots: z.array(z.object({ grantId: z.string(), commodity: z.string(), remaining: z.int() })),
      carryNano: z.int(),
    })
    .default({ lots: [], carryNano: 0 }),
  previousHash: z.string(),
  hash: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type Entry = z.output<typeof entrySchema>;

const refusalSchema = z.object({ kind: z.literal("refusal"), ref: z.string() });

/** An entry, or the reference that was refused. */
export function readRow(row: unknown): Entry | { refused: string } {
  const refusal = refusalSchema.safeParse(row);
  return refusal.success ? { refused: refusal.data.ref } : entrySchema.parse(row);
}

export const meteredDetails = z.object({
  circuitId: z.string(),
  fromAt: z.string(),
  toAt: z.string(),
  fromWh: z.int(),
  toWh: z.int(),
  day: z.string(),
  whByRate: z.record(z.string(), z.int()),
  tariffId: z.string(),
  versionNumber: z.int(),
  wh: z.int(),
  energyNano: z.int(),
  fixedNano: z.int(),
});
export type MeteredDetails = z.output<typeof meteredDetails>;
