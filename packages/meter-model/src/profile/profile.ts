import { z } from "zod";

/** How a value lies in 16-bit Modbus registers. 32-bit values: `hl` = high word first. */
export const registerTypeSchema = z.enum(["u16", "s16", "u32", "s32"]);
export type RegisterType = z.infer<typeof registerTypeSchema>;

/** What the model calls a quantity; the unit is in the name and a profile's scale converts to it. */
export const QUANTITIES = [
  "energyWh",
  "reactiveEnergyVarh",
  "activePowerW",
  "reactivePowerVar",
  "powerFactorMilli",
  "frequencyCHz",
  "voltageDv",
  "currentCa",
] as const;

/**
 * One register of a meter. `scale` turns the raw integer into the unit of the field's name: value = raw × numerator /
 * denominator, so that no floating point number ever holds a register.
 */
export const registerSchema = z.object({
  /** Field name with its unit, e.g. "energyWh", "phaseA.voltageDv", "remainingMinor", "statusWord". */
  name: z.string(),
  address: z.int().min(0).max(0xffff),
  type: registerTypeSchema,
  wordOrder: z.enum(["hl", "lh"]).default("hl"),
  scale: z.tuple([z.int().positive(), z.int().positive()]).default([1, 1]),
  access: z.enum(["r", "rw"]).default("r"),
  /** The source leaves this unsure; why. */
  unsure: z.string().optional(),
});
export type Register = z.infer<typeof registerSchema>;

export const readBlockSchema = z.object({
  name: z.string(),
  function: z.union([z.literal(3), z.literal(4)]),
  address: z.int().min(0).max(0xffff),
  count: z.int().min(1).max(125),
});
export type ReadBlock = z.infer<typeof readBlockSchema>;

export const relayControlSchema = z.object({
  /** Written with function 16. */
  command: z.object({ address: z.int(), open: z.int(), close: z.int(), unsure: z.string().optional() }),
  /** The word that shows the contact itself: closed when (word & mask) = closedValue. */
  readBack: z.object({
    register: z.string(),
    mask: z.int(),
    closedValue: z.int(),
    unsure: z.string().optional(),
  }),
});

export const profileVariantSchema = z.object({
  /** How many unit ids one circuit of this variant takes. */
  unitIdStep: z.int().positive(),
  phases: z.union([z.literal(1), z.literal(3)]),
  registers: z.array(registerSchema),
  /** The one block that holds everything a sample needs. */
  sampleBlock: readBlockSchema,
  /** Address ranges that must not be read across. */
  holes: z.array(z.object({ from: z.int(), to: z.int() })),
  relay: relayControlSchema,
  /** The bit by which the meter reports a fault of its own. */
  fault: z.object({ register: z.string(), mask: z.int(), unsure: z.string().optional() }).optional(),
  /** Energy register wraps after this. */
  energyModulusWh: z.int().positive(),
});
export type ProfileVariant = z.infer<typeof profileVariantSchema>;

/** A meter type as data. A user can drop a new one beside the configuration. */
export const profileSchema = z.object({
  id: z.string(),
  name: z.string(),
  manufacturer: z.string(),
  protocol: z.literal("modbus-rtu"),
  /** Where the facts come from. */
  source: z.string(),
  defaultLine: z.object({
    baud: z.int(),
    parity: z.enum(["none", "odd", "even"]),
    stopBits: z.union([z.literal(1), z.literal(2)]),
  }),
  /** Gap between requests beyond t3.5; range 0–1000 ms. */
  minimumGapMs: z.int().min(0).max(1000),
  /** Longest latency: a unit that timed out is left alone until it has passed. Range 50–5000 ms. */
  longestLatencyMs: z.int().min(50).max(5000),
  clockDriftNote: z.string().optional(),
  variants: z.record(z.string(), profileVariantSchema),
});
export type Profile = z.infer<typeof profileSchema>;
