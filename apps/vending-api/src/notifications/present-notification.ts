import { idSchema, instantSchema } from "@hallmeter/meter-model";
import { z } from "zod";
import type { User } from "../users/user.model.ts";
import { isUrgent, NOTICE_KIND_NAMES } from "./notice.ts";
import {
  CHANNELS,
  NOTIFICATION_PROBLEMS,
  NOTIFICATION_STATES,
  type Notification,
} from "./notification.model.ts";
import { noticePath, wordNotice } from "./word-notice.ts";

const problemField = z.enum(NOTIFICATION_PROBLEMS).nullable();

export const notificationAnswer = z
  .object({
    id: idSchema,
    siteId: idSchema,
    kind: z.enum([...NOTICE_KIND_NAMES, "test"]),
    at: instantSchema.meta({ description: "When what it tells of happened." }),
    householdId: idSchema.nullable(),
    channel: z.enum(CHANNELS),
    recipientId: idSchema,
    recipientName: z.string(),
    title: z.string().meta({ description: "In the caller's language." }),
    state: z.enum(NOTIFICATION_STATES),
    attempts: z.int(),
    notBefore: instantSchema,
    sentAt: instantSchema.nullable(),
    problem: problemField,
    log: z.array(z.object({ at: instantSchema, problem: problemField, detail: z.string() })).meta({
      description:
        "The latest attempts, the newest last. cut-off: it may have arrived, and was sent again with the same id.",
    }),
  })
  .meta({ id: "Notification" });

export const myNotificationAnswer = z
  .object({
    id: idSchema,
    kind: z.enum(NOTICE_KIND_NAMES),
    at: instantSchema,
    title: z.string(),
    text: z.string(),
    path: z.string().meta({ description: "The page to go to." }),
    urgent: z.boolean(),
    unit: z.string().nullable(),
    readAt: instantSchema.nullable(),
  })
  .meta({ id: "MyNotification" });

type Locale = User["locale"];

export function presentNotification(row: Notification, locale: Locale): z.input<typeof notificationAnswer> {
  const {
    _id: id,
    siteId,
    kind,
    householdId,
    channel,
    recipientId,
    recipientName,
    state,
    attempts,
    problem,
  } = row;
  const title = row.notice && row.place ? wordNotice(row.notice, row.place, locale).title : kind;
  return {
    ...{
      id,
      siteId,
      kind,
      householdId,
      channel,
      recipientId,
      recipientName,
      title,
      state,
      attempts,
      problem,
    },
    at: row.at.toISOString(),
    notBefore: row.notBefore.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
    log: row.log.map((attempt) => ({ ...attempt, at: attempt.at.toISOString() })),
  };
}

/** Of an inbox, where every row has its notice. */
export function presentMine(row: Notification, locale: Locale): z.input<typeof myNotificationAnswer>[] {
  const { notice, place } = row;
  if (!notice || !place) return [];
  return [
    {
      id: row._id,
      kind: notice.kind,
      at: row.at.toISOString(),
      ...wordNotice(notice, place, locale),
      path: noticePath(notice),
      urgent: isUrgent(notice),
      unit: place.unit,
      readAt: row.readAt?.toISOString() ?? null,
    },
  ];
}
