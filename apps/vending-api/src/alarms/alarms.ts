import { type AlarmKind, SEVERITIES, type Severity } from "@hallmeter/meter-model";
import { isDuplicateKey, newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { type Alarm, alarmModel, type Evidence, type Params, type Subject } from "./alarm.model.ts";

export interface RaisedAlarm {
  siteId: string;
  key: string;
  kind: AlarmKind;
  severity: Severity;
  at: Date;
  subject: Subject;
  params: Params;
  evidence?: Evidence | undefined;
}

type AlarmDeps = Pick<Deps, "connection" | "changes">;

/**
 * Opens an alarm, or counts one more raising of the one that stands. Delivered twice or late it changes nothing: an instant at
 * or before the last raising, or before the last clearing, is old news.
 */
export async function raiseAlarm(deps: AlarmDeps, raised: RaisedAlarm): Promise<void> {
  const alarms = alarmModel(deps.connection);
  const { siteId, key, at } = raised;
  for (;;) {
    const standing = { siteId, standingKey: key };
    const counted = await alarms
      .findOneAndUpdate(
        { ...standing, lastRaisedAt: { $lt: at } },
        {
          $inc: { count: 1 },
          $set: {
            lastRaisedAt: at,
            severity: raised.severity,
            severityRank: SEVERITIES.indexOf(raised.severity),
            params: raised.params,
            noticeDue: true,
            ...(raised.evidence ? { evidence: raised.evidence } : {}),
          },
        },
        { returnDocument: "after" },
      )
      .lean<Alarm | null>();
    if (counted) return publish(deps, counted);
    const known = await alarms
      .findOne(standing, { lastRaisedAt: 1 })
      .lean<Pick<Alarm, "lastRaisedAt"> | null>();
    if (known && known.lastRaisedAt >= at) return;
    // Opened by another process since we looked, for an earlier raising: count ours there.
    if (known) continue;
    if (await alarms.exists({ siteId, key, clearedAt: { $gte: at } })) return;
    try {
      const alarm = newAlarm(raised);
      await alarms.create(alarm);
      return publish(deps, alarm);
    } catch (error) {
      // Another process raised it between our look and our insert: count there.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}

/** Ends the alarm that stands under this key, whatever a person did with it. Without one, or with older news, nothing changes. */
export async function clearAlarm(
  deps: AlarmDeps,
  { siteId, key, at }: Pick<RaisedAlarm, "siteId" | "key" | "at">,
): Promise<void> {
  const alarms = alarmModel(deps.connection);
  const standing = await alarms
    .findOne({ siteId, standingKey: key, lastRaisedAt: { $lte: at } })
    .lean<Alarm | null>();
  if (!standing) return;
  const cleared = await alarms
    .findOneAndUpdate(
      { _id: standing._id, standingKey: key, lastRaisedAt: { $lte: at } },
      { $set: { state: "cleared", clearedAt: at, standingKey: `${key}#${standing._id}` } },
      { returnDocument: "after" },
    )
    .lean<Alarm | null>();
  if (cleared) publish(deps, cleared);
}

/** Shelves are for a time: those whose time is over stand again, acknowledged if they were. */
export async function endDueShelves(deps: AlarmDeps, now: Date): Promise<void> {
  const alarms = alarmModel(deps.connection);
  const due = await alarms.find({ state: "shelved", shelvedUntil: { $lte: now } }).lean<Alarm[]>();
  for (const alarm of due) {
    const unshelved = await alarms
      .findOneAndUpdate(
        { _id: alarm._id, state: "shelved", shelvedUntil: { $lte: now } },
        { $set: { ...UNSHELVED, state: stateBeforeShelf(alarm) } },
        { returnDocument: "after" },
      )
      .lean<Alarm | null>();
    if (unshelved) publish(deps, unshelved);
  }
}

export const UNSHELVED = { shelvedBy: null, shelvedUntil: null, shelveReason: null } as const;

export function stateBeforeShelf(alarm: Pick<Alarm, "acknowledgedAt">): "acknowledged" | "raised" {
  return alarm.acknowledgedAt === null ? "raised" : "acknowledged";
}

export function publish({ changes }: AlarmDeps, { _id: id, siteId, subject }: Alarm): void {
  const { householdId } = subject;
  changes.publish({ resource: "alarms", id, siteId, ...(householdId ? { householdId } : {}) });
}

function newAlarm({ siteId, key, kind, severity, at, subject, params, evidence }: RaisedAlarm): Alarm {
  return {
    _id: newId(),
    siteId,
    key,
    standingKey: key,
    kind,
    severity,
    severityRank: SEVERITIES.indexOf(severity),
    state: "raised",
    raisedAt: at,
    lastRaisedAt: at,
    count: 1,
    clearedAt: null,
    acknowledgedBy: null,
    acknowledgedAt: null,
    comment: null,
    ...UNSHELVED,
    subject,
    params,
    evidence: evidence ?? null,
    noticeDue: true,
  };
}
