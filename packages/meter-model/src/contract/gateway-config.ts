import { z } from "zod";
import { holdSchema } from "../holds/hold.ts";
import { profileSchema, unitIdSchema } from "../profile/profile.ts";
import { meterAccessSchema } from "../profile/relay-control.ts";
import { circuitRulesSchema, weekPeriodsSchema } from "../rules/rule-config.ts";
import { idSchema, instantSchema } from "../sample.ts";
import { tariffSchema } from "../tariff/scheme-v1.ts";
import type { TariffCalendar } from "../tariff/tariff-calendar.ts";
import { bytePatternSchema, byteStringSchema } from "./byte-pattern.ts";

export const serialParitySchema = z.enum(["none", "odd", "even"]);

const tcpAddress = { host: z.string().min(1), port: z.int().min(1).max(65_535) };
/** What a network adds to a meter's time to answer, there and back. Range 0–5000 ms. */
const networkLatencyMsSchema = z.int().min(0).max(5000);

/** Where a bus' bytes come from. */
export const pipeSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("serial"),
    path: z.string().min(1),
  }),
  /** RTU frames through a serial server, unchanged. */
  z.object({
    kind: z.literal("rtu-tcp"),
    ...tcpAddress,
    /** For a serial server that is not in the same building. */
    networkLatencyMs: networkLatencyMsSchema.optional(),
  }),
  z.object({
    kind: z.literal("modbus-tcp"),
    ...tcpAddress,
    networkLatencyMs: networkLatencyMsSchema.optional(),
  }),
  /** A cellular unit that connects to the gateway, says who it is, and passes bytes of its line on. */
  z.object({
    kind: z.literal("dial-in"),
    /** The packet by which the unit says who it is: text, or "hex:" and bytes. */
    registration: bytePatternSchema,
    /** The packet by which it says that it lives; never reaches the meters' protocol. */
    heartbeat: bytePatternSchema.optional(),
    /** What it wants to hear to that. */
    heartbeatReply: byteStringSchema.optional(),
    /** A connection without a byte for so long is dead. Range 10–3600 s; 180 s is three heartbeats of most units. */
    silentAfterS: z.int().min(10).max(3600).default(180),
    /** 1500 ms covers a poor cell. */
    networkLatencyMs: networkLatencyMsSchema.default(1500),
  }),
]);
export type PipeConfig = z.infer<typeof pipeSchema>;

export const lineSchema = z.object({
  baud: z.int().min(300).max(921_600),
  parity: serialParitySchema,
  stopBits: z.union([z.literal(1), z.literal(2)]),
});
export type LineConfig = z.infer<typeof lineSchema>;

export const busConfigSchema = z.object({
  id: idSchema,
  name: z.string(),
  pipe: pipeSchema,
  line: lineSchema,
  /** Every circuit is read at least this often while the bus can; range 1 s–15 min, default 5 s. */
  pollIntervalMs: z.int().min(1000).max(900_000),
});
export type BusConfig = z.infer<typeof busConfigSchema>;

/** Where a circuit's credit lives. */
export const creditPlaceSchema = z.enum(["server", "meter"]);
export type CreditPlace = z.infer<typeof creditPlaceSchema>;

export const circuitConfigSchema = z.object({
  id: idSchema,
  name: z.string(),
  meterId: idSchema,
  busId: idSchema,
  profile: z.string(),
  /** Variant of the profile, e.g. "single-phase". */
  variant: z.string(),
  unitId: unitIdSchema,
  /** Which of the circuits behind its unit id, 1…count of the variant's loops; default 1. */
  loop: z.int().min(1).max(64).optional(),
  /** With what a DL/T 645 meter is switched; without it such a meter is only read. */
  access: meterAccessSchema.optional(),
  /** What the meter's own parameters shall be, by register name; compared when asked, written only when staff ask. */
  parameters: z.record(z.string().max(80), z.int()).optional(),
  /** `meter`: purchases are written into the meter, which keeps and uses up its credit itself. Default `server`. */
  creditPlace: creditPlaceSchema.optional(),
  ctRatio: z.int().min(1).max(9999),
  ptRatio: z.int().min(1).max(9999),
  householdId: idSchema.nullable(),
  /** Rating of the switch; above it the relay is never broken by command (S10). */
  switchRatingCa: z.int().positive(),
  keepPower: z.boolean(),
  /** S11: a generator, inverter or PV plant may feed the load side; never closed while that side may be live. */
  hasSecondSource: z.boolean().default(false),
  /** Set once commissioning has proved relay command and read-back on this device; without it nothing switches by itself. */
  commissionedAt: instantSchema.nullable(),
  rules: circuitRulesSchema,
  /** What the server last heard: a gateway with an empty store starts from these. */
  lastKnownHolds: z.array(holdSchema),
});
export type CircuitConfig = z.infer<typeof circuitConfigSchema>;

/** How far a meter's own clock may be off, and how it is put right: in steps, and never across an edge of a rate. */
export const meterClockPolicySchema = z.object({
  /** Without it clocks are only compared. */
  isCorrected: z.boolean().default(true),
  /** Further off than this is told as an event. Range 2–60 s. */
  warnS: z.int().min(2).max(60).default(10),
  /** Further off than this a person is asked, and nothing is corrected: that is no drift. Range 10–600 s. */
  alarmS: z.int().min(10).max(600).default(60),
  /** The most that one correction, once a day, moves a clock. Range 1–60 s; 30 s is a month of a poor quartz. */
  stepS: z.int().min(1).max(60).default(30),
});
export type MeterClockPolicy = z.infer<typeof meterClockPolicySchema>;

/** Defaults of gateway.md's safety rules; a site's policy may change a number. */
export const safetyPolicySchema = z.object({
  /** S5: nobody is cut for want of credit within these local times (nights, weekends, holidays). Default: none. */
  protectedTimes: weekPeriodsSchema.default({ workday: [], "rest-day": [], holiday: [] }),
  /** S5: set by hand while heat, cold or a storm makes a cut dangerous. */
  isWeatherProtected: z.boolean().default(false),
  /** S6: a bulk of cuts for credit is at least this many circuits… */
  bulkCutMinimum: z.int().min(1).default(20),
  /** …and this share of the site's, in thousandths. */
  bulkCutShareMilli: z.int().min(1).max(1000).default(50),
  /** S8. */
  minOpenCloseGapS: z.int().min(1).default(10),
  minOverloadCloseGapS: z.int().min(1).default(60),
  automaticOperationsPerHour: z.int().min(1).default(6),
  meterClock: meterClockPolicySchema.prefault({}),
});
export type SafetyPolicy = z.infer<typeof safetyPolicySchema>;

/** Load shedding on grid demand: these circuits are open from start to end. */
export const campaignSchema = z.object({
  id: idSchema,
  name: z.string().max(120),
  startsAt: instantSchema,
  endsAt: instantSchema,
  circuitIds: z.array(idSchema),
});
export type Campaign = z.infer<typeof campaignSchema>;

export const gatewayConfigSchema = z.object({
  /** Also the ETag. */
  revision: z.int().nonnegative(),
  gatewayId: idSchema,
  siteId: idSchema,
  timeZone: z.string(),
  currency: z.string().length(3),
  /** Digits of the minor unit: 2 for CNY, 0 for JPY. */
  currencyDigits: z.int().min(0).max(3),
  /** Local dates, YYYY-MM-DD. */
  holidays: z.array(z.iso.date()),
  /** ISO weekdays (1 Monday … 7 Sunday) that are rest days. */
  restWeekdays: z.array(z.int().min(1).max(7)),
  /** Day types of tariffs by local date; none when left out. */
  namedDays: z.record(z.iso.date(), z.string()).optional(),
  safety: safetyPolicySchema,
  buses: z.array(busConfigSchema),
  circuits: z.array(circuitConfigSchema),
  /** Running and to come; one that ended early has left the list. */
  campaigns: z.array(campaignSchema).default([]),
  /** Users' own profiles that the circuits name. */
  profiles: z.array(profileSchema).optional(),
});
export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;

/** The site's days as tariffs see them. */
export function tariffCalendarOf({
  timeZone,
  restWeekdays,
  holidays,
  namedDays = {},
}: Pick<GatewayConfig, "timeZone" | "restWeekdays" | "holidays" | "namedDays">): TariffCalendar {
  return { timeZone, restWeekdays, holidays, namedDays };
}

/** What the gateway needs to settle use as the server will: free energy and blocks. */
export const openSettlementSchema = z.object({
  /** Free energy, before the open use took any. */
  freeWh: z.int().nonnegative(),
  /** Use that the balance contains and no entry has settled yet, at its rates with tax; 10⁻⁹. */
  open: z.array(z.object({ wh: z.int().nonnegative(), costNano: z.int().nonnegative() })),
  /** What free energy relieves of that in the balance, with tax; 10⁻⁹. */
  openFreeNano: z.int().nonnegative(),
  /** Counted towards the tariff's blocks, with the open use; null before anything is. */
  block: z.object({ period: z.string(), wh: z.int() }).nullable(),
});
export type OpenSettlement = z.infer<typeof openSettlementSchema>;

/**
 * What a household can still use, as the server knows it: `balanceMicro` is the live balance at the moment when each
 * circuit's register stood at `energyWh`. The gateway subtracts what the use since costs. Newer `revision` wins.
 *
 * Position version 2 adds `settlement` and `laterTariffs`. A document of version 1, on the wire or in a gateway's store, has neither
 * and means what it always meant: nothing is free, no block is counted, the prices stay.
 */
export const creditPositionSchema = z.object({
  positionVersion: z.union([z.literal(1), z.literal(2)]).optional(),
  householdId: idSchema,
  revision: z.int().nonnegative(),
  at: instantSchema,
  balanceMicro: z.int(),
  registers: z.array(z.object({ circuitId: idSchema, at: instantSchema, energyWh: z.int().nonnegative() })),
  /** Circuits open at or below this balance… */
  cutMicro: z.int(),
  /** …and close above this one. */
  releaseMicro: z.int(),
  /** In force at the oldest of the registers. */
  tariff: tariffSchema,
  settlement: openSettlementSchema.optional(),
  /** The versions that follow, in order of time: those that began since, and those that begin while the server is away. */
  laterTariffs: z.array(z.object({ effectiveFrom: instantSchema, tariff: tariffSchema })).optional(),
});
export type CreditPosition = z.infer<typeof creditPositionSchema>;
