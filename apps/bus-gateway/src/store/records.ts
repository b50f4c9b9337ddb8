import {
  ALARM_KIND_NAMES,
  bulkAnswerSchema,
  circuitStateSchema,
  commandResultSchema,
  commandSchema,
  gatewayConfigSchema,
  holdParamsSchema,
  intendedStateSchema,
  presenceSchema,
  saleResultSchema,
  saleSchema,
  sampleSchema,
  severitySchema,
  subjectSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import { outboxKeySchema } from "./outbox.ts";

const millisecondsSchema = z.int();

export const keptConfigSchema = z.object({
  config: gatewayConfigSchema,
  /** As the server named it; sent back as If-None-Match. */
  etag: z.string().nullable(),
});
export type KeptConfig = z.infer<typeof keptConfigSchema>;

/** Where the uplink stands. The batch in flight is sent again, byte for byte, until it is answered. */
export const uplinkMarkSchema = z.object({
  lastSequence: z.int().nonnegative(),
  inFlight: z
    .object({ sequence: z.int().positive(), sentAt: z.iso.datetime(), keys: z.array(outboxKeySchema) })
    .nullable(),
});
export type UplinkMark = z.infer<typeof uplinkMarkSchema>;
export const EMPTY_UPLINK_MARK: UplinkMark = { lastSequence: 0, inFlight: null };

/** The newest message that has taken effect. */
export const downlinkMarkSchema = z.object({ sequence: z.int().nonnegative() });
export type DownlinkMark = z.infer<typeof downlinkMarkSchema>;

/** What was done to the relay, as the safety rules need it. */
export const switchingRecordSchema = z.object({
  /** Failed tries in a row to reach `triedFor` (S1). */
  tries: z.int().nonnegative(),
  triedFor: intendedStateSchema.nullable(),
  /** The relay does not follow: nothing automatic until it agrees or a person commands (S1). */
  isFaulty: z.boolean(),
  /** After opening: samples that must still show no load (S1). */
  loadCheck: z.object({ samplesLeft: z.int(), sinceMs: millisecondsSchema }).nullable(),
  /** Contact stays closed although opened: power flowed after the relay said open. */
  isWelded: z.boolean(),
  openedAtMs: millisecondsSchema.nullable(),
  openedForOverload: z.boolean(),
  /** Automatic operations of the last hour (S8). */
  automaticAtMs: z.array(millisecondsSchema),
});
export type SwitchingRecord = z.infer<typeof switchingRecordSchema>;

/** A register at an instant. */
export const meterRegisterSchema = z.object({ energyWh: z.int().nonnegative(), at: z.iso.datetime() });
export type MeterRegister = z.infer<typeof meterRegisterSchema>;

/** Another meter was found where a known one hung. */
export const meterChangeSchema = z.object({
  fromSerial: z.string(),
  /** Empty: it tells none. */
  toSerial: z.string(),
  last: meterRegisterSchema.nullable(),
  first: meterRegisterSchema.nullable(),
  /** Of the configuration when the known meter was last seen: another one is a commissioning since. */
  commissionedAt: z.iso.datetime().nullable(),
});
export type MeterChange = z.infer<typeof meterChangeSchema>;

/** Which meter is known to hang at a circuit. */
export const identityRecordSchema = z.object({
  serial: z.string().nullable(),
  commissionedAt: z.iso.datetime().nullable(),
  change: meterChangeSchema.nullable(),
});
export type IdentityRecord = z.infer<typeof identityRecordSchema>;

/** The last comparison of a meter's own clock. */
export const clockRecordSchema = z.object({
  comparedAtMs: millisecondsSchema,
  /** Positive: fast; null: it showed no time. */
  offsetMs: millisecondsSchema.nullable(),
  /** When it was last moved; null for never. */
  steppedAtMs: millisecondsSchema.nullable(),
});
export type ClockRecord = z.infer<typeof clockRecordSchema>;

/** What was last read of a meter beside its samples. */
export const meterRecordSchema = z.object({
  identity: identityRecordSchema,
  clock: clockRecordSchema.nullable(),
  /** Counters of its events, by kind and register, and when each last rose. */
  counts: z.record(z.string(), z.object({ count: z.int(), roseAtMs: millisecondsSchema.nullable() })),
});
export type MeterRecord = z.infer<typeof meterRecordSchema>;

export const circuitRecordSchema = z.object({
  rules: circuitStateSchema,
  /** Of the last circuit-state sent. */
  revision: z.int().nonnegative(),
  lastSample: sampleSchema.nullable(),
  presence: presenceSchema,
  switching: switchingRecordSchema,
  /** The last register that was surely the known meter's. */
  lastProved: meterRegisterSchema.nullable().default(null),
});
export type CircuitRecord = z.infer<typeof circuitRecordSchema>;

/**
 * A register between the credit position and now. `isBreak`: what lies between the one before and this is nobody's use; `mostW`
 * says what the switch carries at most, for a register of the server's that is newer than the break.
 */
export const usePointSchema = z.object({
  atMs: millisecondsSchema,
  energyWh: z.int().nonnegative(),
  isBreak: z.boolean().optional(),
  mostW: z.int().nonnegative().optional(),
});
export type UsePoint = z.infer<typeof usePointSchema>;

/** Executed at most once: a command that is here is never executed again (S2). */
export const journalEntrySchema = z.object({
  command: commandSchema,
  /** `waiting`: its not-before lies ahead · `sent`: taken up; the relay may have been touched. */
  state: z.enum(["waiting", "sent"]),
  /** The relay state that would confirm it. */
  target: intendedStateSchema.nullable(),
  result: commandResultSchema.nullable(),
  /** Asked for at the gateway itself: the server knows no such command, and is told of it as an event. */
  isLocal: z.boolean().default(false),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** S6: the last answer to a paused bulk of cuts. */
export const answeredBulkSchema = z.object({ answer: bulkAnswerSchema, circuitIds: z.array(z.string()) });

/** On disk before a purchase goes out: the meter as it stood, and the count that the purchase shall have there. */
export const saleIntentSchema = z.object({
  countBefore: z.int().nonnegative(),
  remainingBeforeMinor: z.int(),
  count: z.int().nonnegative(),
  /** How often it went out, this time included. */
  writes: z.int().positive(),
  lastWriteAtMs: millisecondsSchema,
  /** The meter answered the last write with a refusal. */
  isRefused: z.boolean(),
});
export type SaleIntent = z.infer<typeof saleIntentSchema>;

/** Taken once: a sale that is here is not taken again. */
export const saleRecordSchema = z.object({
  sale: saleSchema,
  /** Grows with each sale taken: each circuit's are carried out in this order. */
  order: z.int().positive(),
  /** Null while nothing can have gone out. */
  intent: saleIntentSchema.nullable(),
  /** What the server was told last. */
  result: saleResultSchema.nullable(),
  isOpen: z.boolean(),
});
export type SaleRecord = z.infer<typeof saleRecordSchema>;

export const alarmRecordSchema = z.object({
  key: z.string(),
  kind: z.enum(ALARM_KIND_NAMES),
  severity: severitySchema,
  subject: subjectSchema,
  params: holdParamsSchema,
  raisedAt: z.iso.datetime(),
});
export type AlarmRecord = z.infer<typeof alarmRecordSchema>;
