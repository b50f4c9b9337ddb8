import { z } from "zod";
import { decimalText, moneyText, timeText } from "../paper/amounts.ts";
import type { Composition } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import { defineKind, placeFacts } from "./define-kind.ts";

const OUTCOMES = ["refunded", "failed", "left-out"] as const;

const classSummaryFacts = placeFacts.extend({
  /** The class, or whatever the households have in common; "" where nobody named it. */
  name: z.string(),
  reason: z.string(),
  requestedBy: z.string(),
  approvedBy: z.string().nullable(),
  at: z.iso.datetime(),
  rows: z.array(
    z.object({
      unitName: z.string(),
      householdName: z.string(),
      outcome: z.enum(OUTCOMES),
      refundMinor: z.int(),
      /** Why it failed or was left out; a note otherwise. */
      detail: z.string(),
    }),
  ),
});
export type ClassSummaryFacts = z.infer<typeof classSummaryFacts>;

const WORDS = {
  title: { en: "Refund summary", zh: "批量退费汇总" },
  total: { en: "Refunded in all", zh: "退费总额" },
  reason: { en: "Reason", zh: "原因" },
  requested: { en: "Requested by", zh: "申请人" },
  approved: { en: "Approved by", zh: "审批人" },
  date: { en: "Date", zh: "日期" },
  households: { en: "Households", zh: "户数" },
  room: { en: "Room", zh: "房间" },
  name: { en: "Household", zh: "住户" },
  outcome: { en: "Outcome", zh: "结果" },
  detail: { en: "Remark", zh: "说明" },
  amount: { en: "Refund", zh: "退费" },
  sum: { en: "Sum", zh: "合计" },
  none: { en: "None", zh: "无" },
  refunded: { en: "Refunded", zh: "已退费" },
  failed: { en: "Failed", zh: "失败" },
  "left-out": { en: "Left out", zh: "未处理" },
  requesterSigns: { en: "Requested by", zh: "申请人签字" },
  approverSigns: { en: "Approved by", zh: "审批人签字" },
} as const;

export const classSummaryKind = defineKind({
  prefix: "RB",
  name: WORDS.title,
  paper: "a4",
  facts: classSummaryFacts,
  compose,
  amountMinor: totalOf,
  at: ({ at }) => at,
});

function totalOf({ rows }: ClassSummaryFacts): number {
  return rows.reduce((sum, { refundMinor }) => sum + refundMinor, 0);
}

function compose(facts: ClassSummaryFacts, language: Language): Composition {
  const say = speaker(WORDS, language);
  const { rows, currency, currencyDigits } = facts;
  const counts = OUTCOMES.map((outcome) => ({
    outcome,
    count: rows.filter((row) => row.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  return {
    title: say("title"),
    ...(facts.name === "" ? {} : { subtitle: facts.name }),
    blocks: [
      { kind: "figure", label: say("total"), value: moneyText(totalOf(facts), currency, currencyDigits) },
      {
        kind: "facts",
        rows: [
          [say("reason"), facts.reason],
          [say("requested"), facts.requestedBy],
          ...(facts.approvedBy === null ? [] : [[say("approved"), facts.approvedBy] as const]),
          [say("date"), timeText(facts.at, facts.timeZone)],
          [
            say("households"),
            [String(rows.length), ...counts.map(({ outcome, count }) => `${say(outcome)} ${count}`)].join(
              " · ",
            ),
          ],
        ],
      },
      {
        kind: "table",
        columns: [
          { title: say("room"), share: 1.8, align: "left" },
          { title: say("name"), share: 3.6, align: "left" },
          { title: say("outcome"), share: 1.6, align: "left" },
          { title: say("detail"), share: 3.6, align: "left" },
          { title: `${say("amount")} ${currency}`, share: 2.2, align: "right" },
        ],
        rows: rows.map(({ unitName, householdName, outcome, detail, refundMinor }) => [
          unitName,
          householdName,
          say(outcome),
          detail,
          decimalText(refundMinor, currencyDigits),
        ]),
        totals: [[say("sum"), "", "", "", decimalText(totalOf(facts), currencyDigits)]],
        empty: say("none"),
      },
      { kind: "signatures", labels: [say("requesterSigns"), say("approverSigns")] },
    ],
  };
}
