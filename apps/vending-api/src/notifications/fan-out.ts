import type { AnyBulkWriteOperation, Connection } from "mongoose";
import type { Deps } from "../deps.ts";
import { EVERY_SITE } from "../http/access.ts";
import { residentModel } from "../places/resident.model.ts";
import { type User, userModel } from "../users/user.model.ts";
import { type Audience, isUrgent, NOTICE_KINDS } from "./notice.ts";
import { type NoticeCause, noticeCauseModel } from "./notice-cause.model.ts";
import {
  type Channel,
  type Notification,
  type NotificationProblem,
  notificationId,
  notificationModel,
} from "./notification.model.ts";
import { type NotificationSettings, PERSONAL_CHANNELS, settingsOf, wishOf } from "./notification-settings.ts";
import { quietUntilMs } from "./quiet-hours.ts";
import { type Webhook, webhookModel } from "./webhook.model.ts";

const AT_ONCE = 100;

/** Writes a notification for each recipient of what waits. Done again after a crash it meets the same ids. */
export async function fanOut(
  deps: Pick<Deps, "connection" | "clock" | "changes">,
  hasMailServer: boolean,
): Promise<void> {
  const causes = noticeCauseModel(deps.connection);
  for (;;) {
    const waiting = await causes.find({ waits: true }).limit(AT_ONCE).lean<NoticeCause[]>();
    for (const cause of waiting) {
      await notifyAll(deps, cause, hasMailServer);
      await causes.updateOne({ _id: cause._id }, { $unset: { waits: 1 } });
    }
    if (waiting.length < AT_ONCE) return;
  }
}

async function notifyAll(
  { connection, clock, changes }: Pick<Deps, "connection" | "clock" | "changes">,
  cause: NoticeCause,
  hasMailServer: boolean,
): Promise<void> {
  const now = clock.now();
  const [people, endpoints] = await Promise.all([
    peopleOf(connection, cause),
    endpointsOf(connection, cause),
  ]);
  const settings = await settingsOf(
    connection,
    people.map(({ _id }) => _id),
  );
  const rows = [
    ...people.flatMap((person) => {
      const own = settings.get(person._id);
      return own ? personalRows(cause, person, own, { now, hasMailServer }) : [];
    }),
    ...endpoints.map((endpoint) => newNotification(cause, "webhook", endpoint, now)),
  ];
  if (rows.length === 0) return;
  const writes = rows.map(
    ({ _id, ...row }): AnyBulkWriteOperation<Notification> => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: row }, upsert: true },
    }),
  );
  await notificationModel(connection).bulkWrite(writes, { ordered: false });
  const { siteId, householdId } = cause;
  const whose = { siteId, ...(householdId === null ? {} : { householdId }) };
  for (const { _id: id } of rows) changes.publish({ resource: "notifications", id, ...whose });
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

type Person = Pick<User, "_id" | "name">;

/** Whoever has moved out can log in no more, and is told of the refund all the same. */
async function peopleOf(connection: Connection, cause: NoticeCause): Promise<Person[]> {
  const { siteId, householdId, notice } = cause;
  const { to }: { to: Audience } = NOTICE_KINDS[notice.kind];
  const users = userModel(connection);
  if (to !== "residents")
    return users
      .find(
        { siteIds: { $in: [siteId, EVERY_SITE] }, roles: { $in: [...to] }, status: "active" },
        { name: 1 },
      )
      .lean<Person[]>();
  if (householdId === null) return [];
  const linked: (string | null)[] = await residentModel(connection).distinct("userId", { householdId });
  const people = await users
    .find({ $or: [{ householdId }, { _id: { $in: linked.filter((id) => id !== null) } }] })
    .lean<User[]>();
  return people.filter(
    ({ roles, status }) =>
      roles.includes("resident") && (status === "active" || notice.kind === "refund-done"),
  );
}

async function endpointsOf(connection: Connection, { siteId, notice }: NoticeCause): Promise<Webhook[]> {
  const endpoints = await webhookModel(connection).find({ siteId, isEnabled: true }).lean<Webhook[]>();
  return endpoints.filter(({ kinds }) => kinds.length === 0 || kinds.includes(notice.kind));
}
