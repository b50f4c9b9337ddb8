import { safetyPolicySchema } from "@hallmeter/meter-model";
import { IANAZone } from "luxon";
import { z } from "zod";

const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));

/** Digits of the currency's minor unit, from CLDR: 2 for CNY, 0 for JPY, 3 for KWD. */
export function currencyDigitsOf(currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
  }).resolvedOptions();
  return maximumFractionDigits ?? 2;
}

export const nameField = z.string().trim().min(1).max(120);

export const tagField = z.string().trim().min(1).max(40);
export const tagsField = z
  .array(tagField)
  .max(20)
  .overwrite((tags) => [...new Set(tags)].sort());

const calendarFields = {
  holidays: z
    .array(z.iso.date())
    .max(2000)
    .transform((days) => [...new Set(days)].sort()),
  restWeekdays: z
    .array(z.int().min(1).max(7))
    .max(7)
    .transform((days) => [...new Set(days)].sort()),
  namedDays: z
    .record(z.iso.date(), z.string().min(1).max(24))
    .refine((days) => Object.keys(days).length <= 2000, "At most 2000 days")
    .meta({ description: "Local dates that are of a day type of the tariffs', e.g. 2026-06-18: exam-day." }),
};

export const withdrawalPolicySchema = z.strictObject({
  secondPersonAboveMinor: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .meta({ description: "A refund that pays out more in all needs another person's approval." }),
  circuits: z
    .enum(["open", "keep"])
    .meta({ description: "What becomes of a household's circuits when it leaves." }),
});

/** What documents are printed in where nobody names a language. */
export const DOCUMENT_LANGUAGES = ["en", "zh"] as const;
export type DocumentLanguage = (typeof DOCUMENT_LANGUAGES)[number];
/** Every document of older releases was, unless asked otherwise. */
export const DEFAULT_DOCUMENT_LANGUAGE: DocumentLanguage = "en";

export const documentLanguageField = z
  .enum(DOCUMENT_LANGUAGES)
  .meta({ description: "Language of documents where the request names none." });

export const newSiteFields = z.strictObject({
  name: nameField,
  timeZone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), "Is no IANA time zone, like Asia/Shanghai"),
  currency: z.string().refine((code) => CURRENCIES.has(code), "Is no ISO 4217 code, like CNY"),
  holidays: calendarFields.holidays.default([]),
  restWeekdays: calendarFields.restWeekdays.default([6, 7]),
  namedDays: calendarFields.namedDays.default({}),
  tillsRequired: z.boolean().default(false),
  documentLanguage: documentLanguageField.default(DEFAULT_DOCUMENT_LANGUAGE),
});

/** Time zone and currency stay: the ledger and every local day are kept in them. */
export const sitePatchFields = z
  .strictObject({
    name: nameField,
    ...calendarFields,
    tillsRequired: z.boolean(),
    documentLanguage: documentLanguageField,
    withdrawal: withdrawalPolicySchema,
    safety: safetyPolicySchema.meta({
      description: "Safety rules S5, S6, S8; what is left out is the default.",
    }),
    reason: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .meta({ description: "Needed with safety; kept in the audit log." }),
  })
  .partial()
  .refine(({ safety, reason }) => safety === undefined || reason !== undefined, {
    path: ["reason"],
    message: "Whoever changes a safety rule says why",
  });
