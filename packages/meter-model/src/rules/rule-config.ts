import { z } from "zod";
import { instantSchema } from "../sample.ts";

const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "HH:MM, 00:00 to 24:00");
/** Up to eight a day, in the site's local time. */
export const dayPeriodsSchema = z
  .array(
    z
      .object({ from: timeOfDaySchema, to: timeOfDaySchema })
      .refine((p) => p.from < p.to, "from must be before to"),
  )
  .max(8);

/** Local times for each type of day. */
export const weekPeriodsSchema = z.object({
  workday: dayPeriodsSchema,
  "rest-day": dayPeriodsSchema,
  holiday: dayPeriodsSchema,
});
export type WeekPeriods = z.infer<typeof weekPeriodsSchema>;

/** Time-period control: the circuit is off within these local times, at most sixteen switchings a day. */
export const scheduleRuleSchema = z.object({
  id: z.string(),
  name: z.string(),
  off: weekPeriodsSchema,
  effectiveFrom: instantSchema.optional(),
  effectiveTo: instantSchema.optional(),
});
export type ScheduleRule = z.infer<typeof scheduleRuleSchema>;

export const overloadRuleSchema = z.object({
  maxPowerW: z.int().positive(),
  maxCurrentCa: z.int().positive().optional(),
  /** How long the load must stay above the limit. Range 0–600 s, default 10: longer than a motor's start. */
  delayS: z.int().min(0).max(600),
  /** Closed again after this. Range 10–3600 s, default 180. */
  recloseAfterS: z.int().min(10).max(3600),
  /** Recloses allowed per window, then staff. Range 0–20, default 3. */
  reclosesPerWindow: z.int().min(0).max(20),
  windowS: z.int().min(60).max(86_400),
  residentMayRelease: z.boolean(),
});
export type OverloadRule = z.infer<typeof overloadRuleSchema>;

/** domain.md "Vicious load". The default numbers separate the recorded kettle (0.9999) from the vacuum cleaner (≤ 0.988). */
export const viciousLoadRuleSchema = z.object({
  version: z.int().positive(),
  mode: z.enum(["off", "alarm", "trip"]),
  stepThresholdW: z.int().min(30),
  /** ΔP/√(ΔP²+ΔQ²) at or above this, in thousandths. */
  factorThresholdMilli: z.int().min(500).max(1000),
  /** Controlled ranges of the step's ΔP; the gaps are the whitelist. */
  ranges: z
    .array(z.object({ fromW: z.int().min(30), toW: z.int().min(30) }))
    .min(1)
    .max(6),
  /**
   * The inrush has settled once two samples agree, at the earliest this long after the onset. Range 500–30,000 ms, default
   * 1500: two readings of a meter that measures once a second are then never the same one twice.
   */
  settleMs: z.int().min(500).max(30_000).default(1500),
  confirm: z.object({ m: z.int().min(1).max(20), n: z.int().min(1).max(20) }),
  /** Slow ramps and split steps: resistive level above the window's minimum; 0 turns it off. */
  levelThresholdW: z.int().min(0),
  levelWindowS: z.int().min(60).max(7200),
  probeAfterS: z.int().min(10).max(3600),
  tripsPerDay: z.int().min(1).max(20),
});
export type ViciousLoadRule = z.infer<typeof viciousLoadRuleSchema>;

export const reminderRuleSchema = z.object({
  level1Minor: z.int(),
  level2Minor: z.int(),
  mode: z.enum(["warn", "trip-and-reclose", "trip-until-acknowledged"]),
  recloseAfterS: z.int().min(10).max(3600),
});
export type ReminderRule = z.infer<typeof reminderRuleSchema>;

/**
 * Credit cuts every loop of a household alike, unless a loop has this rule: it stays on until the balance lies this far below the
 * cut value (lighting that shall outlast the sockets), or for good with null. What it uses is debt, taken from the next purchase.
 */
export const creditRuleSchema = z.object({ debtMinor: z.int().min(0).nullable() });
export type CreditRule = z.infer<typeof creditRuleSchema>;

export const circuitRulesSchema = z.object({
  credit: creditRuleSchema.optional(),
  overload: overloadRuleSchema.optional(),
  viciousLoad: viciousLoadRuleSchema.optional(),
  schedule: scheduleRuleSchema.optional(),
  reminder: reminderRuleSchema.optional(),
});
export type CircuitRules = z.infer<typeof circuitRulesSchema>;
