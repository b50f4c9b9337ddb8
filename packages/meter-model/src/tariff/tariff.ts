import { z } from "zod";

const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "HH:MM, 00:00 to 24:00");

export const rateSchema = z.object({
  /** Stable within the tariff: "flat", "peak", "valley" … */
  id: z.string().min(1).max(24),
  name: z.string().min(1).max(60),
  /** 10⁻⁶ of the major currency unit per kWh. */
  priceMicroPerKWh: z.int().min(0).max(1_000_000_000),
});
export type Rate = z.infer<typeof rateSchema>;

export const ratePeriodSchema = z.object({ from: timeOfDaySchema, to: timeOfDaySchema, rateId: z.string() });
export type RatePeriod = z.infer<typeof ratePeriodSchema>;

/**
 * A tariff version. `periods` cover one local day from 00:00 to 24:00 without gap or overlap; a flat tariff has one.
 * Day types, seasons, blocks and demands come with later scheme versions.
 */
export const tariffSchema = z
  .object({
    schemeVersion: z.literal(1),
    rates: z.array(rateSchema).min(1).max(8),
    periods: z.array(ratePeriodSchema).min(1).max(96),
  })
  .superRefine((tariff, context) => {
    const known = new Set(tariff.rates.map((rate) => rate.id));
    if (known.size !== tariff.rates.length)
      context.addIssue({ code: "custom", path: ["rates"], message: "two rates share an id" });
    let expected = "00:00";
    tariff.periods.forEach((period, index) => {
      if (!known.has(period.rateId))
        context.addIssue({
          code: "custom",
          path: ["periods", index, "rateId"],
          message: `no rate "${period.rateId}"`,
        });
      if (period.from !== expected || period.to <= period.from)
        context.addIssue({
          code: "custom",
          path: ["periods", index],
          message: `periods must follow one another; expected from ${expected}`,
        });
      expected = period.to;
    });
    if (expected !== "24:00")
      context.addIssue({ code: "custom", path: ["periods"], message: "periods must end at 24:00" });
  });
export type Tariff = z.infer<typeof tariffSchema>;
