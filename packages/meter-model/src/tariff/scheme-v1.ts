import { z } from "zod";
import { dayScheme, ratePeriodSchema, rateSchema, type TariffScheme, tariffSchemeSchema } from "./scheme.ts";

/** Scheme version 1: rates by the hour, the same on every day. */
export const tariffSchemeV1Schema = z.strictObject({
  schemeVersion: z.literal(1),
  rates: z.array(rateSchema).min(1).max(8),
  periods: z.array(ratePeriodSchema).min(1).max(96),
});
export type TariffSchemeV1 = z.infer<typeof tariffSchemeV1Schema>;

/** A valid document of any version as one of the newest; that one as it is. */
export function upgradeScheme(document: TariffScheme | TariffSchemeV1): TariffScheme {
  return document.schemeVersion === 2 ? document : dayScheme(document.rates, document.periods);
}

/** A document of any version; what comes out is of the newest. A mistake is named where the older document has it. */
export const tariffSchema = z.preprocess((document, context) => {
  if (!isVersion1(document)) return document;
  const parsed = tariffSchemeV1Schema.safeParse(document);
  if (parsed.success) return upgradeScheme(parsed.data);
  for (const { path, message } of parsed.error.issues)
    context.addIssue({ code: "custom", path: [...path], message });
  return z.NEVER;
}, tariffSchemeSchema);

function isVersion1(document: unknown): boolean {
  return (
    typeof document === "object" &&
    document !== null &&
    "schemeVersion" in document &&
    document.schemeVersion === 1
  );
}
