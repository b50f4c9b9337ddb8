import { minorToDecimal, parseAmountMinor } from "../format/decimal.ts";
import type { Audience, Carry, Expiry, Gift, GrantPolicyFields } from "./rows.ts";

/** A policy as it is typed: numbers are texts until they are right. */
export interface PolicyDraft {
  name: string;
  audience: Audience;
  giftKind: Gift["kind"];
  /** Major units or kWh. */
  amount: string;
  per: Gift["per"];
  dayOfMonth: string;
  excludedMonths: number[];
  carry: Carry["kind"];
  carryMonths: string;
  expiry: Expiry["kind"];
  expiryDays: string;
  /** MM-DD. */
  expiryMonthDay: string;
  validFrom: string;
  validUntil: string;
  isAutomatic: boolean;
}

export type DraftField = keyof PolicyDraft;

/** kWh have three decimals, as the registers do. */
const KWH_DIGITS = 3;

export const emptyDraft = (today: string): PolicyDraft => ({
  name: "",
  audience: { kind: "everyone" },
  giftKind: "energy",
  amount: "",
  per: "resident",
  dayOfMonth: "1",
  excludedMonths: [],
  carry: "none",
  carryMonths: "1",
  expiry: "never",
  expiryDays: "30",
  expiryMonthDay: "07-31",
  validFrom: `${today.slice(0, 7)}-01`,
  validUntil: "",
  isAutomatic: true,
});

export function draftOf(policy: GrantPolicyFields, currencyDigits: number): PolicyDraft {
  const { gift, carry, expiry } = policy;
  const defaults = emptyDraft(policy.validFrom);
  return {
    name: policy.name,
    audience: policy.audience,
    giftKind: gift.kind,
    amount:
      gift.kind === "energy"
        ? minorToDecimal(gift.wh, KWH_DIGITS).replace(/\.?0+$/, "")
        : minorToDecimal(gift.amountMinor, currencyDigits),
    per: gift.per,
    dayOfMonth: String(policy.dayOfMonth),
    excludedMonths: policy.excludedMonths,
    carry: carry.kind,
    carryMonths: carry.kind === "months" ? String(carry.months) : defaults.carryMonths,
    expiry: expiry.kind,
    expiryDays: expiry.kind === "days" ? String(expiry.days) : defaults.expiryDays,
    expiryMonthDay: expiry.kind === "yearly" ? expiry.monthDay : defaults.expiryMonthDay,
    validFrom: policy.validFrom,
    validUntil: policy.validUntil ?? "",
    isAutomatic: policy.isAutomatic,
  };
}

/** The policy, or the fields that are not right yet. The server judges again. */
export function readDraft(
  draft: PolicyDraft,
  currencyDigits: number,
): { policy: GrantPolicyFields } | { wrong: ReadonlySet<DraftField> } {
  const wrong = new Set<DraftField>();
  const amount = parseAmountMinor(draft.amount, draft.giftKind === "energy" ? KWH_DIGITS : currencyDigits);
  const dayOfMonth = wholeNumber(draft.dayOfMonth, 1, 31);
  const carryMonths = wholeNumber(draft.carryMonths, 1, 60);
  const expiryDays = wholeNumber(draft.expiryDays, 1, 3660);
  if (draft.name.trim() === "") wrong.add("name");
  if (isNobody(draft.audience)) wrong.add("audience");
  if (amount === null || amount <= 0) wrong.add("amount");
  if (dayOfMonth === null) wrong.add("dayOfMonth");
  if (draft.excludedMonths.length > 11) wrong.add("excludedMonths");
  if (draft.carry === "months" && carryMonths === null) wrong.add("carryMonths");
  if (draft.expiry === "days" && expiryDays === null) wrong.add("expiryDays");
  if (draft.expiry === "yearly" && !isDayOfYear(draft.expiryMonthDay)) wrong.add("expiryMonthDay");
  if (!isDay(draft.validFrom)) wrong.add("validFrom");
  if (draft.validUntil !== "" && (!isDay(draft.validUntil) || draft.validUntil < draft.validFrom))
    wrong.add("validUntil");
  if (wrong.size > 0 || amount === null || dayOfMonth === null) return { wrong };
  return {
    policy: {
      name: draft.name.trim(),
      audience: draft.audience,
      gift:
        draft.giftKind === "energy"
          ? { kind: "energy", wh: amount, per: draft.per }
          : { kind: "money", amountMinor: amount, per: draft.per },
      dayOfMonth,
      excludedMonths: draft.excludedMonths,
      carry: draft.carry === "months" ? { kind: "months", months: carryMonths ?? 1 } : { kind: draft.carry },
      expiry: expiryOf(draft, expiryDays ?? 1),
      validFrom: draft.validFrom,
      validUntil: draft.validUntil === "" ? null : draft.validUntil,
      isAutomatic: draft.isAutomatic,
    },
  };
}

function expiryOf({ expiry, expiryMonthDay }: PolicyDraft, days: number): Expiry {
  if (expiry === "days") return { kind: "days", days };
  return expiry === "yearly" ? { kind: "yearly", monthDay: expiryMonthDay } : { kind: "never" };
}

function isNobody(audience: Audience): boolean {
  switch (audience.kind) {
    case "everyone":
      return false;
    case "buildings":
      return audience.buildingIds.length === 0;
    case "tags":
      return audience.tags.length === 0;
    case "households":
      return audience.householdIds.length === 0;
  }
}

function wholeNumber(text: string, least: number, most: number): number | null {
  const value = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

const isDay = (text: string): boolean => {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
};

/** 29 February is no day of every year. */
const isDayOfYear = (monthDay: string): boolean => {
  const ms = Date.parse(`2001-${monthDay}T00:00:00Z`);
  return (
    /^\d\d-\d\d$/.test(monthDay) && !Number.isNaN(ms) && new Date(ms).toISOString().slice(5, 10) === monthDay
  );
};
