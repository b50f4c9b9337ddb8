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
      /** Why it failed: a code of the API, told in the paper's language where it has words for it. */
      code: z.string().optional(),
      /** Why it failed or was left out, in English; a note otherwise. */
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

/** What keeps a household from its refund, and what to do about it. */
const REMARKS = {
  "reading-missing": {
    en: "The meter does not answer: type its reading and run again",
    zh: "电表没有响应，请录入读数后重新执行",
  },
  "reading-implausible": {
    en: "The reading does not follow from the one before",
    zh: "读数与上次不符，请核对",
  },
  "household-in-debt": { en: "Owes more than it has", zh: "欠费，须由他人批准" },
  "household-closed": { en: "Closed before", zh: "此前已销户" },
  "use-undecided": { en: "Use is held back: decide on it first", zh: "有待核用电，请先处理" },
  "meter-credit-unknown": { en: "The meter has not said what credit it holds", zh: "电表尚未上报表内余额" },
  "sale-not-settled": { en: "A sale to the meter is not settled", zh: "有一笔写表售电尚未确认" },
  "card-unsettled": { en: "Its card still carries credit", zh: "电卡内仍有余额，请先清卡" },
  "refund-grown": { en: "More is left than was approved", zh: "余额多于批准金额，请重新申请" },
} as const satisfies Record<string, Record<Language, string>>;

const isRemark = (code: string): code is keyof typeof REMARKS => Object.hasOwn(REMARKS, code);

function remarkOf(
  { code, detail }: { code?: string | undefined; detail: string },
  language: Language,
): string {
  return code !== undefined && isRemark(code) ? REMARKS[code][language] : detail;
}

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
          { title: say("room"), share: 1.4, align: "left" },
          { title: say("name"), share: 4.6, align: "left" },
          { title: say("outcome"), share: 1.4, align: "left" },
          { title: say("detail"), share: 3.6, align: "left" },
          { title: `${say("amount")} ${currency}`, share: 1.8, align: "right" },
        ],
        rows: rows.map(({ unitName, householdName, outcome, refundMinor, ...remark }) => [
          unitName,
          householdName,
          say(outcome),
          remarkOf(remark, language),
          decimalText(refundMinor, currencyDigits),
        ]),
        totals: [[say("sum"), "", "", "", decimalText(totalOf(facts), currencyDigits)]],
        empty: say("none"),
      },
      { kind: "signatures", labels: [say("requesterSigns"), say("approverSigns")] },
    ],
  };
}
