import type { residentEn } from "../i18n/resident.en.ts";
import { LOCALES, type Locale, preferredLocale, type Translated } from "../i18n/translated.ts";

export type ResidentMessages = Translated<typeof residentEn>;

const STORE_KEY = "hallmeter.my.locale";

/** The page's own words of the language not spoken are not sent to the phone. */
export const loadMessages = async (locale: Locale): Promise<ResidentMessages> =>
  locale === "zh"
    ? (await import("../i18n/resident.zh.ts")).residentZh
    : (await import("../i18n/resident.en.ts")).residentEn;

export function chosenLocale(): Locale {
  const stored = localStorage.getItem(STORE_KEY);
  return LOCALES.find((locale) => locale === stored) ?? preferredLocale(navigator.languages);
}

export const keepLocale = (locale: Locale): void => localStorage.setItem(STORE_KEY, locale);
