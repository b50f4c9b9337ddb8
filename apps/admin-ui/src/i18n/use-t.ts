import { useLocale, useTranslate } from "react-admin";
import type { consoleEn } from "./console.en.ts";
import type { Locale, MessageKeyOf, Translate } from "./translated.ts";

export type ConsoleKey = MessageKeyOf<typeof consoleEn>;

/** react-admin's translator, for keys that exist. */
export const useT = (): Translate<ConsoleKey> => useTranslate();

export const useConsoleLocale = (): Locale => (useLocale() === "zh" ? "zh" : "en");
