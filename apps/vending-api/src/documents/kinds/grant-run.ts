import { z } from "zod";
import { decimalText, kwhText, monthText, timeText } from "../paper/amounts.ts";
import type { Composition } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import { defineKind, placeFacts } from "./define-kind.ts";

/** The commodity of free energy, in Wh; every other one is a currency. */
const FREE_ENERGY = "Wh";

const grantRunFacts = placeFacts.extend({
  policyName: z.string(),
  /** YYYY-MM. */
  month: z.string(),
  commodity: z.string(),
  /** What one gets, minor units or Wh… */
  giftAmount: z.int(),
  /** …and who counts as one. */
  per: z.enum(["household", "resident"]),
  at: z.iso.datetime(),
  by: z.string(),
  granted: z.array(
    z.object({ unitName: z.string(), householdName: z.string(), residents: z.int(), amount: z.int() }),
  ),
  /** `reason`: a code of the run's. */
  leftOut: z.array(z.object({ unitName: z.string(), householdName: z.string(), reason: z.string() })),
  reversal: z.object({ at: z.iso.datetime(), by: z.string(), reason: z.string() }).nullable(),
});
export type GrantRunFacts = z.infer<typeof grantRunFacts>;

const WORDS = {
  title: { en: "Grant run", zh: "补贴发放清单" },
  total: { en: "Granted in all", zh: "发放总额" },
  policy: { en: "Policy", zh: "补贴方案" },
  share: { en: "Each gets", zh: "发放标准" },
  household: { en: "per household", zh: "每户" },
  resident: { en: "per resident", zh: "每人" },
  households: { en: "Households", zh: "户数" },
  date: { en: "Run", zh: "发放时间" },
  by: { en: "By", zh: "经办" },
  granted: { en: "Granted", zh: "已发放" },
  room: { en: "Room", zh: "房间" },
  name: { en: "Household", zh: "住户" },
  residents: { en: "Residents", zh: "人数" },
  amount: { en: "Amount", zh: "数量" },
  sum: { en: "Sum", zh: "合计" },
  none: { en: "None", zh: "无" },
  leftOut: { en: "Left out", zh: "未发放" },
  reason: { en: "Reason", zh: "原因" },
  reversed: { en: "REVERSED", zh: "已撤销" },
} as const;

/** A document outlives the list of reasons, so an unknown one stands for itself. */
const REASON_WORDS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  "household-closed": { en: "The household is closed", zh: "已销户" },
  "moved-in-later": { en: "Moved in after the month", zh: "当月之后入住" },
  "no-residents": { en: "No residents", zh: "无住户成员" },
  "credit-in-meter": { en: "Its meter holds its credit", zh: "余额存于电表" },
  "granted-before": { en: "Had this month's grant before", zh: "当月已发放" },
  "run-reversed": { en: "The run was reversed", zh: "发放已撤销" },
};

export const grantRunKind = defineKind({
  prefix: "GR",
  name: WORDS.title,
  paper: "a4",
  facts: grantRunFacts,
  compose,
  amountMinor: ({ commodity, granted }) =>
    commodity === FREE_ENERGY ? null : granted.reduce((sum, { amount }) => sum + amount, 0),
  at: ({ at }) => at,
});

function compose(facts: GrantRunFacts, language: Language): Composition {
  const say = speaker(WORDS, language);
  const { granted, leftOut, reversal, timeZone } = facts;
  const isEnergy = facts.commodity === FREE_ENERGY;
  const unit = isEnergy ? "kWh" : facts.commodity;
  const figure = (amount: number) => (isEnergy ? kwhText(amount) : decimalText(amount, facts.currencyDigits));
  const total = granted.reduce((sum, { amount }) => sum + amount, 0);
  const residents = granted.reduce((sum, row) => sum + row.residents, 0);
  return {
    title: say("title"),
    subtitle: monthText(facts.month, language),
    blocks: [
      ...(reversal
        ? [
            {
              kind: "warning",
              title: say("reversed"),
              text: `${timeText(reversal.at, timeZone)} · ${reversal.by} · ${reversal.reason}`,
            } as const,
          ]
        : []),
      { kind: "figure", label: say("total"), value: `${figure(total)} ${unit}` },
      {
        kind: "facts",
        rows: [
          [say("policy"), facts.policyName],
          [say("share"), `${figure(facts.giftAmount)} ${unit} ${say(facts.per)}`],
          [say("households"), String(granted.length)],
          [say("date"), timeText(facts.at, timeZone)],
          [say("by"), facts.by],
        ],
      },
      { kind: "heading", text: say("granted") },
      {
        kind: "table",
        columns: [
          { title: say("room"), share: 2, align: "left" },
          { title: say("name"), share: 5, align: "left" },
          { title: say("residents"), share: 1.6, align: "right" },
          { title: `${say("amount")} ${unit}`, share: 2.4, align: "right" },
        ],
        rows: granted.map((row) => [
          row.unitName,
          row.householdName,
          String(row.residents),
          figure(row.amount),
        ]),
        totals: [[say("sum"), "", String(residents), figure(total)]],
        empty: say("none"),
      },
      ...(leftOut.length === 0
        ? []
        : ([
            { kind: "heading", text: say("leftOut") },
            {
              kind: "table",
              columns: [
                { title: say("room"), share: 2, align: "left" },
                { title: say("name"), share: 4, align: "left" },
                { title: say("reason"), share: 5, align: "left" },
              ],
              rows: leftOut.map((row) => [
                row.unitName,
                row.householdName,
                REASON_WORDS[row.reason]?.[language] ?? row.reason,
              ]),
              totals: [],
              empty: say("none"),
            },
          ] as const)),
    ],
  };
}
