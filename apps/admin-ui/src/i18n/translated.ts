/** The same tree of messages in another language: every key there, none besides. */
export type Translated<Tree> = {
  readonly [Key in keyof Tree]: Tree[Key] extends string ? string : Translated<Tree[Key]>;
};

/** Dotted paths of a tree of messages. */
export type MessageKeyOf<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? Key : `${Key}.${MessageKeyOf<Tree[Key]>}`;
}[keyof Tree & string];

export type MessageParams = Record<string, string | number>;
export type Translate<Key extends string> = (key: Key, params?: MessageParams) => string;

export const LOCALES = ["en", "zh"] as const;
export type Locale = (typeof LOCALES)[number];
export const LOCALE_NAMES = { en: "English", zh: "中文" } as const satisfies Record<Locale, string>;
export const LANGUAGE_TAGS = { en: "en", zh: "zh-CN" } as const satisfies Record<Locale, string>;

/** The language of a person who has not chosen one yet. */
export const preferredLocale = (languages: readonly string[]): Locale => {
  for (const language of languages) {
    if (language.toLowerCase().startsWith("zh")) return "zh";
    if (language.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
};
