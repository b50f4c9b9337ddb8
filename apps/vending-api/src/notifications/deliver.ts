import { newId } from "../db/model.ts";
import type { Deps } from "../deps.ts";
import { type User, userModel } from "../users/user.model.ts";
import { ATTEMPTS_KEPT, type Attempt, type Notification, notificationModel } from "./notification.model.ts";
import { settingsOf } from "./notification-settings.ts";
import type { Outgoing, SendOutcome } from "./outgoing.ts";
import { postWebhook } from "./post-webhook.ts";
import { type Webhook, webhookModel } from "./webhook.model.ts";
import { webhookBody } from "./webhook-body.ts";
import { openSecrets } from "./webhook-secrets.ts";
import { noticePath, wordNotice } from "./word-notice.ts";

/** How long a dead process keeps a notification; longer than one attempt can take. Range 1–10 min. */
export const SEND_LEASE_MS = 120_000;
/**
 * Waits after a failure. Together 40 hours: an endpoint that is down over a night and a day misses nothing, and a message that
 * old helps nobody.
 */
export const BACK_OFFS_MS = [
  10_000,
  60_000,
  5 * 60_000,
  30 * 60_000,
  2 * 3_600_000,
  6 * 3_600_000,
  12 * 3_600_000,
  20 * 3_600_000,
] as const;
/** A receiver that hangs holds up itself and no more than one of these. Range 1–16. */
const AT_ONCE = 4;

/** Sends what is due, whoever found it. Several processes share the work: each notification is leased by its document. */
export async function deliverDue(deps: Deps, outgoing: Outgoing): Promise<void> {
  const work = async (first: Claimed | undefined) => {
    for (let claimed = first; claimed; claimed = await claimNext(deps)) {
      const outcome = await unlessStopped(deps.stopping, send(deps, outgoing, claimed.notification));
      // Stopped in the middle, it is sent again elsewhere under the same id once the lease is over.
      if (outcome === undefined) return;
      await settle(deps, claimed, outcome);
    }
  };
  // Mostly nothing is due, and one question is enough.
  const first = await claimNext(deps);
  if (!first) return;
  const others = Array.from({ length: AT_ONCE - 1 }, async () => work(await claimNext(deps)));
  await Promise.all([work(first), ...others]);
}

async function claimNext(deps: Deps): Promise<Claimed | undefined> {
  return deps.stopping.aborted ? undefined : claim(deps);
}

interface Claimed {
  notification: Notification;
  holder: string;
}

async function claim({ connection, clock }: Deps): Promise<Claimed | undefined> {
  const now = clock.now();
  const holder = newId();
  const before = await notificationModel(connection)
    .findOneAndUpdate(
      {
        state: "pending",
        notBefore: { $lte: now },
        $or: [{ lease: null }, { "lease.until": { $lte: now } }],
      },
      {
        $set: { lease: { holder, until: new Date(now.getTime() + SEND_LEASE_MS) } },
        $inc: { attempts: 1 },
      },
      { sort: { notBefore: 1 }, returnDocument: "before" },
    )
    .lean<Notification | null>();
  if (!before) return undefined;
  // The last holder died over it: it may have arrived then, and this is the one that may be doubled.
  const cutOff: Attempt[] = before.lease
    ? [{ at: new Date(before.lease.until.getTime() - SEND_LEASE_MS), problem: "cut-off", detail: "" }]
    : [];
  return {
    notification: { ...before, attempts: before.attempts + 1, log: [...before.log, ...cutOff] },
    holder,
  };
}

type Verdict =
  | SendOutcome
  | { is: "suppressed"; problem: "recipient-gone" | "endpoint-off" | "no-mail-server" };

async function send(deps: Deps, outgoing: Outgoing, notification: Notification): Promise<Verdict> {
  return notification.channel === "email"
    ? sendByMail(deps, outgoing, notification)
    : sendToWebhook(deps, outgoing, notification);
}

async function sendByMail(
  { connection, publicUrl }: Deps,
  { sendMail }: Outgoing,
  { _id: id, recipientId, notice, place }: Notification,
): Promise<Verdict> {
  const [user, settings] = await Promise.all([
    userModel(connection).findById(recipientId, { locale: 1 }).lean<Pick<User, "locale"> | null>(),
    settingsOf(connection, [recipientId]),
  ]);
  const to = settings.get(recipientId)?.email ?? null;
  if (!user || to === null || !notice || !place) return { is: "suppressed", problem: "recipient-gone" };
  if (sendMail === null) return { is: "suppressed", problem: "no-mail-server" };
  const { title, text } = wordNotice(notice, place, user.locale);
  const where = [place.unit, place.household, place.site].filter((name) => name !== null).join(" · ");
  const link = `${publicUrl()}${noticePath(notice)}`;
  return sendMail({ id, to, subject: title, text: [title, text, where, link].join("\n\n") });
}

async function sendToWebhook(
  { connection, clock, secrets, stopping }: Deps,
  { reachesPrivate }: Outgoing,
  notification: Notification,
): Promise<Verdict> {
  const webhook = await webhookModel(connection).findById(notification.recipientId).lean<Webhook | null>();
  if (!webhook) return { is: "suppressed", problem: "recipient-gone" };
  if (!webhook.isEnabled && notification.kind !== "test")
    return { is: "suppressed", problem: "endpoint-off" };
  const now = clock.now();
  const open = openSecrets(secrets.sealingSecret, webhook, now);
  if (!open) return { is: "never", problem: "refused", detail: "The endpoint's secret cannot be opened" };
  const outcome = await postWebhook({
    url: webhook.url,
    secrets: open,
    id: notification._id,
    at: now,
    body: webhookBody(notification),
    reachesPrivate,
    signal: stopping,
  });
  if (outcome.is === "never" && outcome.problem === "endpoint-gone")
    await webhookModel(connection).updateOne({ _id: webhook._id }, { $set: { isEnabled: false } });
  return outcome;
}

async function settle(deps: Deps, { notification, holder }: Claimed, verdict: Verdict): Promise<void> {
  const { _id: id, attempts, siteId, householdId } = notification;
  const now = deps.clock.now();
  const problem = verdict.is === "sent" ? null : verdict.problem;
  const detail = "detail" in verdict ? verdict.detail : "";
  const log = [...notification.log, { at: now, problem, detail }].slice(-ATTEMPTS_KEPT);
  const settled = await notificationModel(deps.connection).updateOne(
    { _id: id, "lease.holder": holder },
    { $set: { ...stateAfter(verdict, attempts, now), problem, log, lease: null } },
  );
  if (settled.matchedCount === 0) return;
  const whose = { siteId, ...(householdId === null ? {} : { householdId }) };
  deps.changes.publish({ resource: "notifications", id, ...whose });
}

/** Pure. `attempts` counts the one that is judged. */
export function stateAfter(
  verdict: Pick<Verdict, "is">,
  attempts: number,
  now: Date,
): Partial<Pick<Notification, "state" | "sentAt" | "notBefore">> {
  switch (verdict.is) {
    case "sent":
      return { state: "sent", sentAt: now };
    case "suppressed":
      return { state: "suppressed" };
    case "never":
      return { state: "failed" };
    case "later": {
      const waitMs = BACK_OFFS_MS[attempts - 1];
      return waitMs === undefined ? { state: "failed" } : { notBefore: new Date(now.getTime() + waitMs) };
    }
  }
}

/** Undefined when the process stops first. */
async function unlessStopped<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
): Promise<Result | undefined> {
  let stop = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
