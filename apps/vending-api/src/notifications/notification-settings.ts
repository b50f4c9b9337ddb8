import { SEVERITIES, type Severity } from "@hallmeter/meter-model";
import { type Connection, Schema } from "mongoose";
import { boundModel } from "../db/model.ts";
import type { Notice, NoticeKind } from "./notice.ts";
import type { NotificationProblem } from "./notification.model.ts";
import type { QuietHours } from "./quiet-hours.ts";

/** What a person may choose among; endpoints are set up by site. */
export const PERSONAL_CHANNELS = ["inbox", "email"] as const;
export type PersonalChannel = (typeof PERSONAL_CHANNELS)[number];

export interface NotificationSettings {
  /** The user. */
  _id: string;
  email: string | null;
  channels: PersonalChannel[];
  /** Kinds of tomorrow are heard of until they are switched off. */
  mutedKinds: NoticeKind[];
  /** Mails wait until they are over, the urgent ones do not. */
  quietHours: QuietHours | null;
  /** Alarms below it are not told. */
  alarmSeverity: Severity;
}

/** Whoever has chosen nothing: everything in the inbox, mail once there is an address, nights in peace. */
export function defaultSettings(userId: string): NotificationSettings {
  return {
    _id: userId,
    email: null,
    channels: [...PERSONAL_CHANNELS],
    mutedKinds: [],
    quietHours: { from: "22:00", to: "07:00" },
    alarmSeverity: "high",
  };
}

const settingsSchema = new Schema<NotificationSettings>(
  {
    _id: { type: String, required: true },
    email: { type: String, default: null },
    channels: { type: [String], required: true },
    mutedKinds: { type: [String], required: true },
    quietHours: { type: Schema.Types.Mixed, default: null },
    alarmSeverity: { type: String, enum: SEVERITIES, required: true },
  },
  { collection: "notification-settings", versionKey: false },
);

export const notificationSettingsModel = (connection: Connection) =>
  boundModel<NotificationSettings>(connection, "NotificationSettings", settingsSchema);

export async function settingsOf(
  connection: Connection,
  userIds: readonly string[],
): Promise<Map<string, NotificationSettings>> {
  const rows = await notificationSettingsModel(connection)
    .find({ _id: { $in: [...userIds] } })
    .lean<NotificationSettings[]>();
  const chosen = new Map(rows.map((row) => [row._id, row]));
  return new Map(userIds.map((id) => [id, chosen.get(id) ?? defaultSettings(id)]));
}

export type Wish = { is: "send" } | { is: "suppress"; problem: NotificationProblem } | { is: "nothing" };

/** Whether the person wants this by that channel. Suppressed is what they would have got but for a choice or a lack. Pure. */
export function wishOf(
  settings: NotificationSettings,
  notice: Notice,
  channel: PersonalChannel,
  hasMailServer: boolean,
): Wish {
  if (!settings.channels.includes(channel)) return { is: "nothing" };
  if (channel === "email" && settings.email === null) return { is: "nothing" };
  if (notice.kind === "alarm" && isBelow(notice.params.severity, settings.alarmSeverity))
    return { is: "nothing" };
  if (settings.mutedKinds.includes(notice.kind)) return { is: "suppress", problem: "kind-off" };
  if (channel === "email" && !hasMailServer) return { is: "suppress", problem: "no-mail-server" };
  return { is: "send" };
}

function isBelow(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(least);
}
