export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** A word or sentence in every language of the documents. */
export type Words = Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** Says the words of a table in one language. */
export function speaker<Table extends Words>(table: Table, language: Language) {
  return (word: keyof Table): string => {
    const said = table[word];
    if (said === undefined) throw new RangeError(`no word ${String(word)}`);
    return said[language];
  };
}
