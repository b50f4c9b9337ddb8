import { z } from "zod";
import { holdParamsSchema, holdSchema } from "../holds/hold.ts";
import { viciousCaseSchema } from "../rules/vicious-verdict.ts";
import {
  idSchema,
  instantSchema,
  intendedStateSchema,
  presenceSchema,
  relayStateSchema,
  sampleSchema,
} from "../sample.ts";
import { commandResultSchema } from "./command.ts";
import { meterCreditReportSchema, parameterReportSchema } from "./meter-parameters.ts";
import { saleResultSchema } from "./sale.ts";

export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export const severitySchema = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severitySchema>;

/** What an event or alarm is about: the narrowest thing that explains it. */
export const subjectSchema = z.object({
  circuitId: idSchema.optional(),
  meterId: idSchema.optional(),
  busId: idSchema.optional(),
  householdId: idSchema.optional(),
});

/** Conditions that ask for a person: what each is called and how urgent it is by default. */
export const ALARM_KINDS = {
  "bus-down": { severity: "critical" },
  "bus-jammed": { severity: "high" },
  "unit-offline": { severity: "medium" },
  "duplicate-address": { severity: "high" },
  "relay-fault": { severity: "critical" },
  "meter-fault": { severity: "high" },
  "current-above-switch-rating": { severity: "critical" },
  "vicious-load": { severity: "medium" },
  overload: { severity: "medium" },
  "low-balance": { severity: "low" },
  "bulk-cut-paused": { severity: "critical" },
  "switching-too-often": { severity: "high" },
  "store-full": { severity: "critical" },
  "gateway-offline": { severity: "high" },
  "register-suspect": { severity: "high" },
  "sale-doubtful": { severity: "high" },
  "payment-doubtful": { severity: "high" },
  "use-held": { severity: "medium" },
  "meter-stuck": { severity: "medium" },
  "no-use": { severity: "info" },
  "vacant-use": { severity: "low" },
  "clock-off": { severity: "medium" },
  "sum-differs": { severity: "medium" },
  "meter-changed": { severity: "high" },
  "meter-clock": { severity: "medium" },
  "parameters-differ": { severity: "medium" },
  "meter-cover-open": { severity: "high" },
  "phase-loss": { severity: "high" },
  "phase-reversal": { severity: "medium" },
  "meter-battery": { severity: "low" },
} as const satisfies Record<string, { severity: Severity }>;
export type AlarmKind = keyof typeof ALARM_KINDS;
export const ALARM_KIND_NAMES = Object.keys(ALARM_KINDS) as [AlarmKind, ...AlarmKind[]];

/** Samples and numbers behind a verdict, as shown and replayed. */
export const evidenceSchema = z.object({
  ruleVersion: z.int().optional(),
  samples: z.array(sampleSchema).max(600),
  judged: viciousCaseSchema.optional(),
});

/** Every item can be delivered twice without a second effect. */
export const uplinkItemSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("sample"), sample: sampleSchema }),
  z.object({
    type: z.literal("circuit-state"),
    circuitId: idSchema,
    at: instantSchema,
    /** Grows with each change at the gateway; an older one is ignored. */
    revision: z.int().nonnegative(),
    relay: relayStateSchema,
    intended: intendedStateSchema,
    presence: presenceSchema,
    keepPower: z.boolean(),
    /** Every hold that stands, keep-power or not. */
    holds: z.array(holdSchema),
  }),
  z.object({ type: z.literal("command-result"), result: commandResultSchema }),
  z.object({ type: z.literal("sale-result"), result: saleResultSchema }),
  z.object({ type: z.literal("parameters"), report: parameterReportSchema }),
  z.object({ type: z.literal("meter-credit"), report: meterCreditReportSchema }),
  z.object({
    type: z.literal("event"),
    id: idSchema,
    at: instantSchema,
    kind: z.string().max(60),
    subject: subjectSchema,
    params: holdParamsSchema,
    evidence: evidenceSchema.optional(),
  }),
  z.object({
    type: z.literal("alarm"),
    /** Same condition on the same subject, same key: raised once until cleared. */
    key: z.string().max(160),
    at: instantSchema,
    kind: z.enum(ALARM_KIND_NAMES),
    state: z.enum(["raised", "cleared"]),
    severity: severitySchema,
    subject: subjectSchema,
    params: holdParamsSchema,
    evidence: evidenceSchema.optional(),
  }),
  z.object({
    type: z.literal("bus-budget"),
    busId: idSchema,
    at: instantSchema,
    /** Thousandths of the bus' time used in the last minute, and planned. */
    utilisationMilli: z.int(),
    plannedMilli: z.int(),
    transactions: z.int(),
    timeouts: z.int(),
    crcErrors: z.int(),
    protocolErrors: z.int(),
    lanes: z.record(z.string(), z.object({ queued: z.int(), worstWaitMs: z.int() })),
  }),
]);
export type UplinkItem = z.infer<typeof uplinkItemSchema>;

export const uplinkBatchSchema = z.object({
  /** Strictly growing per gateway; a sequence already taken is answered as before and changes nothing. */
  sequence: z.int().positive(),
  sentAt: instantSchema,
  items: z.array(uplinkItemSchema).max(1000),
});
export type UplinkBatch = z.infer<typeof uplinkBatchSchema>;

/** Items that can't be taken (an unknown circuit, say) are named, not retried. */
export const uplinkReplySchema = z.object({
  acceptedSequence: z.int(),
  rejected: z.array(z.object({ index: z.int(), code: z.string(), detail: z.string() })),
});
export type UplinkReply = z.infer<typeof uplinkReplySchema>;
