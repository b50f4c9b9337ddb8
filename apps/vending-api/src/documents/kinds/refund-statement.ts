import { z } from "zod";
import { dayText, decimalText, kwhText, moneyText, timeText } from "../paper/amounts.ts";
import type { Block, Composition, TableBlock } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import { entryKindText, movementFacts, movementsTable, sumsByKind } from "./account-movements.ts";
import { defineKind, placeFacts } from "./define-kind.ts";

const refundStatementFacts = placeFacts.extend({
  householdName: z.string(),
  residents: z.array(z.string()),
  unitName: z.string(),
  /** Where it had lived before, oldest first. */
  earlierRooms: z.array(z.object({ name: z.string(), until: z.iso.datetime() })),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime(),
  reason: z.string(),
  requestedBy: z.string(),
  approvedBy: z.string().nullable(),
  readings: z.array(
    z.object({
      circuitName: z.string(),
      /** Null where nobody could read it. */
      at: z.iso.datetime().nullable(),
      registerWh: z.int().nullable(),
      /** Typed by a person, because the meter did not answer. */
      isTyped: z.boolean(),
    }),
  ),
  /** Everything but use, oldest first; the refund and the closing among them. */
  movements: z.array(movementFacts),
  rateNames: z.array(z.string()),
  months: z.array(
    z.object({
      month: z.string(),
      /** In the order of `rateNames`. */
      whByRate: z.array(z.int()),
      freeWh: z.int(),
      chargedMinor: z.int(),
    }),
  ),
  refundMinor: z.int().nonnegative(),
  keptInMeterMinor: z.int(),
  /** What rounding down to a minor unit took, 10⁻⁹ of the major unit. */
  remainderNano: z.int(),
  debtMinor: z.int(),
});
export type RefundStatementFacts = z.infer<typeof refundStatementFacts>;

const WORDS = {
  title: { en: "Refund statement", zh: "退费结算单" },
  refund: { en: "To be paid out", zh: "应退金额" },
  room: { en: "Room", zh: "房间" },
  household: { en: "Household", zh: "住户" },
  earlierRoom: { en: "Before", zh: "原房间" },
  residents: { en: "Residents", zh: "住户成员" },
  period: { en: "From, to", zh: "入住、退住" },
  reason: { en: "Reason", zh: "原因" },
  requested: { en: "Requested by", zh: "申请人" },
  approved: { en: "Approved by", zh: "审批人" },
  readings: { en: "Final readings", zh: "最终读数" },
  circuit: { en: "Circuit", zh: "回路" },
  time: { en: "Read", zh: "读数时间" },
  source: { en: "Source", zh: "来源" },
  meter: { en: "Meter", zh: "电表" },
  unread: { en: "Not read", zh: "未读取" },
  typed: { en: "Typed", zh: "人工录入" },
  register: { en: "Register kWh", zh: "读数 kWh" },
  account: { en: "Settlement", zh: "结算" },
  item: { en: "Item", zh: "项目" },
  freeEnergy: { en: "Free kWh", zh: "免费电量 kWh" },
  left: { en: "Left on the account", zh: "账户余额" },
  kept: { en: "Credit that stays in the meter", zh: "留存电表的余额" },
  debt: { en: "Debt written off", zh: "核销欠款" },
  remainder: { en: "Remainder below the smallest coin, not paid out", zh: "不足最小币值的尾数（不退）" },
  movements: { en: "Paid, granted, refunded", zh: "充值、补贴与退费" },
  months: { en: "Use by month", zh: "按月用电" },
  month: { en: "Month", zh: "月份" },
  sum: { en: "Sum", zh: "合计" },
  charged: { en: "Charged", zh: "扣费" },
  free: { en: "Of it free", zh: "其中免费" },
  none: { en: "None", zh: "无" },
  receiverSigns: { en: "Received by, date", zh: "领款人签字、日期" },
  payerSigns: { en: "Paid out by, date", zh: "经办人签字、日期" },
} as const;

export const refundStatementKind = defineKind({
  prefix: "RS",
  name: WORDS.title,
  paper: "a4",
  facts: refundStatementFacts,
  compose,
  amountMinor: ({ refundMinor }) => refundMinor,
  at: ({ closedAt }) => closedAt,
});

const NANO_DIGITS = 9;

function compose(facts: RefundStatementFacts, language: Language): Composition {
  const say = speaker(WORDS, language);
  const { currency, currencyDigits, timeZone, approvedBy } = facts;
  const money = (amountMinor: number) => moneyText(amountMinor, currency, currencyDigits);
  return {
    title: say("title"),
    subtitle: facts.unitName,
    blocks: [
      { kind: "figure", label: say("refund"), value: money(facts.refundMinor) },
      {
        kind: "facts",
        rows: [
          [say("room"), facts.unitName],
          ...facts.earlierRooms.map(
            ({ name, until }) => [say("earlierRoom"), `${name} – ${dayText(until, timeZone)}`] as const,
          ),
          [say("household"), facts.householdName],
          ...(facts.residents.length === 0 ? [] : [[say("residents"), facts.residents.join(", ")] as const]),
          [say("period"), `${dayText(facts.openedAt, timeZone)} – ${dayText(facts.closedAt, timeZone)}`],
          [say("reason"), facts.reason],
          [say("requested"), facts.requestedBy],
          ...(approvedBy === null ? [] : [[say("approved"), approvedBy] as const]),
          ...(facts.keptInMeterMinor === 0 ? [] : [[say("kept"), money(facts.keptInMeterMinor)] as const]),
          ...(facts.debtMinor === 0 ? [] : [[say("debt"), money(facts.debtMinor)] as const]),
          ...(facts.remainderNano === 0
            ? []
            : [[say("remainder"), `${decimalText(facts.remainderNano, NANO_DIGITS)} ${currency}`] as const]),
        ],
      },
      { kind: "heading", text: say("account") },
      accountTable(facts, language),
      { kind: "heading", text: say("readings") },
      readingsTable(facts, language),
      ...monthsBlocks(facts, language),
      { kind: "heading", text: say("movements") },
      movementsTable(facts.movements, facts, language),
      { kind: "signatures", labels: [say("receiverSigns"), say("payerSigns")] },
    ],
  };
}

/** Every kind of entry with its sum, use included: what is left at the end is nothing. */
function accountTable(facts: RefundStatementFacts, language: Language): TableBlock {
  const say = speaker(WORDS, language);
  const { movements, months, currency, currencyDigits } = facts;
  const usage = {
    kind: "usage",
    amountMinor: -months.reduce((sum, { chargedMinor }) => sum + chargedMinor, 0),
    freeWh: -months.reduce((sum, { freeWh }) => sum + freeWh, 0),
  };
  const sums = sumsByKind(movements);
  const isEnd = ({ kind }: { kind: string }) => kind === "refund" || kind === "closing";
  const lines = [...sums.filter((row) => !isEnd(row)), usage, ...sums.filter(isEnd)];
  const hasFree = lines.some(({ freeWh }) => freeWh !== 0);
  const line = (name: string, row: { amountMinor: number; freeWh: number }) => [
    name,
    ...(hasFree ? [kwhText(row.freeWh)] : []),
    decimalText(row.amountMinor, currencyDigits),
  ];
  const left = {
    amountMinor: lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    freeWh: lines.reduce((sum, { freeWh }) => sum + freeWh, 0),
  };
  return {
    kind: "table",
    columns: [
      { title: say("item"), share: 6, align: "left" },
      ...(hasFree ? [{ title: say("freeEnergy"), share: 2, align: "right" } as const] : []),
      { title: currency, share: 2, align: "right" },
    ],
    rows: lines.map((row) => line(entryKindText(row.kind, language), row)),
    totals: [line(say("left"), left)],
    empty: say("none"),
  };
}

function readingsTable({ readings, timeZone }: RefundStatementFacts, language: Language): TableBlock {
  const say = speaker(WORDS, language);
  return {
    kind: "table",
    columns: [
      { title: say("circuit"), share: 4, align: "left" },
      { title: say("time"), share: 3, align: "left" },
      { title: say("source"), share: 2, align: "left" },
      { title: say("register"), share: 2.4, align: "right" },
    ],
    rows: readings.map(({ circuitName, at, isTyped, registerWh }) => [
      circuitName,
      at === null ? "" : timeText(at, timeZone),
      registerWh === null ? say("unread") : say(isTyped ? "typed" : "meter"),
      registerWh === null ? "" : kwhText(registerWh),
    ]),
    totals: [],
    empty: say("none"),
  };
}

function monthsBlocks(facts: RefundStatementFacts, language: Language): Block[] {
  const say = speaker(WORDS, language);
  const { months, rateNames, currency, currencyDigits } = facts;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const severalRates = rateNames.length > 1;
  const figure = (title: string) => ({ title, share: 2, align: "right" }) as const;
  const row = (name: string, wh: readonly number[], freeWh: number, chargedMinor: number) => [
    name,
    ...(severalRates ? wh.map(kwhText) : []),
    kwhText(sum(wh)),
    kwhText(freeWh),
    decimalText(chargedMinor, currencyDigits),
  ];
  return [
    { kind: "heading", text: say("months") },
    {
      kind: "table",
      columns: [
        { title: say("month"), share: 2, align: "left" },
        ...(severalRates ? rateNames.map((name) => figure(`${name} kWh`)) : []),
        figure(`${say("sum")} kWh`),
        figure(`${say("free")} kWh`),
        figure(`${say("charged")} ${currency}`),
      ],
      rows: months.map(({ month, whByRate, freeWh, chargedMinor }) =>
        row(month, whByRate, freeWh, chargedMinor),
      ),
      totals: [
        row(
          say("sum"),
          rateNames.map((_, rate) => sum(months.map(({ whByRate }) => whByRate[rate] ?? 0))),
          sum(months.map(({ freeWh }) => freeWh)),
          sum(months.map(({ chargedMinor }) => chargedMinor)),
        ),
      ],
      empty: say("none"),
    },
  ];
}
