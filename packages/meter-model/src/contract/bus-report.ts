import { z } from "zod";
import { unitIdSchema } from "../profile/profile.ts";
import { idSchema, instantSchema, presenceSchema, relayStateSchema } from "../sample.ts";

export const BUS_STATES = ["opening", "up", "down", "jammed"] as const;

/** What answered a scan. */
export const foundUnitSchema = z.object({
  unitId: unitIdSchema,
  /** `unclear`: something speaks at this address, and not in good frames: mostly two units with the same one. */
  state: z.enum(["answered", "unclear"]),
  /** Profiles whose whole sample the unit answers. Several: the registers alone do not tell which meter it is. */
  fits: z.array(z.object({ profile: z.string().max(80), variant: z.string().max(80) })).max(100),
});
export type FoundUnit = z.infer<typeof foundUnitSchema>;

export const SCAN_STATES = ["running", "stopped", "done", "failed"] as const;

/** The whole of a scan so far: the last one told says all. */
export const scanProgressSchema = z.object({
  state: z.enum(SCAN_STATES),
  /** Questions asked, and to be asked. */
  asked: z.int().nonnegative(),
  total: z.int().nonnegative(),
  found: z.array(foundUnitSchema).max(500),
  /** Why it failed, for a person. */
  detail: z.string().max(500).nullable(),
});
export type ScanProgress = z.infer<typeof scanProgressSchema>;

/** Counters are those since the gateway opened the bus. */
export const unitStatisticsSchema = z.object({
  unitId: unitIdSchema,
  /** `offline` also before the first answer. */
  presence: presenceSchema,
  /** Smoothed time the unit needs to begin its answer; null before the first one. */
  turnaroundMs: z.number().nonnegative().nullable(),
  /** How long its next answer is waited for. */
  allowanceMs: z.number().nonnegative(),
  replies: z.int().nonnegative(),
  timeouts: z.int().nonnegative(),
  crcErrors: z.int().nonnegative(),
  /** Truncated, foreign and doubled answers. */
  protocolErrors: z.int().nonnegative(),
  /** Answers by which the unit refused. */
  exceptions: z.int().nonnegative(),
  lastReplyAt: instantSchema.nullable(),
});
export type UnitStatistics = z.infer<typeof unitStatisticsSchema>;

export const busStatisticsSchema = z.object({
  state: z.enum(BUS_STATES),
  /** Thousandths of the wire that the plan needs; above 1000 it cannot be kept. */
  plannedMilli: z.int().nonnegative(),
  /** Thousandths of the last minute during which a transaction was on the wire. */
  usedMilli: z.int().nonnegative(),
  /** Transactions per second of the last minute, in thousandths. */
  ratePerSecondMilli: z.int().nonnegative(),
  /** Bytes nobody asked for. */
  foreignBytes: z.int().nonnegative(),
  /** By lane: what waits, the lane's share of the plan, what was done and failed, and how late it was at worst in the last minute. */
  lanes: z.record(
    z.string(),
    z.object({
      waiting: z.int().nonnegative(),
      plannedMilli: z.int().nonnegative(),
      done: z.int().nonnegative(),
      failed: z.int().nonnegative(),
      latenessMs: z.int().nonnegative(),
    }),
  ),
  units: z.array(unitStatisticsSchema).max(1000),
});
export type BusStatistics = z.infer<typeof busStatisticsSchema>;

/** One frame, read for a person. */
export const tracedFrameSchema = z.object({
  /** Grows over the life of the gateway. */
  number: z.int().positive(),
  at: instantSchema,
  /** `dropped`: thrown away, because it answers nothing that was asked. */
  direction: z.enum(["sent", "received", "dropped"]),
  unitId: z.string().max(20).nullable(),
  text: z.string().max(2000),
  /** Registers by name, where the unit's profile knows them. */
  values: z.array(z.object({ name: z.string().max(80), text: z.string().max(80) })).max(200),
  /** Hexadecimal digits. */
  hex: z.string().max(2000),
});
export type TracedFrame = z.infer<typeof tracedFrameSchema>;

export const RELAY_TEST_STATES = ["opening", "open", "closing", "passed", "failed"] as const;

export const relayTestSchema = z.object({
  state: z.enum(RELAY_TEST_STATES),
  /** One for each read-back. */
  steps: z
    .array(z.object({ at: instantSchema, relay: relayStateSchema, activePowerW: z.int().nullable() }))
    .max(10),
  /** Why it failed, for a person. */
  detail: z.string().max(500).nullable(),
});
export type RelayTestProgress = z.infer<typeof relayTestSchema>;

const common = { busId: idSchema, at: instantSchema };

/** What `POST /gateway/bus-reports` takes. A report that is lost is made up by the next one; none is kept while the server is away. */
export const busReportSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("scan"), ...common, requestId: idSchema, scan: scanProgressSchema }),
  z.object({ kind: z.literal("statistics"), ...common, statistics: busStatisticsSchema }),
  z.object({ kind: z.literal("frames"), ...common, frames: z.array(tracedFrameSchema).max(500) }),
  z.object({ kind: z.literal("relay-test"), ...common, requestId: idSchema, test: relayTestSchema }),
]);
export type BusReport = z.infer<typeof busReportSchema>;
export type BusReportOf<Kind extends BusReport["kind"]> = Extract<BusReport, { kind: Kind }>;
