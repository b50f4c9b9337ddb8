import { z } from "zod";
import { DAY_TYPES, type DayType } from "../time/day-type.ts";
import { schemeMistakes } from "./scheme-mistakes.ts";

/** Ids are keys of documents, in the store too: no dots and dollars, and nothing that every object has. */
const idField = z
  .string()
  .min(1)
  .max(24)
  .regex(/^[^.$]+$/, "an id has neither . nor $")
  .refine((id) => !(id in {}), "this id is reserved");
const nameField = z.string().min(1).max(60);
/** 10⁻⁶ of the major currency unit; range 0–1,000. */
const priceMicroField = z.int().min(0).max(1_000_000_000);
const timeOfDayField = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "HH:MM, 00:00 to 24:00");
const monthDayField = z
  .string()
  .regex(
    /^(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])$|^(0[469]|11)-(0[1-9]|[12]\d|30)$|^02-(0[1-9]|[12]\d)$/,
    "MM-DD, 01-01 to 12-31",
  );

export const rateSchema = z.strictObject({
  /** Stable within the tariff: "flat", "peak", "valley" … */
  id: idField,
  name: nameField,
  /** 10⁻⁶ of the major currency unit per kWh, before tax. */
  priceMicroPerKWh: priceMicroField,
});
export type Rate = z.infer<typeof rateSchema>;

export const ratePeriodSchema = z.strictObject({
  from: timeOfDayField,
  to: timeOfDayField,
  rateId: z.string(),
});
export type RatePeriod = z.infer<typeof ratePeriodSchema>;

/** Days of the year, both included; one that ends before it begins goes on into the next year. */
export const seasonRangeSchema = z.strictObject({ from: monthDayField, to: monthDayField });
export type SeasonRange = z.infer<typeof seasonRangeSchema>;

export const seasonSchema = z.strictObject({
  id: idField,
  name: nameField,
  ranges: z.array(seasonRangeSchema).min(1).max(12),
});
export type Season = z.infer<typeof seasonSchema>;

/** A kind of day beside workday, rest day and holiday; the site's calendar says which days are of it. */
export const namedDayTypeSchema = z.strictObject({ id: idField, name: nameField });

/** The rates of a day from 00:00 to 24:00, for each of these kinds of day in each of these seasons. */
export const dayTableSchema = z.strictObject({
  seasonIds: z.array(z.string()).min(1).max(12),
  dayTypeIds: z.array(z.string()).min(1).max(19),
  periods: z.array(ratePeriodSchema).min(1).max(96),
});
export type DayTable = z.infer<typeof dayTableSchema>;

export const BLOCK_PERIODS = ["month", "year"] as const;

/** Dearer energy for those who use much: counted per household over a local month or year. */
export const blocksSchema = z.strictObject({
  by: z.enum(BLOCK_PERIODS),
  steps: z
    .array(
      z.strictObject({
        aboveWh: z.int().min(1).max(1_000_000_000_000),
        /** Added to whatever rate holds, on top of the steps below. */
        surchargeMicroPerKWh: priceMicroField,
      }),
    )
    .min(1)
    .max(8),
  /** What was left below the first step: lost, kept until the year ends, or kept without end. */
  carry: z.enum(["none", "within-year", "unlimited"]).default("none"),
});
export type Blocks = z.infer<typeof blocksSchema>;

export const demandSchema = z.strictObject({
  id: idField,
  name: nameField,
  /** Only what is used under this rate counts; null counts everything. */
  rateId: z.string().nullable().default(null),
  windowMinutes: z.union([z.literal(15), z.literal(30), z.literal(60)]),
  /** `fixed`: windows follow one another by the wall clock. `sliding`: a window ends at every quarter of an hour. */
  mode: z.enum(["fixed", "sliding"]),
  /** For the highest mean power of a window within a local month. */
  priceMicroPerKW: priceMicroField,
});
export type Demand = z.infer<typeof demandSchema>;

const ALL_YEAR: Season[] = [{ id: "year", name: "All year", ranges: [{ from: "01-01", to: "12-31" }] }];

/** Scheme version 2: all prices of a tariff version in one document. Prices are before tax and name no currency. */
export const tariffSchemeSchema = z
  .strictObject({
    schemeVersion: z.literal(2, "scheme versions are 1 and 2"),
    rates: z.array(rateSchema).min(1).max(8),
    dayTypes: z.array(namedDayTypeSchema).max(16).default([]),
    seasons: z.array(seasonSchema).min(1).max(12).default(ALL_YEAR),
    tables: z.array(dayTableSchema).min(1).max(64),
    blocks: blocksSchema.nullable().default(null),
    demands: z.array(demandSchema).max(4).default([]),
    /** For each local day of a household, 10⁻⁶ of the major unit. */
    standingMicroPerDay: priceMicroField.default(0),
    /** Millionths of the net amount: 130,000 is 13 %. */
    taxPpm: z.int().min(0).max(1_000_000).default(0),
  })
  .superRefine((scheme, context) => {
    for (const { path, message } of schemeMistakes(scheme))
      context.addIssue({ code: "custom", path, message });
  })
  .meta({ id: "TariffScheme" });
export type TariffScheme = z.infer<typeof tariffSchemeSchema>;

/** One price around the clock. */
export function flatScheme(priceMicroPerKWh: number, name = "All day"): TariffScheme {
  return dayScheme(
    [{ id: "flat", name, priceMicroPerKWh }],
    [{ from: "00:00", to: "24:00", rateId: "flat" }],
  );
}

/** The same periods on every day of the year. */
export function dayScheme(rates: readonly Rate[], periods: readonly RatePeriod[]): TariffScheme {
  const dayTypeIds: DayType[] = [...DAY_TYPES];
  return {
    schemeVersion: 2,
    rates: [...rates],
    dayTypes: [],
    seasons: ALL_YEAR,
    tables: [{ seasonIds: ALL_YEAR.map(({ id }) => id), dayTypeIds, periods: [...periods] }],
    blocks: null,
    demands: [],
    standingMicroPerDay: 0,
    taxPpm: 0,
  };
}
