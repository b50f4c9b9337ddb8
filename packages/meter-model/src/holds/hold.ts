import { z } from "zod";
import { instantSchema } from "../sample.ts";
import { HOLD_KIND_NAMES } from "./hold-kinds.ts";

/** Stable codes: the console has a sentence for each in both languages; `holdReasonText` has the English one. */
export const HOLD_REASONS = [
  "tagged-out",
  "current-above-switch-rating",
  "meter-fault",
  "switched-off-by-staff",
  "power-above-limit",
  "current-above-limit",
  "vicious-step",
  "vicious-level",
  "balance-used-up",
  "balance-low",
  "off-period",
  "load-shedding",
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

export const holdOriginSchema = z.object({
  type: z.enum(["rule", "staff", "resident", "system"]),
  /** User id, rule id, or campaign id. */
  id: z.string().max(64),
  /** A person's or rule's name, as shown. */
  name: z.string().max(120),
});
export type HoldOrigin = z.infer<typeof holdOriginSchema>;

export const holdParamsSchema = z.record(z.string(), z.union([z.string(), z.int(), z.boolean()]));
export type HoldParams = z.infer<typeof holdParamsSchema>;

/** One reason why a circuit must be open. One circuit holds at most one of each kind. */
export const holdSchema = z.object({
  kind: z.enum(HOLD_KIND_NAMES),
  reason: z.enum(HOLD_REASONS),
  /** Numbers behind the reason, e.g. `{ powerW: 3400, limitW: 3000 }`, or staff's own words in `note`. */
  params: holdParamsSchema,
  origin: holdOriginSchema,
  since: instantSchema,
  /** When it ends by itself at the latest, if it does. */
  until: instantSchema.optional(),
  /** True when its own condition no longer releases it and staff must (too many trips in the window). */
  locked: z.boolean().optional(),
});
export type Hold = z.infer<typeof holdSchema>;
