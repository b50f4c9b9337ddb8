import type { Language } from "../paper/language.ts";

const METHOD_WORDS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  cash: { en: "Cash", zh: "现金" },
  card: { en: "Card", zh: "银行卡" },
  transfer: { en: "Transfer", zh: "转账" },
  provider: { en: "Online", zh: "线上支付" },
  "rf-card": { en: "RF card", zh: "射频卡" },
};

/** How something was paid; a document outlives the list of ways, so an unknown one stands for itself. */
export function methodText(method: string, language: Language): string {
  return METHOD_WORDS[method]?.[language] ?? method;
}
