import type { Connection } from "mongoose";
import { z } from "zod";
import type { Deps } from "../deps.ts";
import { STAFF, siteScope } from "../http/access.ts";
import { ok, pageOf } from "../http/answer.ts";
import { equalityConditions, listQuery, oneOrMany, readPage } from "../http/list-query.ts";
import { type Route, route } from "../http/route.ts";
import { type User, userModel } from "../users/user.model.ts";
import { NOTICE_KIND_NAMES } from "./notice.ts";
import { CHANNELS, NOTIFICATION_STATES, notificationModel } from "./notification.model.ts";
import {
  myNotificationAnswer,
  notificationAnswer,
  presentMine,
  presentNotification,
} from "./present-notification.ts";

const TAG = "Notifications";
/** As many as a page shows at once, and more. */
const MOST_READ = 1000;

const log = listQuery({
  sort: ["at", "sentAt", "state"],
  defaultSort: ["at", "DESC"],
  filter: {
    siteId: oneOrMany(z.string()).optional(),
    kind: oneOrMany(z.enum(NOTICE_KIND_NAMES)).optional(),
    channel: oneOrMany(z.enum(CHANNELS)).optional(),
    state: oneOrMany(z.enum(NOTIFICATION_STATES)).optional(),
    householdId: z.string().optional(),
    recipientId: z.string().optional(),
  },
});

const inbox = listQuery({
  sort: ["at"],
  defaultSort: ["at", "DESC"],
  filter: { kind: oneOrMany(z.enum(NOTICE_KIND_NAMES)).optional(), unread: z.boolean().optional() },
});

export function notificationRoutes({ connection, changes }: Deps): Route[] {
  const model = notificationModel(connection);
  return [
    route({
      method: "get",
      path: "/notifications",
      tag: TAG,
      summary: "What was sent to whom, or why not; the newest first",
      access: { roles: STAFF },
      query: log,
      answers: { 200: pageOf(notificationAnswer) },
      async handle({ caller, query }) {
        const locale = await localeOf(connection, caller.id);
        return readPage(
          model,
          query,
          { ...siteScope(caller), $and: [equalityConditions(query.filter)] },
          (row) => presentNotification(row, locale),
        );
      },
    }),
    route({
      method: "get",
      path: "/me/notifications",
      tag: TAG,
      summary: "Your messages, the newest first; Content-Range counts them",
      access: "signed-in",
      query: inbox,
      answers: { 200: pageOf(myNotificationAnswer) },
      async handle({ caller, query }) {
        const { unread, ...equal } = query.filter;
        const locale = await localeOf(connection, caller.id);
        const read = unread === undefined ? {} : { readAt: unread ? null : { $ne: null } };
        const condition = { ...mineOf(caller.id), ...read, $and: [equalityConditions(equal)] };
        const rows = await readPage(model, query, condition, (row) => presentMine(row, locale));
        return { ...rows, body: rows.body.flat() };
      },
    }),
    route({
      method: "post",
      path: "/me/notifications/read",
      tag: TAG,
      summary: "Mark messages as read; without ids, all of them",
      access: "signed-in",
      body: z.strictObject({ ids: z.array(z.string().min(1).max(64)).min(1).max(MOST_READ).optional() }),
      answers: { 200: z.object({ read: z.int() }) },
      async handle({ caller, body, now }) {
        const which = body.ids === undefined ? {} : { _id: { $in: body.ids } };
        const unread = { ...mineOf(caller.id), ...which, readAt: null };
        const [first] = await model.find(unread).limit(1).lean();
        const { modifiedCount } = await model.updateMany(unread, { $set: { readAt: now } });
        if (first) changes.publish({ resource: "notifications", ...whereOf(first) });
        return ok({ read: modifiedCount });
      },
    }),
  ];
}

function mineOf(userId: string) {
  return { recipientId: userId, channel: "inbox" as const, state: "sent" as const };
}

function whereOf(row: { _id: string; siteId: string; householdId: string | null }) {
  const { _id: id, siteId, householdId } = row;
  return { id, siteId, ...(householdId === null ? {} : { householdId }) };
}

async function localeOf(connection: Connection, userId: string): Promise<User["locale"]> {
  const user = await userModel(connection)
    .findById(userId, { locale: 1 })
    .lean<Pick<User, "locale"> | null>();
  return user?.locale ?? "en";
}
