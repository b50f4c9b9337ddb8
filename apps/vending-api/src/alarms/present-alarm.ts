import {
  ALARM_KIND_NAMES,
  holdParamsSchema,
  sampleSchema,
  severitySchema,
  subjectSchema,
} from "@hallmeter/meter-model";
import { z } from "zod";
import { ALARM_STATES, type Alarm } from "./alarm.model.ts";

export const alarmAnswer = z
  .object({
    id: z.string(),
    siteId: z.string(),
    key: z.string(),
    kind: z.enum(ALARM_KIND_NAMES),
    severity: severitySchema,
    state: z.enum(ALARM_STATES),
    raisedAt: z.iso.datetime(),
    lastRaisedAt: z.iso.datetime(),
    clearedAt: z.iso.datetime().optional(),
    acknowledgedBy: z.string().optional(),
    acknowledgedAt: z.iso.datetime().optional(),
    comment: z.string().optional(),
    shelvedBy: z.string().optional(),
    shelvedUntil: z.iso.datetime().optional(),
    shelveReason: z.string().optional(),
    subject: subjectSchema,
    subjectName: z.string(),
    params: holdParamsSchema,
    evidence: z.object({ ruleVersion: z.int().optional(), samples: z.array(sampleSchema) }).optional(),
    count: z.int(),
  })
  .meta({ id: "Alarm" });
export type AlarmAnswer = z.input<typeof alarmAnswer>;

export function presentAlarm(alarm: Alarm, subjectName: string): AlarmAnswer {
  const { _id: id, siteId, key, kind, severity, state, subject, params, count } = alarm;
  return {
    ...{ id, siteId, key, kind, severity, state, subject, subjectName, params, count },
    raisedAt: alarm.raisedAt.toISOString(),
    lastRaisedAt: alarm.lastRaisedAt.toISOString(),
    clearedAt: alarm.clearedAt?.toISOString(),
    acknowledgedBy: alarm.acknowledgedBy ?? undefined,
    acknowledgedAt: alarm.acknowledgedAt?.toISOString(),
    comment: alarm.comment ?? undefined,
    shelvedBy: alarm.shelvedBy ?? undefined,
    shelvedUntil: alarm.shelvedUntil?.toISOString(),
    shelveReason: alarm.shelveReason ?? undefined,
    evidence: alarm.evidence ?? undefined,
  };
}
