import type { AlarmKind, HoldKind, Severity } from "@hallmeter/meter-model";
import type { PersonRole } from "../users/user.model.ts";

/** Who hears of a kind: the residents of its household, or the staff of its site with one of these roles. */
export type Audience = "residents" | readonly [PersonRole, ...PersonRole[]];

/**
 * Everything that is worth a message. `urgent`: also within quiet hours. Endpoints of the customer's programs hear every kind
 * that they ask for.
 */
export const NOTICE_KINDS = {
  "balance-low": { to: "residents", urgent: false },
  "balance-reminder": { to: "residents", urgent: false },
  "balance-cut": { to: "residents", urgent: true },
  "power-off": { to: "residents", urgent: true },
  "power-back": { to: "residents", urgent: false },
  "credit-received": { to: "residents", urgent: false },
  "grant-received": { to: "residents", urgent: false },
  "refund-done": { to: "residents", urgent: false },
  "abnormal-use": { to: "residents", urgent: false },
  "vacant-use": { to: ["property-manager", "campus-admin"], urgent: false },
  "sale-failed": { to: ["property-manager", "administrator"], urgent: false },
  alarm: { to: ["maintenance", "administrator"], urgent: false },
} as const satisfies Record<string, { to: Audience; urgent: boolean }>;

export type NoticeKind = keyof typeof NOTICE_KINDS;
export const NOTICE_KIND_NAMES = Object.keys(NOTICE_KINDS) as [NoticeKind, ...NoticeKind[]];

/** What each kind tells. Money in minor units of the site's currency, instants and days as text. */
export interface NoticeParams {
  "balance-low": { balanceMinor: number; levelMinor: number };
  "balance-reminder": { balanceMinor: number; levelMinor: number };
  "balance-cut": { balanceMinor: number | null; releaseMinor: number | null };
  "power-off": { hold: Exclude<HoldKind, "credit">; until: string | null; note: string | null };
  "power-back": { offSince: string };
  "credit-received": { purchaseId: string; amountMinor: number; balanceAfterMinor: number };
  "grant-received": { commodity: string; amount: number; name: string; expiresAt: string | null };
  "refund-done": { amountMinor: number };
  "abnormal-use": { day: string; wh: number; usualWh: number };
  "vacant-use": { day: string; wh: number; circuitId: string; circuit: string };
  "sale-failed": { alarmId: string; purchaseId: string; amountMinor: number; state: "unknown" | "failed" };
  alarm: { alarmId: string; alarm: AlarmKind; severity: Severity; subject: string };
}

export type Notice = { [Kind in NoticeKind]: { kind: Kind; params: NoticeParams[Kind] } }[NoticeKind];

/** Where it is, as it was called then: a message says the same whenever it is read. */
export interface NoticePlace {
  site: string;
  timeZone: string;
  currency: string;
  currencyDigits: number;
  household: string | null;
  unit: string | null;
}

/** What happened that is worth a message. The same key is the same message, for ever. */
export interface Cause {
  key: string;
  siteId: string;
  householdId: string | null;
  at: Date;
  notice: Notice;
}

/** Passes quiet hours: the power is off, or something is about to break. */
export function isUrgent(notice: Notice): boolean {
  if (notice.kind === "alarm") return notice.params.severity === "critical";
  return NOTICE_KINDS[notice.kind].urgent;
}

/** The kinds that somebody with these roles may hear of. */
export function kindsFor(roles: readonly string[]): NoticeKind[] {
  return NOTICE_KIND_NAMES.filter((kind) => {
    const { to }: { to: Audience } = NOTICE_KINDS[kind];
    return to === "residents" ? roles.includes("resident") : to.some((role) => roles.includes(role));
  });
}
