import { z } from "zod";
import { moneyText, timeText } from "../paper/amounts.ts";
import type { Composition } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import { defineKind, placeFacts } from "./define-kind.ts";
import { methodText } from "./method-words.ts";

const receiptFacts = placeFacts.extend({
  saleNumber: z.string(),
  at: z.iso.datetime(),
  householdName: z.string(),
  unitName: z.string(),
  amountMinor: z.int(),
  balanceAfterMinor: z.int(),
  method: z.string(),
  cashier: z.string(),
  note: z.string(),
  entry: z.object({ seq: z.int(), hash: z.string() }),
});
export type ReceiptFacts = z.infer<typeof receiptFacts>;

const WORDS = {
  title: { en: "Receipt", zh: "收据" },
  paid: { en: "Amount paid", zh: "实收金额" },
  room: { en: "Room", zh: "房间" },
  household: { en: "Household", zh: "住户" },
  date: { en: "Date", zh: "日期" },
  method: { en: "Paid by", zh: "付款方式" },
  balance: { en: "Balance after", zh: "充值后余额" },
  cashier: { en: "Cashier", zh: "收银员" },
  note: { en: "Note", zh: "备注" },
  sale: { en: "Sale", zh: "销售单号" },
  entry: { en: "Ledger entry", zh: "账目" },
} as const;

export const receiptKind = defineKind({
  prefix: "RC",
  name: WORDS.title,
  paper: "a5",
  facts: receiptFacts,
  compose,
  amountMinor: ({ amountMinor }) => amountMinor,
  at: ({ at }) => at,
});

function compose(facts: ReceiptFacts, language: Language): Composition {
  const say = speaker(WORDS, language);
  const money = (amountMinor: number) => moneyText(amountMinor, facts.currency, facts.currencyDigits);
  return {
    title: say("title"),
    blocks: [
      { kind: "figure", label: say("paid"), value: money(facts.amountMinor) },
      {
        kind: "facts",
        rows: [
          [say("room"), facts.unitName],
          [say("household"), facts.householdName],
          [say("date"), timeText(facts.at, facts.timeZone)],
          [say("method"), methodText(facts.method, language)],
          [say("balance"), money(facts.balanceAfterMinor)],
          [say("cashier"), facts.cashier],
          ...(facts.note === "" ? [] : [[say("note"), facts.note] as const]),
          [say("sale"), facts.saleNumber],
        ],
      },
      { kind: "note", text: `${say("entry")} #${facts.entry.seq}  ${facts.entry.hash}` },
    ],
  };
}
