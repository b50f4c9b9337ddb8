import { moneyText } from "../documents/paper/amounts.ts";
import type { User } from "../users/user.model.ts";
import type { Notice, NoticePlace } from "./notice.ts";
import { NOTICE_TEXTS_EN } from "./notice-texts.en.ts";
import type { NoticeText, NoticeTexts, Wording } from "./notice-texts.ts";
import { NOTICE_TEXTS_ZH } from "./notice-texts.zh.ts";

type Locale = User["locale"];

const TEXTS: Readonly<Record<Locale, NoticeTexts>> = { en: NOTICE_TEXTS_EN, zh: NOTICE_TEXTS_ZH };
/** English without a country's habit of writing the month first. */
const INTL_LOCALES: Readonly<Record<Locale, string>> = { en: "en-GB", zh: "zh-CN" };

/** The message in the reader's language. Pure. */
export function wordNotice(notice: Notice, place: NoticePlace, locale: Locale): NoticeText {
  return textOf(TEXTS[locale], notice, wordingOf(place, locale));
}

/** Where the message leads to: the resident's page, the receipt on it, or a page of the console. */
export function noticePath(notice: Notice): string {
  switch (notice.kind) {
    case "credit-received":
      return `/my?purchase=${encodeURIComponent(notice.params.purchaseId)}`;
    case "alarm":
    case "sale-failed":
      return "/alarms";
    case "vacant-use":
      return `/circuits/${encodeURIComponent(notice.params.circuitId)}/show`;
    default:
      return "/my";
  }
}

function textOf<Kind extends Notice["kind"]>(
  texts: NoticeTexts,
  notice: Extract<Notice, { kind: Kind }>,
  wording: Wording,
): NoticeText {
  // A kind and its params come from one member of the union, which an index by that kind cannot say.
  const word = texts[notice.kind] as (params: Notice["params"], wording: Wording) => NoticeText;
  return word(notice.params, wording);
}

function wordingOf({ timeZone, currency, currencyDigits }: NoticePlace, locale: Locale): Wording {
  const intlLocale = INTL_LOCALES[locale];
  const instants = new Intl.DateTimeFormat(intlLocale, { timeZone, dateStyle: "medium", timeStyle: "short" });
  const days = new Intl.DateTimeFormat(intlLocale, {
    timeZone: "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  const kilowattHours = new Intl.NumberFormat(intlLocale, { maximumFractionDigits: 2 });
  return {
    money: (amountMinor) => moneyText(amountMinor, currency, currencyDigits),
    energy: (wh) => `${kilowattHours.format(wh / 1000)} kWh`,
    instant: (iso) => instants.format(new Date(iso)),
    day: (day) => days.format(new Date(`${day}T00:00:00Z`)),
  };
}
