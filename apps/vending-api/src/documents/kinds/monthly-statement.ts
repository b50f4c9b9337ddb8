import { z } from "zod";
import { decimalText, kwhText, moneyText, monthText, timeText } from "../paper/amounts.ts";
import type { Block, ChartBlock, Composition, LabelledValue, TableBlock } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import { entryKindText, movementFacts, movementsTable, sumsByKind } from "./account-movements.ts";
import { chargesFacts, chargesTable } from "./charges.ts";
import { defineKind, placeFacts } from "./define-kind.ts";

const standing = z.object({ amountMinor: z.int(), freeWh: z.int() });

const monthlyStatementFacts = placeFacts.extend({
  /** YYYY-MM. */
  month: z.string(),
  householdName: z.string(),
  unitName: z.string(),
  /** False while more of its use may come. */
  isFinal: z.boolean(),
  asOf: z.iso.datetime(),
  opening: standing,
  closing: standing,
  movements: z.array(movementFacts),
  charges: chargesFacts,
  /** Names of the rates, in the order of `days[].whByRate`. */
  rateNames: z.array(z.string()),
  /** Oldest first. Days of earlier months are use that came late. */
  days: z.array(
    z.object({ day: z.string(), whByRate: z.array(z.int()), freeWh: z.int(), chargedMinor: z.int() }),
  ),
});
export type MonthlyStatementFacts = z.infer<typeof monthlyStatementFacts>;

const WORDS = {
  title: { en: "Monthly statement", zh: "月度账单" },
  closingBalance: { en: "Balance at the end of the month", zh: "月末余额" },
  currentBalance: { en: "Balance so far", zh: "当前余额" },
  room: { en: "Room", zh: "房间" },
  household: { en: "Household", zh: "住户" },
  asOf: { en: "As of", zh: "截至" },
  opening: { en: "Balance at the beginning", zh: "月初余额" },
  closing: { en: "Balance at the end", zh: "月末余额" },
  account: { en: "Account", zh: "账户" },
  item: { en: "Item", zh: "项目" },
  freeEnergy: { en: "Free kWh", zh: "免费电量 kWh" },
  used: { en: "Use per day", zh: "每日用电" },
  charges: { en: "How the use was charged", zh: "用电费用明细" },
  movements: { en: "Paid and granted", zh: "充值与补贴" },
  days: { en: "Day by day", zh: "逐日明细" },
  day: { en: "Day", zh: "日期" },
  sum: { en: "Sum", zh: "合计" },
  free: { en: "Of it free", zh: "其中免费" },
  charged: { en: "Charged", zh: "扣费" },
  none: { en: "Nothing was used.", zh: "无用电。" },
  late: {
    en: "Days of earlier months are use that reached the books after their statement was closed.",
    zh: "早于本月的日期为上期账单结清后补记的用电。",
  },
} as const;

export const monthlyStatementKind = defineKind({
  prefix: "MS",
  name: WORDS.title,
  paper: "a4",
  facts: monthlyStatementFacts,
  compose,
  amountMinor: ({ closing }) => closing.amountMinor,
  at: ({ asOf }) => asOf,
});

function compose(facts: MonthlyStatementFacts, language: Language): Composition {
  const say = speaker(WORDS, language);
  const { currency, currencyDigits, month, closing, isFinal } = facts;
  const hasLate = facts.days.some(({ day }) => !day.startsWith(month));
  const rows: LabelledValue[] = [
    [say("room"), facts.unitName],
    [say("household"), facts.householdName],
    ...(isFinal ? [] : [[say("asOf"), timeText(facts.asOf, facts.timeZone)] as const]),
  ];
  return {
    title: say("title"),
    subtitle: monthText(month, language),
    blocks: [
      {
        kind: "figure",
        label: say(isFinal ? "closingBalance" : "currentBalance"),
        value: moneyText(closing.amountMinor, currency, currencyDigits),
      },
      { kind: "facts", rows },
      { kind: "heading", text: say("account") },
      accountTable(facts, language),
      ...chart(facts, language),
      { kind: "heading", text: say("charges") },
      chargesTable(facts.charges, facts, language),
      { kind: "heading", text: say("movements") },
      movementsTable(facts.movements, facts, language),
      { kind: "heading", text: say("days") },
      daysTable(facts, language),
      ...(hasLate ? [{ kind: "note", text: say("late") } as const] : []),
    ],
  };
}

/** From the first balance to the last, a line for every kind of movement. */
function accountTable(facts: MonthlyStatementFacts, language: Language): TableBlock {
  const say = speaker(WORDS, language);
  const { opening, closing, charges, movements, currency, currencyDigits } = facts;
  const usage = { kind: "usage", amountMinor: -charges.chargedMinor, freeWh: -charges.freeWh };
  const lines = [...sumsByKind(movements), usage];
  const hasFree = [opening, closing, ...lines].some(({ freeWh }) => freeWh !== 0);
  const line = (name: string, { amountMinor, freeWh }: { amountMinor: number; freeWh: number }) => [
    name,
    ...(hasFree ? [kwhText(freeWh)] : []),
    decimalText(amountMinor, currencyDigits),
  ];
  return {
    kind: "table",
    columns: [
      { title: say("item"), share: 6, align: "left" },
      ...(hasFree ? [{ title: say("freeEnergy"), share: 2, align: "right" } as const] : []),
      { title: currency, share: 2, align: "right" },
    ],
    rows: [
      line(say("opening"), opening),
      ...lines.map((row) => line(entryKindText(row.kind, language), row)),
    ],
    totals: [line(say("closing"), closing)],
    empty: "",
  };
}

function chart({ month, days, rateNames }: MonthlyStatementFacts, language: Language): Block[] {
  const ofMonth = daysOf(month).map((day) => days.find((row) => row.day === day));
  if (ofMonth.every((row) => row === undefined)) return [];
  const bars: ChartBlock = {
    kind: "chart",
    unit: "kWh",
    digits: 3,
    labels: ofMonth.map((_, index) => (index === 0 || (index + 1) % 5 === 0 ? String(index + 1) : "")),
    series: rateNames.map((name, rate) => ({
      name,
      values: ofMonth.map((row) => row?.whByRate[rate] ?? 0),
    })),
  };
  return [{ kind: "heading", text: WORDS.used[language] }, bars];
}

function daysOf(month: string): string[] {
  const [year = 0, number = 0] = month.split("-").map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => `${month}-${String(index + 1).padStart(2, "0")}`);
}

function daysTable(facts: MonthlyStatementFacts, language: Language): TableBlock {
  const say = speaker(WORDS, language);
  const { days, rateNames, currency, currencyDigits } = facts;
  const sum = (wh: readonly number[]) => wh.reduce((total, value) => total + value, 0);
  const severalRates = rateNames.length > 1;
  const row = (name: string, wh: readonly number[], freeWh: number, chargedMinor: number) => [
    name,
    ...(severalRates ? wh.map(kwhText) : []),
    kwhText(sum(wh)),
    ...(facts.charges.freeWh > 0 ? [kwhText(freeWh)] : []),
    decimalText(chargedMinor, currencyDigits),
  ];
  const figure = (title: string) => ({ title, share: 2, align: "right" }) as const;
  return {
    kind: "table",
    columns: [
      { title: say("day"), share: 2, align: "left" },
      ...(severalRates ? rateNames.map((name) => figure(`${name} kWh`)) : []),
      figure(`${say("sum")} kWh`),
      ...(facts.charges.freeWh > 0 ? [figure(`${say("free")} kWh`)] : []),
      figure(`${say("charged")} ${currency}`),
    ],
    rows: days.map(({ day, whByRate, freeWh, chargedMinor }) => row(day, whByRate, freeWh, chargedMinor)),
    totals:
      days.length === 0
        ? []
        : [
            row(
              say("sum"),
              rateNames.map((_, rate) => sum(days.map(({ whByRate }) => whByRate[rate] ?? 0))),
              sum(days.map(({ freeWh }) => freeWh)),
              sum(days.map(({ chargedMinor }) => chargedMinor)),
            ),
          ],
    empty: say("none"),
  };
}
