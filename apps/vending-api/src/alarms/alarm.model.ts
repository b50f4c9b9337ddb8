import type { AlarmKind, holdParamsSchema, Sample, Severity, subjectSchema } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import type { z } from "zod";
import { boundModel, idField } from "../db/model.ts";

export const ALARM_STATES = ["raised", "acknowledged", "shelved", "cleared"] as const;
export type AlarmState = (typeof ALARM_STATES)[number];
/** What asks for a person now. */
export const OPEN_STATES = ["raised", "acknowledged"] as const satisfies AlarmState[];
export type Subject = z.infer<typeof subjectSchema>;
export type Params = z.infer<typeof holdParamsSchema>;
export interface Evidence {
  ruleVersion?: number | undefined;
  samples: Sample[];
}

/** One condition from its raising to its clearing; a later one of the same key is another document. */
export interface Alarm {
  _id: string;
  siteId: string;
  /** Same condition on the same subject, same key. */
  key: string;
  /** `key` while it stands, then one that nobody else has: unique with `siteId`, so a condition stands once. */
  standingKey: string;
  kind: AlarmKind;
  severity: Severity;
  /** Place in SEVERITIES, to sort by. */
  severityRank: number;
  state: AlarmState;
  raisedAt: Date;
  /** The latest raising; older news about this condition changes nothing. */
  lastRaisedAt: Date;
  /** How often it was raised while it stood. */
  count: number;
  clearedAt: Date | null;
  acknowledgedBy: string | null;
  acknowledgedAt: Date | null;
  comment: string | null;
  shelvedBy: string | null;
  shelvedUntil: Date | null;
  shelveReason: string | null;
  subject: Subject;
  params: Params;
  evidence: Evidence | null;
  /** Raised, and not looked at yet for whom to tell. */
  noticeDue?: true;
}

const alarmSchema = new Schema<Alarm>(
  {
    _id: idField,
    siteId: { type: String, required: true },
    key: { type: String, required: true },
    standingKey: { type: String, required: true },
    kind: { type: String, required: true },
    severity: { type: String, required: true },
    severityRank: { type: Number, required: true },
    state: { type: String, enum: ALARM_STATES, required: true },
    raisedAt: { type: Date, required: true },
    lastRaisedAt: { type: Date, required: true },
    count: { type: Number, required: true },
    clearedAt: { type: Date, default: null },
    acknowledgedBy: { type: String, default: null },
    acknowledgedAt: { type: Date, default: null },
    comment: { type: String, default: null },
    shelvedBy: { type: String, default: null },
    shelvedUntil: { type: Date, default: null },
    shelveReason: { type: String, default: null },
    subject: { type: Schema.Types.Mixed, required: true },
    params: { type: Schema.Types.Mixed, required: true },
    evidence: { type: Schema.Types.Mixed, default: null },
    noticeDue: { type: Boolean },
  },
  { collection: "alarms", versionKey: false, minimize: false },
);
alarmSchema.index({ siteId: 1, standingKey: 1 }, { unique: true });
// The inbox turns its pages in these orders, whose ties are broken by `_id`: no page sorts what it does not show.
alarmSchema.index({ siteId: 1, state: 1, severityRank: 1, _id: 1 });
alarmSchema.index({ siteId: 1, state: 1, raisedAt: 1, _id: 1 });
alarmSchema.index({ siteId: 1, raisedAt: 1, _id: 1 });
/** Every open alarm of a site, the most urgent last: an index by state would give them one state after the other. */
export const OPEN_BY_SEVERITY = "open_by_severity";
alarmSchema.index(
  { siteId: 1, severityRank: 1, _id: 1 },
  { name: OPEN_BY_SEVERITY, partialFilterExpression: { state: { $in: [...OPEN_STATES] } } },
);
// What a list is narrowed to: a kind, or what one thing has had. A search asks for several of these at once.
for (const field of ["kind", "subject.circuitId", "subject.householdId", "subject.meterId", "subject.busId"])
  alarmSchema.index({ siteId: 1, [field]: 1, state: 1 });
alarmSchema.index({ state: 1, shelvedUntil: 1 });
alarmSchema.index({ siteId: 1, key: 1, clearedAt: -1 });
alarmSchema.index({ noticeDue: 1 }, { partialFilterExpression: { noticeDue: { $exists: true } } });

export const alarmModel = (connection: Connection) => boundModel<Alarm>(connection, "Alarm", alarmSchema);
