import { z } from "zod";
import { decimalText, moneyText, timeText } from "../paper/amounts.ts";
import type { Block, Composition, LabelledValue } from "../paper/composition.ts";
import { type Language, speaker } from "../paper/language.ts";
import { defineKind, placeFacts } from "./define-kind.ts";
import { methodText } from "./method-words.ts";

const tillReportFacts = placeFacts.extend({
  tillName: z.string(),
  shiftNumber: z.int(),
  person: z.string(),
  openedAt: z.iso.datetime(),
  /** Null while it is open. */
  closedAt: z.iso.datetime().nullable(),
  closedBy: z.string().nullable(),
  /** When this was read. */
  asOf: z.iso.datetime(),
  floatMinor: z.int(),
  methods: z.array(
    z.object({
      method: z.string(),
      sales: z.int(),
      salesMinor: z.int(),
      voids: z.int(),
      voidsMinor: z.int(),
      expectedMinor: z.int(),
      countedMinor: z.int().nullable(),
    }),
  ),
  movements: z.array(
    z.object({
      at: z.iso.datetime(),
      /** Below zero: taken out. */
      amountMinor: z.int(),
      reason: z.string(),
      by: z.string(),
    }),
  ),
  note: z.string(),
});
export type TillReportFacts = z.infer<typeof tillReportFacts>;

const WORDS = {
  title: { en: "Till report", zh: "收银班次报表" },
  shift: { en: "Shift", zh: "班次" },
  seller: { en: "Seller", zh: "收银员" },
  opened: { en: "Opened", zh: "开班时间" },
  closed: { en: "Closed", zh: "结班时间" },
  closedBy: { en: "Counted by", zh: "清点人" },
  asOf: { en: "As of", zh: "截至" },
  difference: { en: "Difference", zh: "差额" },
  expectedCash: { en: "Cash expected in the till", zh: "应有现金" },
  takings: { en: "Takings", zh: "收款" },
  method: { en: "Paid by", zh: "付款方式" },
  sales: { en: "Sales", zh: "销售" },
  voids: { en: "Voids", zh: "作废" },
  net: { en: "Sales less voids", zh: "销售减作废" },
  sum: { en: "Sum", zh: "合计" },
  count: { en: "Count", zh: "清点" },
  float: { en: "Float", zh: "备用金" },
  moved: { en: "Net cash moved", zh: "存取净额" },
  expected: { en: "Expected", zh: "应有" },
  counted: { en: "Counted", zh: "实点" },
  movements: { en: "Cash put in and taken out", zh: "现金存取" },
  time: { en: "Time", zh: "时间" },
  reason: { en: "Reason", zh: "原因" },
  by: { en: "By", zh: "经办" },
  amount: { en: "Amount", zh: "金额" },
  none: { en: "None", zh: "无" },
  note: { en: "Note", zh: "备注" },
  sellerSigns: { en: "Seller", zh: "收银员签字" },
  managerSigns: { en: "Checked by", zh: "复核签字" },
} as const;

export const tillReportKind = defineKind({
  prefix: "TR",
  name: WORDS.title,
  paper: "a4",
  facts: tillReportFacts,
  compose,
  amountMinor: ({ methods }) => methods.reduce((sum, row) => sum + row.salesMinor - row.voidsMinor, 0),
  at: ({ closedAt, asOf }) => closedAt ?? asOf,
});

function compose(facts: TillReportFacts, language: Language): Composition {
  const say = speaker(WORDS, language);
  const { closedAt, closedBy, timeZone } = facts;
  const head: LabelledValue[] = [
    [say("seller"), facts.person],
    [say("opened"), timeText(facts.openedAt, timeZone)],
    closedAt === null
      ? [say("asOf"), timeText(facts.asOf, timeZone)]
      : [say("closed"), timeText(closedAt, timeZone)],
    ...(closedBy === null || closedBy === facts.person ? [] : [[say("closedBy"), closedBy] as const]),
    ...(facts.note === "" ? [] : [[say("note"), facts.note] as const]),
  ];
  return {
    title: say("title"),
    subtitle: `${facts.tillName} · ${say("shift")} ${facts.shiftNumber}`,
    blocks: [
      figure(facts, language),
      { kind: "facts", rows: head },
      ...takings(facts, language),
      ...cashCount(facts, language),
      ...movements(facts, language),
      ...(closedAt === null
        ? []
        : [{ kind: "signatures", labels: [say("sellerSigns"), say("managerSigns")] } as const]),
    ],
  };
}

/** What is missing or too much, over all methods; before the count, what the drawer must have. */
function figure(facts: TillReportFacts, language: Language): Block {
  const say = speaker(WORDS, language);
  const money = (amountMinor: number) => moneyText(amountMinor, facts.currency, facts.currencyDigits);
  const isCounted = facts.methods.every(({ countedMinor }) => countedMinor !== null);
  if (!isCounted) {
    const cash = facts.methods.find(({ method }) => method === "cash");
    return { kind: "figure", label: say("expectedCash"), value: money(cash?.expectedMinor ?? 0) };
  }
  const difference = facts.methods.reduce(
    (sum, { countedMinor, expectedMinor }) => sum + (countedMinor ?? 0) - expectedMinor,
    0,
  );
  return { kind: "figure", label: say("difference"), value: money(difference) };
}

function takings(facts: TillReportFacts, language: Language): Block[] {
  const say = speaker(WORDS, language);
  const amount = (minor: number) => decimalText(minor, facts.currencyDigits);
  const sum = (field: "sales" | "salesMinor" | "voids" | "voidsMinor") =>
    facts.methods.reduce((total, row) => total + row[field], 0);
  const row = (name: string, sales: number, salesMinor: number, voids: number, voidsMinor: number) => [
    name,
    String(sales),
    amount(salesMinor),
    String(voids),
    amount(voidsMinor),
    amount(salesMinor - voidsMinor),
  ];
  return [
    { kind: "heading", text: say("takings") },
    {
      kind: "table",
      columns: [
        { title: say("method"), share: 3, align: "left" },
        { title: say("sales"), share: 1.6, align: "right" },
        { title: `${say("sales")} ${facts.currency}`, share: 2.6, align: "right" },
        { title: say("voids"), share: 1.6, align: "right" },
        { title: `${say("voids")} ${facts.currency}`, share: 2.6, align: "right" },
        { title: `${say("net")} ${facts.currency}`, share: 3, align: "right" },
      ],
      rows: facts.methods.map(({ method, sales, salesMinor, voids, voidsMinor }) =>
        row(methodText(method, language), sales, salesMinor, voids, voidsMinor),
      ),
      totals: [row(say("sum"), sum("sales"), sum("salesMinor"), sum("voids"), sum("voidsMinor"))],
      empty: say("none"),
    },
  ];
}

function cashCount(facts: TillReportFacts, language: Language): Block[] {
  const say = speaker(WORDS, language);
  const amount = (minor: number) => decimalText(minor, facts.currencyDigits);
  const moved = facts.movements.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  return [
    { kind: "heading", text: say("count") },
    {
      kind: "table",
      columns: [
        { title: say("method"), share: 2, align: "left" },
        { title: say("float"), share: 2, align: "right" },
        { title: say("net"), share: 2, align: "right" },
        { title: say("moved"), share: 2.2, align: "right" },
        { title: say("expected"), share: 2, align: "right" },
        { title: say("counted"), share: 2, align: "right" },
        { title: say("difference"), share: 2, align: "right" },
      ],
      rows: facts.methods.map((row) => [
        methodText(row.method, language),
        row.method === "cash" ? amount(facts.floatMinor) : "",
        amount(row.salesMinor - row.voidsMinor),
        row.method === "cash" ? amount(moved) : "",
        amount(row.expectedMinor),
        row.countedMinor === null ? "" : amount(row.countedMinor),
        row.countedMinor === null ? "" : amount(row.countedMinor - row.expectedMinor),
      ]),
      totals: [],
      empty: say("none"),
    },
  ];
}

function movements(facts: TillReportFacts, language: Language): Block[] {
  if (facts.movements.length === 0) return [];
  const say = speaker(WORDS, language);
  return [
    { kind: "heading", text: say("movements") },
    {
      kind: "table",
      columns: [
        { title: say("time"), share: 2.6, align: "left" },
        { title: say("reason"), share: 4, align: "left" },
        { title: say("by"), share: 2, align: "left" },
        { title: `${say("amount")} ${facts.currency}`, share: 2, align: "right" },
      ],
      rows: facts.movements.map(({ at, amountMinor, reason, by }) => [
        timeText(at, facts.timeZone),
        reason,
        by,
        decimalText(amountMinor, facts.currencyDigits),
      ]),
      totals: [],
      empty: say("none"),
    },
  ];
}
