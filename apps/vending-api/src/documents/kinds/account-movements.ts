import { z } from "zod";
import { dayText, decimalText, kwhText } from "../paper/amounts.ts";
import type { TableBlock } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import type { PlaceFacts } from "./define-kind.ts";
import { methodText } from "./method-words.ts";

/** Everything on a household's account but its use: one ledger entry each. */
export const movementFacts = z.object({
  at: z.iso.datetime(),
  /** Of the ledger's entry. */
  kind: z.string(),
  /** The number that staff and residents know it by, or "". */
  number: z.string(),
  /** How it was paid, or "". */
  method: z.string(),
  note: z.string(),
  amountMinor: z.int(),
  freeWh: z.int(),
});
export type MovementFacts = z.infer<typeof movementFacts>;

const KIND_WORDS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  purchase: { en: "Purchase", zh: "充值" },
  void: { en: "Void", zh: "作废" },
  grant: { en: "Grant", zh: "补贴" },
  "grant-expiry": { en: "Grant expired", zh: "补贴到期" },
  usage: { en: "Use", zh: "用电" },
  adjustment: { en: "Adjustment", zh: "调整" },
  transfer: { en: "Transfer", zh: "转账" },
  refund: { en: "Refund", zh: "退费" },
  opening: { en: "Opening", zh: "期初" },
  closing: { en: "Closing", zh: "结清" },
};

const WORDS = {
  date: { en: "Date", zh: "日期" },
  what: { en: "What", zh: "事项" },
  note: { en: "Number, note", zh: "单号、备注" },
  free: { en: "Free kWh", zh: "免费电量 kWh" },
  none: { en: "Nothing was paid or granted.", zh: "无充值或补贴。" },
} as const;

/** A document outlives the list of kinds, so an unknown one stands for itself. */
export function entryKindText(kind: string, language: Language): string {
  return KIND_WORDS[kind]?.[language] ?? kind;
}

/** Oldest first; free energy has a column only where there is some. */
export function movementsTable(
  movements: readonly MovementFacts[],
  { currency, currencyDigits, timeZone }: PlaceFacts,
  language: Language,
): TableBlock {
  const say = speaker(WORDS, language);
  const hasFree = movements.some(({ freeWh }) => freeWh !== 0);
  return {
    kind: "table",
    columns: [
      { title: say("date"), share: 1.8, align: "left" },
      { title: say("what"), share: 2.6, align: "left" },
      { title: say("note"), share: 5, align: "left" },
      ...(hasFree ? [{ title: say("free"), share: 1.8, align: "right" } as const] : []),
      { title: currency, share: 2, align: "right" },
    ],
    rows: movements.map(({ at, kind, number, method, note, amountMinor, freeWh }) => [
      dayText(at, timeZone),
      [entryKindText(kind, language), method && methodText(method, language)].filter(Boolean).join(" · "),
      [number, note].filter(Boolean).join("  "),
      ...(hasFree ? [freeWh === 0 ? "" : kwhText(freeWh)] : []),
      decimalText(amountMinor, currencyDigits),
    ]),
    totals: [],
    empty: say("none"),
  };
}

/** What each kind of movement comes to, in the order in which they first came. */
export function sumsByKind(
  movements: readonly MovementFacts[],
): { kind: string; amountMinor: number; freeWh: number }[] {
  const sums = new Map<string, { kind: string; amountMinor: number; freeWh: number }>();
  for (const { kind, amountMinor, freeWh } of movements) {
    const sum = sums.get(kind) ?? { kind, amountMinor: 0, freeWh: 0 };
    sums.set(kind, { kind, amountMinor: sum.amountMinor + amountMinor, freeWh: sum.freeWh + freeWh });
  }
  return [...sums.values()];
}
