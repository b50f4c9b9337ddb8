import { createContext, useContext } from "react";
import { type Language, type Say, wordsIn } from "./text.ts";

export const LanguageContext = createContext<Language>("en");

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

export function useSay(): Say {
  return wordsIn(useLanguage());
}

const KEY = "hallmeter-gateway.language";

export function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "en" || kept === "zh") return kept;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY_AND_CLOCK = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });

export const clockText = (at: number | string): string => CLOCK.format(new Date(at));
export const dayText = (at: number | string): string => DAY_AND_CLOCK.format(new Date(at));
export const shareText = (milli: number): string => `${(milli / 10).toFixed(1)} %`;
export const durationText = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
