import type { Format } from "../format/format.ts";
import type { Translate } from "../i18n/translated.ts";
import type { ConsoleKey } from "../i18n/use-t.ts";
import { amountText, giftAmount } from "./gift-text.ts";
import type { Audience, GrantPolicyFields, GrantTerms } from "./rows.ts";

type Words = Translate<ConsoleKey>;
type Dates = Pick<GrantPolicyFields, "dayOfMonth" | "excludedMonths">;

const LAST_DAY = 31;

/** Who gets what and when, in one sentence. `nameOf`: of a building. */
export function giftSentence(
  { audience, gift, dayOfMonth, excludedMonths }: GrantTerms & Dates,
  t: Words,
  format: Format,
  nameOf: (buildingId: string) => string,
): string {
  const except =
    excludedMonths.length === 0
      ? ""
      : t("grants.except", {
          months: listed(
            excludedMonths.map((month) => t(monthKey(month))),
            t,
          ),
        });
  return t("grants.sentence", {
    who: audienceText(audience, t, nameOf),
    what: t(`grants.what.${gift.per}`, { amount: amountText(gift.kind, giftAmount(gift), format) }),
    day: dayOfMonth >= LAST_DAY ? t("grants.lastDay") : t("grants.day", { day: dayOfMonth }),
    except,
  });
}

/** What becomes of what is not used. */
export function carrySentence(
  { carry, expiry }: Pick<GrantTerms, "carry" | "expiry">,
  t: Words,
  format: Format,
): string {
  const carried =
    carry.kind === "months"
      ? t("grants.carried.months", { smart_count: carry.months })
      : t(`grants.carried.${carry.kind}`);
  if (expiry.kind === "never") return carried;
  const ends =
    expiry.kind === "days"
      ? t("grants.ends.days", { smart_count: expiry.days })
      : t("grants.ends.yearly", { day: format.day(`2024-${expiry.monthDay}`) });
  return t("grants.rest", { carried, ends });
}

export function audienceText(audience: Audience, t: Words, nameOf: (buildingId: string) => string): string {
  switch (audience.kind) {
    case "everyone":
      return t("grants.who.everyone");
    case "buildings":
      return t("grants.who.buildings", { names: listed(audience.buildingIds.map(nameOf), t) });
    case "tags":
      return t("grants.who.tags", { tags: listed(audience.tags, t) });
    case "households":
      return t("grants.who.households", { smart_count: audience.householdIds.length });
  }
}

const listed = (names: readonly string[], t: Words): string =>
  names.reduce((before, last) => (before === "" ? last : t("grants.list", { before, last })), "");

const MONTH_KEYS = [
  "grants.months.1",
  "grants.months.2",
  "grants.months.3",
  "grants.months.4",
  "grants.months.5",
  "grants.months.6",
  "grants.months.7",
  "grants.months.8",
  "grants.months.9",
  "grants.months.10",
  "grants.months.11",
  "grants.months.12",
] as const satisfies readonly ConsoleKey[];

/** 1 January … 12 December. */
export const monthKey = (month: number): ConsoleKey => MONTH_KEYS[month - 1] ?? "grants.months.1";
