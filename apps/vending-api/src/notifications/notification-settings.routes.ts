import { severitySchema } from "@hallmeter/meter-model";
import { z } from "zod";
import { recordAudit } from "../audit/audit.ts";
import type { Deps } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { PersonCaller } from "../http/access.ts";
import { ok } from "../http/answer.ts";
import { type Route, route } from "../http/route.ts";
import { LOCALES, type User, userModel } from "../users/user.model.ts";
import { homeSiteOf } from "../users/user-rules.ts";
import { kindsFor, NOTICE_KIND_NAMES } from "./notice.ts";
import {
  type NotificationSettings,
  notificationSettingsModel,
  PERSONAL_CHANNELS,
  settingsOf,
} from "./notification-settings.ts";

const TAG = "Notifications";

const timeField = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Is no time of the day, HH:MM");
const quietField = z
  .strictObject({ from: timeField, to: timeField })
  .refine(({ from, to }) => from !== to, "Lasts all day or not at all")
  .nullable();
const kindsField = z.array(z.enum(NOTICE_KIND_NAMES)).max(NOTICE_KIND_NAMES.length);

const settingsAnswer = z
  .object({
    email: z.email().nullable(),
    channels: z.array(z.enum(PERSONAL_CHANNELS)),
    kinds: kindsField.meta({ description: "What you hear of." }),
    offeredKinds: kindsField.meta({ description: "What you may hear of, by your role." }),
    quietHours: quietField.meta({
      description: "By the site's clock. Mails wait until their end; that the power is off does not.",
    }),
    alarmSeverity: severitySchema.meta({ description: "Alarms below it are not told. Staff." }),
    locale: z.enum(LOCALES),
  })
  .meta({ id: "NotificationSettings" });

const settingsPatch = z
  .strictObject({
    email: z.email().max(254).nullable(),
    channels: z.array(z.enum(PERSONAL_CHANNELS)).max(PERSONAL_CHANNELS.length),
    kinds: kindsField,
    quietHours: quietField,
    alarmSeverity: severitySchema,
    locale: z.enum(LOCALES),
  })
  .partial();

export function notificationSettingsRoutes(deps: Deps): Route[] {
  const { connection } = deps;
  const read = async (caller: PersonCaller) => {
    const [user, settings] = await Promise.all([
      userModel(connection).findById(caller.id).lean<User | null>(),
      settingsOf(connection, [caller.id]),
    ]);
    const own = settings.get(caller.id);
    if (!user || !own) throw new ApiError("not-found");
    return { user, own };
  };
  return [
    route({
      method: "get",
      path: "/me/notification-settings",
      tag: TAG,
      summary: "What you hear of, and how",
      access: "signed-in",
      answers: { 200: settingsAnswer },
      async handle({ caller }) {
        const { user, own } = await read(caller);
        return ok(present(user, own));
      },
    }),
    route({
      method: "patch",
      path: "/me/notification-settings",
      tag: TAG,
      summary: "Choose what you hear of, and how",
      access: "signed-in",
      body: settingsPatch,
      answers: { 200: settingsAnswer },
      async handle(request) {
        const { caller, body } = request;
        const before = await read(caller);
        const { kinds, locale, ...fields } = body;
        const muted = kinds && kindsFor(before.user.roles).filter((kind) => !kinds.includes(kind));
        const { _id, ...own } = { ...before.own, ...fields, ...(muted ? { mutedKinds: muted } : {}) };
        await notificationSettingsModel(connection).updateOne({ _id }, { $set: own }, { upsert: true });
        if (locale !== undefined) await userModel(connection).updateOne({ _id }, { $set: { locale } });
        const after = await read(caller);
        const answer = present(after.user, after.own);
        await recordAudit(deps, {
          request,
          siteId: homeSiteOf(after.user),
          action: "notification-settings.update",
          subject: { resource: "users", id: caller.id },
          before: present(before.user, before.own),
          after: answer,
        });
        return ok(answer);
      },
    }),
  ];
}

function present(user: User, own: NotificationSettings): z.input<typeof settingsAnswer> {
  const { email, channels, mutedKinds, quietHours, alarmSeverity } = own;
  const offeredKinds = kindsFor(user.roles);
  return {
    ...{ email, channels, quietHours, alarmSeverity, offeredKinds },
    kinds: offeredKinds.filter((kind) => !mutedKinds.includes(kind)),
    locale: user.locale,
  };
}
