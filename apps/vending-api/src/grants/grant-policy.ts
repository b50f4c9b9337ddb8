import { idSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { nameField, tagField } from "../places/site-fields.ts";

/** Ids or tags that a policy may name: with more it should name a building or a tag. */
const MOST_NAMED = 500;
/** 100,000.00 of a currency with two digits, as for a purchase: more is a mistake of the hand. */
const MOST_GIFT_MINOR = 10_000_000;
/** 10 MWh: more than any household of a campus uses in a month. */
const MOST_GIFT_WH = 10_000_000;

const sorted = (values: string[]) => [...new Set(values)].sort();
const named = (item: z.ZodString) => z.array(item).min(1).max(MOST_NAMED).overwrite(sorted);

/** Who gets it: open households, and those named one by one. */
export const audienceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("everyone") }),
  z.strictObject({ kind: z.literal("buildings"), buildingIds: named(idSchema) }),
  z.strictObject({ kind: z.literal("tags"), tags: named(tagField) }).meta({ description: "Any of them." }),
  z.strictObject({ kind: z.literal("households"), householdIds: named(idSchema) }),
]);
export type Audience = z.output<typeof audienceSchema>;

const perField = z.enum(["household", "resident"]);
export const giftSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("energy"), wh: z.int().min(1).max(MOST_GIFT_WH), per: perField }),
  z.strictObject({
    kind: z.literal("money"),
    amountMinor: z.int().min(1).max(MOST_GIFT_MINOR),
    per: perField,
  }),
]);
export type Gift = z.output<typeof giftSchema>;

export const carrySchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({ kind: z.literal("months"), months: z.int().min(1).max(60) }),
    z.strictObject({ kind: z.literal("unlimited") }),
  ])
  .meta({ description: "Into how many months what is left at the end of the month is carried." });

export const expirySchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("never") }),
    z
      .strictObject({ kind: z.literal("days"), days: z.int().min(1).max(3660) })
      .meta({ description: "The day on which it was given is the first." }),
    z.strictObject({
      kind: z.literal("yearly"),
      monthDay: z
        .string()
        .regex(/^\d\d-\d\d$/, "Must be MM-DD")
        .refine((monthDay) => isDateOf(`2001-${monthDay}`), "Must be a day of every year")
        .meta({ description: "Its last day, MM-DD: the end of the academic year." }),
    }),
  ])
  .meta({ description: "Ends it earlier than carrying would." });

const dateField = z.iso.date();
export const policyShape = {
  name: nameField,
  audience: audienceSchema,
  gift: giftSchema,
  dayOfMonth: z.int().min(1).max(31).meta({ description: "The last day where the month is shorter." }),
  excludedMonths: z
    .array(z.int().min(1).max(12))
    .max(11)
    .overwrite((months) => [...new Set(months)].sort((a, b) => a - b))
    .meta({ description: "Holidays of the academic year, 1 January … 12 December." }),
  carry: carrySchema,
  expiry: expirySchema,
  validFrom: dateField,
  validUntil: dateField.nullable().meta({ description: "The last local day; null for no end." }),
  isAutomatic: z.boolean().meta({
    description: "Runs by itself on its day. Days that lie before its last change of dates are run by hand.",
  }),
};
export const policyFields = z.strictObject(policyShape);
export type PolicyFields = z.output<typeof policyFields>;

export interface GrantPolicy extends PolicyFields {
  _id: string;
  siteId: string;
  /** Days that fell due before are not made up for by itself: it had other dates then, or none. */
  automaticSince: Date;
}

/** What a run gives, as it was when the run began: gone on with later, it gives nobody anything else. */
export type GrantTerms = Pick<GrantPolicy, "name" | "audience" | "gift" | "carry" | "expiry">;

export function termsOf({ name, audience, gift, carry, expiry }: GrantPolicy): GrantTerms {
  return { name, audience, gift, carry, expiry };
}

function isDateOf(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}
