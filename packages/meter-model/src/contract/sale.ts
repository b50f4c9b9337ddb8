import { z } from "zod";
import { idSchema, instantSchema } from "../sample.ts";

/** A purchase to be credited in the meter itself, which does it at most once by its own count. */
export const saleSchema = z.object({
  /** Of the purchase in the books. */
  id: idSchema,
  circuitId: idSchema,
  amountMinor: z.int().positive(),
  issuedAt: instantSchema,
  /** Not begun by then, it is given up; once begun it has no end but certainty. */
  expiresAt: instantSchema,
});
export type Sale = z.infer<typeof saleSchema>;

/**
 * `written`: the meter's count shows it credited · `failed`: the count shows that it was not, and nothing goes out any more ·
 * `unknown`: it went out and the meter has not shown yet, or can no longer show, what came of it.
 */
export const SALE_STATES = ["written", "unknown", "failed"] as const;
export const saleStateSchema = z.enum(SALE_STATES);
export type SaleState = z.infer<typeof saleStateSchema>;

/** Why a sale is not written, and what is to be done about it. */
export const SALE_CODES = {
  late: "the meter could not be reached in time; nothing was sent: void the purchase",
  "unknown-circuit": "the gateway has no such circuit; nothing was sent: void the purchase",
  "not-supported": "this meter is not credited through its bus; nothing was sent: void the purchase",
  "amount-unfit": "the meter cannot hold this amount; nothing was sent: void the purchase",
  "not-credited":
    "the meter answered and credited nothing, three times: void the purchase and have the meter looked at",
  refused: "the meter refused and credited nothing: void the purchase",
  "no-answer": "the meter does not answer; the gateway goes on asking for its count",
  "journal-lost":
    "the gateway's journal began after this sale, and an earlier one may have sent it: compare the meter's own purchase records, then void or leave it",
  "count-moved":
    "the meter's count went on by more than this purchase: compare the meter's own purchase records, then void or leave it",
  "refused-and-counted":
    "the meter refused and its count went on all the same, so another purchase had it: compare the meter's own purchase records, then void",
  "balance-differs":
    "the meter's count is right and its credit is higher than this purchase makes it: compare the meter's own purchase records",
} as const satisfies Record<string, string>;
export type SaleCode = keyof typeof SALE_CODES;
export const saleCodeSchema = z.enum(Object.keys(SALE_CODES) as [SaleCode, ...SaleCode[]]);

export const saleResultSchema = z.object({
  saleId: idSchema,
  state: saleStateSchema,
  at: instantSchema,
  /** Of an `unknown` that the gateway cannot resolve any more: a person must. */
  isFinal: z.boolean(),
  code: saleCodeSchema.optional(),
  /** What the meter itself said last. */
  purchaseCount: z.int().nonnegative().optional(),
  remainingMinor: z.int().optional(),
});
export type SaleResult = z.infer<typeof saleResultSchema>;
