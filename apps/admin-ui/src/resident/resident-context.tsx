import { createContext, useContext } from "react";
import type { ApiRequest } from "../api/request.ts";
import type { Format } from "../format/format.ts";
import type { residentEn } from "../i18n/resident.en.ts";
import type { Locale, MessageKeyOf, Translate } from "../i18n/translated.ts";

export type ResidentKey = MessageKeyOf<typeof residentEn>;

/** Language of the page. */
interface Speech {
  t: Translate<ResidentKey>;
  locale: Locale;
  setLocale: (locale: Locale) => void;
}
const SpeechContext = createContext<Speech | null>(null);
export const SpeechProvider = SpeechContext.Provider;
export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error("useSpeech needs a SpeechProvider above it");
  return speech;
}

/** Known once the household's site is: its currency and its clock. */
interface Home {
  format: Format;
  timeZone: string;
  currencyDigits: number;
  request: ApiRequest;
  nowMs: number;
  /** Goes on with every reading of the account. */
  version: number;
}
const HomeContext = createContext<Home | null>(null);
export const HomeProvider = HomeContext.Provider;
export function useHome(): Home {
  const home = useContext(HomeContext);
  if (home === null) throw new Error("useHome needs a HomeProvider above it");
  return home;
}
