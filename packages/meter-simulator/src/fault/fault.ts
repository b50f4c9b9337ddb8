import { unitIdSchema } from "@hallmeter/meter-model";
import { z } from "zod";

/** Which circuit of a unit that has several, 1…count. */
const loopSchema = z.int().min(1).max(64).default(1);
const common = {
  busId: z.string().min(1),
  /** Seconds after the start, or after being set. */
  afterS: z.number().nonnegative().default(0),
  /** Ends by itself after this; without it, it lasts until it is taken back. */
  forS: z.number().positive().optional(),
};
const perReply = {
  ...common,
  /** Without it every unit of the bus is meant. */
  unitId: unitIdSchema.optional(),
  /** How many of a thousand replies it hits. */
  chanceMilli: z.int().min(1).max(1000).default(1000),
  /** It ends after hitting this many replies. */
  times: z.int().positive().optional(),
};

/** Faults of a reply on its way; the meter itself has done what it was asked. */
export const REPLY_FAULT_KINDS = [
  "lost-reply",
  "late-reply",
  "truncated-reply",
  "wrong-length",
  "doubled-reply",
  "foreign-frame",
  "damaged-reply",
] as const;

export const faultSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("lost-reply"), ...perReply }),
  z.object({ kind: z.literal("late-reply"), ...perReply, delayMs: z.number().positive().max(60_000) }),
  z.object({ kind: z.literal("truncated-reply"), ...perReply, keepBytes: z.int().min(1).max(255) }),
  z.object({ kind: z.literal("wrong-length"), ...perReply, extraBytes: z.int().min(1).max(64) }),
  z.object({ kind: z.literal("doubled-reply"), ...perReply, gapMs: z.number().min(0).max(5000).default(0) }),
  z.object({ kind: z.literal("foreign-frame"), ...perReply, asUnitId: unitIdSchema }),
  z.object({ kind: z.literal("damaged-reply"), ...perReply }),
  /** Any character of anyone may be changed or lost. */
  z.object({ kind: z.literal("noise"), ...common, chanceMilli: z.int().min(1).max(1000) }),
  /** A second meter with the same unit id answers too. */
  z.object({
    kind: z.literal("duplicate-address"),
    ...common,
    unitId: unitIdSchema,
    /** How much later than the first; below the reply's length the two collide. */
    delayMs: z.number().min(0).max(5000).default(0),
  }),
  /** The unit hears and does nothing. */
  z.object({ kind: z.literal("dead-unit"), ...common, unitId: unitIdSchema }),
  z.object({ kind: z.literal("stuck-relay"), ...common, unitId: unitIdSchema, loop: loopSchema }),
  z.object({
    kind: z.literal("register-rollover"),
    ...common,
    unitId: unitIdSchema,
    loop: loopSchema,
    remainingWh: z.int().min(0).max(100_000),
  }),
  /** A generator or another feeder on the load side: behind the open contact the load stays live, and unmetered. */
  z.object({ kind: z.literal("second-source"), ...common, unitId: unitIdSchema, loop: loopSchema }),
  /** Another meter in the old one's place: as delivered, with another number and register. */
  z.object({
    kind: z.literal("meter-swap"),
    ...common,
    unitId: unitIdSchema,
    loop: loopSchema,
    serialNumber: z.string().regex(/^\d{12}$/),
    energyWh: z.int().min(0).max(999_999_990).default(0),
  }),
  /** Of the cabinet that the unit belongs to, or of the whole bus: meters and appliances are without voltage. */
  z.object({ kind: z.literal("power-failure"), ...common, unitId: unitIdSchema.optional() }),
  z.object({ kind: z.literal("clock-jump"), ...common, unitId: unitIdSchema, byS: z.int() }),
  /** The clock starts again at 2000-01-01 00:00, now and after every power failure while this lasts. */
  z.object({ kind: z.literal("battery-failure"), ...common, unitId: unitIdSchema }),
  /** Every port of the bus hears what it sends itself. */
  z.object({ kind: z.literal("local-echo"), ...common }),
  /** Someone drives the wire without end. */
  z.object({ kind: z.literal("jammed-line"), ...common }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault["kind"];
export type FaultInput = z.input<typeof faultSchema>;
export type ReplyFault = Extract<Fault, { kind: (typeof REPLY_FAULT_KINDS)[number] }>;

/** They have happened once they begin; nothing ends or repeats them. */
const MOMENTARY_KINDS: readonly FaultKind[] = ["register-rollover", "meter-swap", "clock-jump"];

export function isMomentary({ kind }: Fault): boolean {
  return MOMENTARY_KINDS.includes(kind);
}

export function isReplyFault(fault: Fault): fault is ReplyFault {
  return (REPLY_FAULT_KINDS as readonly string[]).includes(fault.kind);
}
