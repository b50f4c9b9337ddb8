import polyglotI18nProvider from "ra-i18n-polyglot";
import type { I18nProvider, TranslationMessages } from "react-admin";
import { LOCALE_NAMES, LOCALES, type Locale, preferredLocale } from "./translated.ts";

/** One language is loaded at first; the other when somebody asks for it. */
const LOADERS: Record<Locale, () => Promise<TranslationMessages>> = {
  en: async () => {
    const [{ default: reactAdmin }, { consoleEn }] = await Promise.all([
      import("ra-language-english"),
      import("./console.en.ts"),
    ]);
    return { ...reactAdmin, ...consoleEn };
  },
  zh: async () => {
    const [{ reactAdminZh }, { consoleZh }] = await Promise.all([
      import("./react-admin.zh.ts"),
      import("./console.zh.ts"),
    ]);
    return { ...reactAdminZh, ...consoleZh };
  },
};

const isLocale = (value: unknown): value is Locale => LOCALES.some((locale) => locale === value);

/** Where react-admin's store keeps the language that a person chose. */
const STORE_KEY = "RaStore.locale";

function chosenLocale(): Locale {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORE_KEY) ?? "null");
    if (isLocale(stored)) return stored;
  } catch {
    // Storage that cannot be read is as good as none.
  }
  return preferredLocale(navigator.languages);
}

export async function loadI18nProvider(): Promise<I18nProvider> {
  const initial = chosenLocale();
  const messages = await LOADERS[initial]();
  return polyglotI18nProvider(
    (locale) => (locale === initial ? messages : LOADERS[isLocale(locale) ? locale : "en"]()),
    initial,
    LOCALES.map((locale) => ({ locale, name: LOCALE_NAMES[locale] })),
    { allowMissing: true },
  );
}
