import { z } from "zod";
import { modbusClockSchema } from "./meter-clock.ts";
import { profileMistakes } from "./profile-mistakes.ts";
import { relayControlSchema } from "./relay-control.ts";

/** Modbus unit id (over serial line V1.02, 2.2: 1–247), or the twelve digits of a DL/T 645 address, first digit first. */
export const unitIdSchema = z.union([z.int().min(1).max(247), z.string().regex(/^\d{12}$/)]);
export type UnitId = z.infer<typeof unitIdSchema>;

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

const modbusFunctionSchema = z.literal([3, 4]);
const modbusAddressSchema = z.int().min(0).max(0xffff);
const dataIdSchema = z.int().min(0).max(0xffff_ffff);

/** What registers of every protocol say. */
const registerFields = {
  /** Field name with its unit, e.g. "energyWh", "phaseA.voltageDv", "remainingMinor", "statusWord". */
  name: z.string().min(1),
  /**
   * Turns the raw value into the unit of the name: value = raw × numerator / denominator, rounded half away from zero,
   * so that no floating point number ever holds a register.
   */
  scale: z.tuple([z.int().positive(), z.int().positive()]).default([1, 1]),
  access: z.enum(["r", "rw"]).default("r"),
  /** The source leaves this unsure; why. */
  unsure: z.string().optional(),
};

/** A value in 16-bit Modbus registers. */
export const modbusRegisterSchema = z.strictObject({
  ...registerFields,
  address: modbusAddressSchema,
  /** 3 holding registers, 4 input registers: two tables with addresses of their own. */
  function: modbusFunctionSchema.default(3),
  /** f32: IEEE 754 binary32. */
  type: z.enum(["u16", "s16", "u32", "s32", "f32"]),
  /** Of two words: `hl` = high word first. */
  wordOrder: z.enum(["hl", "lh"]).default("hl"),
});
export type ModbusRegister = z.infer<typeof modbusRegisterSchema>;

/** A value in the data bytes of a DL/T 645 answer, low byte first. */
export const dlt645RegisterSchema = z.strictObject({
  ...registerFields,
  /** DI3…DI0 as one number, e.g. 0x02010100. */
  dataId: dataIdSchema,
  /** Where in the data after the identifier it begins, bytes. */
  offset: z.int().min(0).max(199).default(0),
  bytes: z.int().min(1).max(6),
  /** signed-bcd: the top bit of the last byte is the sign; bits: a binary word. */
  type: z.enum(["bcd", "signed-bcd", "bits"]),
});
export type Dlt645Register = z.infer<typeof dlt645RegisterSchema>;

export const registerSchema = z.discriminatedUnion("type", [modbusRegisterSchema, dlt645RegisterSchema]);
export type Register = z.infer<typeof registerSchema>;
export type RegisterType = Register["type"];

/** Reply: `count` words of 16 bits. */
export const modbusReadBlockSchema = z.strictObject({
  name: z.string().min(1),
  function: modbusFunctionSchema,
  address: modbusAddressSchema,
  /** Modbus application protocol V1.1b3, 6.3: at most 125. */
  count: z.int().min(1).max(125),
});
export type ModbusReadBlock = z.infer<typeof modbusReadBlockSchema>;

/** Function 11. Reply: the `bytes` data bytes after the identifier, 33h taken off, in the order of the wire. */
export const dlt645ReadBlockSchema = z.strictObject({
  name: z.string().min(1),
  dataId: dataIdSchema,
  /** DL/T 645-2007: a read answer carries at most 200 data bytes, four of them the identifier. */
  bytes: z.int().min(1).max(196),
});
export type Dlt645ReadBlock = z.infer<typeof dlt645ReadBlockSchema>;

export const readBlockSchema = z.union([modbusReadBlockSchema, dlt645ReadBlockSchema]);
export type ReadBlock = z.infer<typeof readBlockSchema>;

export function isModbusRegister(register: Register): register is ModbusRegister {
  return "address" in register;
}

export function isModbusBlock(block: ReadBlock): block is ModbusReadBlock {
  return "address" in block;
}

export const meterCreditSchema = z.strictObject({
  /** Register of what is left, in minor units of money. */
  remaining: z.string(),
  /** Register of how many purchases the meter has credited: its own idempotency key. */
  purchaseCount: z.string(),
  /** The most that the count reaches before it begins again at 0. */
  purchaseCountMaximum: z.int().positive(),
  /**
   * Registers that one write fills to credit a purchase: the amount, and the count that it shall have, one more than the
   * meter's own. The meter credits nothing under another count. Without it the meter is credited by other means, such as a
   * card, and its credit is only read.
   */
  purchase: z
    .strictObject({ amount: z.string(), count: z.string(), unsure: z.string().optional() })
    .optional(),
});
export type MeterCredit = z.infer<typeof meterCreditSchema>;

export const meterParameterSchema = z.strictObject({
  /** Register that is read and written; the parameter has its name and its unit. */
  register: z.string(),
  /** Inclusive, in the unit of the register's name. */
  minimum: z.int(),
  maximum: z.int(),
});
export type MeterParameter = z.infer<typeof meterParameterSchema>;

/** What a meter can tell of itself and its wiring besides values; the alarm of the same name is raised. */
export const METER_EVENT_KINDS = [
  "meter-cover-open",
  "phase-loss",
  "phase-reversal",
  "meter-battery",
] as const;
export type MeterEventKind = (typeof METER_EVENT_KINDS)[number];

export const meterEventSchema = z.strictObject({
  kind: z.enum(METER_EVENT_KINDS),
  register: z.string(),
  /** The condition stands while one of these bits is set. Without it the register counts how often it has begun. */
  mask: z.int().positive().optional(),
  unsure: z.string().optional(),
});
export type MeterEvent = z.infer<typeof meterEventSchema>;

export const profileVariantSchema = z.strictObject({
  /** How many unit ids one circuit of this variant takes. */
  unitIdStep: z.int().positive().default(1),
  phases: z.literal([1, 3]),
  registers: z.array(registerSchema).min(1),
  /** Together they hold everything a sample needs; read in this order. */
  sampleBlocks: z.array(readBlockSchema).min(1),
  /** Modbus address ranges that must not be read across. */
  holes: z.array(z.strictObject({ from: modbusAddressSchema, to: modbusAddressSchema })).default([]),
  /** Several circuits behind one unit id: circuit n has every address (n − 1) × stride further on. Modbus only. */
  loops: z.strictObject({ count: z.int().min(2).max(64), stride: z.int().min(1).max(1024) }).optional(),
  /** Without it the meter only measures, and nothing ever switches. */
  relay: relayControlSchema.optional(),
  /** The bit by which the meter reports a fault of its own. */
  fault: z
    .strictObject({ register: z.string(), mask: z.int().positive(), unsure: z.string().optional() })
    .optional(),
  /**
   * Registers that together are the meter's serial number, in its order: by it a meter that was exchanged is noticed. They
   * belong to the unit, whatever the loop.
   */
  serial: z.strictObject({ registers: z.array(z.string()).min(1), unsure: z.string().optional() }).optional(),
  /** Status bits and counters by which the meter reports. One that is unsure is noted and raises no alarm. */
  events: z.array(meterEventSchema).default([]),
  /** Credit that the meter itself keeps and uses up. */
  credit: meterCreditSchema.optional(),
  /** What staff may set in the meter, as one value each. */
  parameters: z.array(meterParameterSchema).default([]),
  /** Energy register wraps after this. */
  energyModulusWh: z.int().positive(),
});
export type ProfileVariant = z.infer<typeof profileVariantSchema>;

const profileShape = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    .max(64),
  name: z.string().min(1),
  manufacturer: z.string().min(1),
  protocol: z.enum(["modbus", "dlt645"]),
  /** Where the facts come from. */
  source: z.string().min(1),
  defaultLine: z.strictObject({
    baud: z.int().min(300).max(921_600),
    parity: z.enum(["none", "odd", "even"]),
    stopBits: z.literal([1, 2]),
  }),
  /** Gap between requests beyond t3.5; range 0–1000 ms. */
  minimumGapMs: z.int().min(0).max(1000),
  /** Longest latency: a unit that timed out is left alone until it has passed. Range 50–5000 ms. */
  longestLatencyMs: z.int().min(50).max(5000),
  clockDriftNote: z.string().optional(),
  /** Where a Modbus meter keeps its clock; a DL/T 645 meter keeps it where the standard says. */
  clock: modbusClockSchema.optional(),
  /** A DL/T 645 meter that follows the time told by function 08; one that is set with a password needs no such word. */
  takesBroadcastTime: z.boolean().optional(),
  variants: z.record(z.string().min(1), profileVariantSchema),
});
export type Profile = z.infer<typeof profileShape>;

/** A meter type as data. A user can drop a new one beside the configuration. */
export const profileSchema = profileShape.superRefine((profile, context) => {
  for (const { path, message } of profileMistakes(profile))
    context.addIssue({ code: "custom", path, message });
});
