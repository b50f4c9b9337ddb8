import { insertMissing } from "../db/insert-missing.ts";
import type { Deps } from "../deps.ts";
import type { User } from "../users/user.model.ts";
import { isUrgent } from "./notice.ts";
import { type NoticeCause, noticeCauseModel } from "./notice-cause.model.ts";
import {
  type Channel,
  type Notification,
  type NotificationProblem,
  notificationId,
  notificationModel,
} from "./notification.model.ts";
import { type NotificationSettings, PERSONAL_CHANNELS, wishOf } from "./notification-settings.ts";
import { quietUntilMs } from "./quiet-hours.ts";
import { recipientsOf } from "./recipients.ts";

const AT_ONCE = 25;

/** Writes a notification for each recipient of what waits. Done again after a crash it meets the same ids. */
export async function fanOut(
  deps: Pick<Deps, "connection" | "clock" | "changes">,
  hasMailServer: boolean,
): Promise<void> {
  const causes = noticeCauseModel(deps.connection);
  for (;;) {
    const waiting = await causes.find({ waits: true }).limit(AT_ONCE).lean<NoticeCause[]>();
    if (waiting.length > 0) {
      await notifyAll(deps, waiting, hasMailServer);
      await causes.updateMany({ _id: { $in: waiting.map(({ _id }) => _id) } }, { $unset: { waits: 1 } });
    }
    if (waiting.length < AT_ONCE) return;
  }
}

async function notifyAll(
  { connection, clock, changes }: Pick<Deps, "connection" | "clock" | "changes">,
  causes: readonly NoticeCause[],
  hasMailServer: boolean,
): Promise<void> {
  const now = clock.now();
  const recipients = await recipientsOf(connection, causes);
  const rows = causes.flatMap((cause) => {
    const { people, endpoints } = recipients(cause);
    return [
      ...people.flatMap(({ person, settings }) =>
        personalRows(cause, person, settings, { now, hasMailServer }),
      ),
      ...endpoints.map((endpoint) => newNotification(cause, "webhook", endpoint, now)),
    ];
  });
  if (rows.length === 0) return;
  await insertMissing(notificationModel(connection), rows);
  for (const { _id: id, siteId, householdId } of rows)
    changes.publish({
      resource: "notifications",
      id,
      siteId,
      ...(householdId === null ? {} : { householdId }),
    });
}

/** Pure. */
export function personalRows(
  cause: NoticeCause,
  person: Pick<User, "_id" | "name">,
  settings: NotificationSettings,
  { now, hasMailServer }: { now: Date; hasMailServer: boolean },
): Notification[] {
  return PERSONAL_CHANNELS.flatMap((channel) => {
    const wish = wishOf(settings, cause.notice, channel, hasMailServer);
    if (wish.is === "nothing") return [];
    const row = newNotification(cause, channel, person, now);
    if (wish.is === "suppress") return [{ ...row, state: "suppressed" as const, problem: wish.problem }];
    // What is read on a page waits for nobody to send it.
    if (channel === "inbox") return [{ ...row, state: "sent" as const, sentAt: now }];
    return [{ ...row, notBefore: notBefore(cause, settings, now) }];
  });
}

function notBefore(cause: NoticeCause, { quietHours }: NotificationSettings, now: Date): Date {
  if (quietHours === null || isUrgent(cause.notice)) return now;
  return new Date(quietUntilMs(now.getTime(), quietHours, cause.place.timeZone));
}

function newNotification(
  { _id: causeKey, siteId, householdId, at, notice, place }: NoticeCause,
  channel: Channel,
  recipient: { _id: string; name: string },
  now: Date,
): Notification {
  const problem: NotificationProblem | null = null;
  return {
    _id: notificationId(causeKey, channel, recipient._id),
    ...{ siteId, causeKey, kind: notice.kind, at, householdId, channel, notice, place },
    recipientId: recipient._id,
    recipientName: recipient.name,
    state: "pending",
    attempts: 0,
    log: [],
    notBefore: now,
    lease: null,
    sentAt: null,
    problem,
    readAt: null,
  };
}
