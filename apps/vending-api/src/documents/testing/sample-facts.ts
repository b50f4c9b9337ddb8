import type { ClassSummaryFacts } from "../kinds/class-summary.ts";
import type { DocumentKind } from "../kinds/document-kinds.ts";
import type { GrantRunFacts } from "../kinds/grant-run.ts";
import type { MonthlyStatementFacts } from "../kinds/monthly-statement.ts";
import type { ReceiptFacts } from "../kinds/receipt.ts";
import type { RefundStatementFacts } from "../kinds/refund-statement.ts";
import type { TillReportFacts } from "../kinds/till-report.ts";

const PLACE = {
  siteName: "Willow Hall 柳园公寓",
  timeZone: "Asia/Shanghai",
  currency: "CNY",
  currencyDigits: 2,
} as const;
const HOUSEHOLDS = [
  "Li Wei 李伟",
  "王秀英",
  "Maximiliana Featherstonehaugh-Cholmondeley of the Exchange Programme, third year, with guests",
  "喆堃",
  "Zhāng Mǐn 张敏",
  "犇鑫淼 · 赟龑",
  "O’Brien & Ørsted",
] as const;

const householdAt = (index: number): string => HOUSEHOLDS[index % HOUSEHOLDS.length] ?? "";
const roomAt = (index: number): string => `A-${101 + (index % 12) + 100 * Math.floor(index / 12)}`;

export const SAMPLE_RECEIPT: ReceiptFacts = {
  ...PLACE,
  saleNumber: "20250301-9F3A11C0",
  at: "2025-03-01T02:15:30.000Z",
  householdName: "Li Wei 李伟",
  unitName: "A-101",
  amountMinor: 5000,
  balanceAfterMinor: 4837,
  method: "cash",
  cashier: "Zhang Min 张敏",
  note: "",
  entry: { seq: 12, hash: "9f3a11c0".padEnd(64, "5") },
};

export const SAMPLE_TILL_REPORT: TillReportFacts = {
  ...PLACE,
  tillName: "Front desk 前台",
  shiftNumber: 47,
  person: "Zhang Min 张敏",
  openedAt: "2025-03-01T00:00:00.000Z",
  closedAt: "2025-03-01T09:30:12.000Z",
  closedBy: "Zhang Min 张敏",
  asOf: "2025-03-01T09:30:12.000Z",
  floatMinor: 50_000,
  methods: [
    {
      method: "cash",
      sales: 31,
      salesMinor: 187_500,
      voids: 1,
      voidsMinor: 5000,
      expectedMinor: 212_500,
      countedMinor: 212_400,
    },
    {
      method: "card",
      sales: 12,
      salesMinor: 96_000,
      voids: 0,
      voidsMinor: 0,
      expectedMinor: 96_000,
      countedMinor: 96_000,
    },
    {
      method: "transfer",
      sales: 3,
      salesMinor: 60_000,
      voids: 0,
      voidsMinor: 0,
      expectedMinor: 60_000,
      countedMinor: 60_000,
    },
  ],
  movements: [
    {
      at: "2025-03-01T04:00:00.000Z",
      amountMinor: -30_000,
      reason: "Banked 存入银行",
      by: "Zhang Min 张敏",
    },
    { at: "2025-03-01T06:30:00.000Z", amountMinor: 10_000, reason: "Change", by: "Chen Hao 陈浩" },
  ],
  note: "One coin short",
};

const DAYS = Array.from({ length: 30 }, (_, index) => {
  const day = 3120 + ((index * 2741) % 2900);
  const night = 1430 + ((index * 1117) % 1200);
  const freeWh = index < 4 ? 5000 : 0;
  return { day, night, freeWh };
});
const DAY_PRICE = 617_000;
const NIGHT_PRICE = 307_000;

/** What 30 days at two rates come to, reckoned as the ledger does: whole minor units, the remainder carried. */
function chargedDays() {
  let carryNano = 0;
  let freeNano = 0;
  const days = DAYS.map(({ day, night, freeWh }, index) => {
    const wholeNano = day * DAY_PRICE + night * NIGHT_PRICE;
    const free = Math.floor((wholeNano * freeWh) / (day + night));
    freeNano += Math.min(free, wholeNano);
    const due = carryNano + wholeNano - Math.min(free, wholeNano);
    carryNano = due % 10_000_000;
    return {
      day: `2025-11-${String(index + 1).padStart(2, "0")}`,
      whByRate: [day, night],
      freeWh: Math.min(freeWh, day + night),
      chargedMinor: (due - carryNano) / 10_000_000,
    };
  });
  return { days, freeNano, carryNano };
}

const charged = chargedDays();
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const dayWh = sumOf(DAYS.map(({ day }) => day));
const nightWh = sumOf(DAYS.map(({ night }) => night));
const chargedMinor = sumOf(charged.days.map((row) => row.chargedMinor));
const freeWh = sumOf(charged.days.map((row) => row.freeWh));
const PURCHASES_MINOR = [10_000, 5000] as const;

export const SAMPLE_MONTHLY_STATEMENT: MonthlyStatementFacts = {
  ...PLACE,
  month: "2025-11",
  householdName: "Li Wei 李伟, 王秀英",
  unitName: "A-101",
  isFinal: true,
  asOf: "2025-12-03T16:00:00.000Z",
  opening: { amountMinor: 1240, freeWh: 0 },
  closing: {
    amountMinor: 1240 + sumOf(PURCHASES_MINOR) - chargedMinor,
    freeWh: 20_000 - freeWh,
  },
  movements: [
    {
      at: "2025-10-31T16:05:00.000Z",
      kind: "grant",
      number: "",
      method: "",
      note: "Free basic electricity 基本电量补贴",
      amountMinor: 0,
      freeWh: 20_000,
    },
    {
      at: "2025-11-03T02:15:30.000Z",
      kind: "purchase",
      number: "20251103-9F3A11C0",
      method: "cash",
      note: "",
      amountMinor: PURCHASES_MINOR[0],
      freeWh: 0,
    },
    {
      at: "2025-11-17T11:02:09.000Z",
      kind: "purchase",
      number: "20251117-04C2D7EE",
      method: "provider",
      note: "",
      amountMinor: PURCHASES_MINOR[1],
      freeWh: 0,
    },
  ],
  charges: {
    rates: [
      { name: "Day 峰", priceMicroPerKWh: DAY_PRICE, wh: dayWh, costNano: dayWh * DAY_PRICE },
      { name: "Night 谷", priceMicroPerKWh: NIGHT_PRICE, wh: nightWh, costNano: nightWh * NIGHT_PRICE },
    ],
    freeWh,
    freeNano: charged.freeNano,
    surchargeNano: 0,
    demandNano: 0,
    standingNano: 0,
    taxNano: 0,
    carriedNano: -charged.carryNano,
    chargedMinor,
  },
  rateNames: ["Day 峰", "Night 谷"],
  days: charged.days,
};

export const SAMPLE_REFUND_STATEMENT: RefundStatementFacts = {
  ...PLACE,
  householdName: "Li Wei 李伟",
  residents: ["李伟", "王秀英"],
  unitName: "Hall 1 A-101",
  earlierRooms: [{ name: "Hall 1 B-204", until: "2025-02-10T04:00:00.000Z" }],
  openedAt: "2024-09-01T01:00:00.000Z",
  closedAt: "2025-06-28T03:20:00.000Z",
  reason: "Graduation 毕业离校",
  requestedBy: "Zhang Min 张敏",
  approvedBy: "Chen Hao 陈浩",
  readings: [
    {
      circuitName: "A-101 sockets 插座",
      at: "2025-06-28T03:19:41.000Z",
      registerWh: 1_284_310,
      isTyped: false,
    },
    { circuitName: "A-101 heating 空调", at: "2025-06-28T03:15:00.000Z", registerWh: 402_770, isTyped: true },
  ],
  movements: [
    ...Array.from({ length: 10 }, (_, index) => ({
      at: new Date(Date.UTC(2024, 8 + index, 3, 2, 15)).toISOString(),
      kind: "purchase",
      number: `SALE-${String(1000 + index)}`,
      method: index % 3 === 0 ? "card" : "cash",
      note: index === 4 ? "Paid by the parents for the whole spring term, see letter of 2 January" : "",
      amountMinor: 5000,
      freeWh: 0,
    })),
    {
      at: "2025-06-01T16:05:00.000Z",
      kind: "grant",
      number: "",
      method: "",
      note: "Free basic electricity",
      amountMinor: 0,
      freeWh: 20_000,
    },
    {
      at: "2025-06-28T03:20:00.000Z",
      kind: "grant-expiry",
      number: "",
      method: "",
      note: "",
      amountMinor: 0,
      freeWh: -8000,
    },
    {
      at: "2025-06-28T03:20:00.000Z",
      kind: "refund",
      number: "",
      method: "",
      note: "Graduation 毕业离校",
      amountMinor: -1613,
      freeWh: 0,
    },
  ],
  rateNames: ["Day 峰", "Night 谷"],
  months: Array.from({ length: 10 }, (_, index) => ({
    month: new Date(Date.UTC(2024, 8 + index, 3)).toISOString().slice(0, 7),
    whByRate: [52_310 + index * 1700, 21_400 + index * 310],
    freeWh: index === 9 ? 12_000 : 0,
    chargedMinor: 4838 + (index === 9 ? 7 : 0),
  })),
  refundMinor: 1613,
  keptInMeterMinor: 0,
  remainderNano: 4_310_250,
  debtMinor: 0,
};

export const SAMPLE_CLASS_SUMMARY: ClassSummaryFacts = {
  ...PLACE,
  name: "Class of 2025 2025 届",
  reason: "Graduation 毕业离校",
  requestedBy: "Zhang Min 张敏",
  approvedBy: "Chen Hao 陈浩",
  at: "2025-06-28T03:20:00.000Z",
  rows: Array.from({ length: 64 }, (_, index) => {
    const outcome = index % 17 === 5 ? "failed" : index % 23 === 7 ? "left-out" : "refunded";
    return {
      unitName: roomAt(index),
      householdName: householdAt(index),
      outcome,
      refundMinor: outcome === "refunded" ? 1000 + ((index * 7919) % 20_000) : 0,
      ...(outcome === "failed" && { code: index % 2 === 0 ? "reading-missing" : "household-in-debt" }),
      detail: outcome === "left-out" ? "Stays for another term" : "",
    };
  }),
};

export const SAMPLE_GRANT_RUN: GrantRunFacts = {
  ...PLACE,
  policyName: "Free basic electricity 基本电量补贴",
  month: "2025-11",
  commodity: "Wh",
  giftAmount: 5000,
  per: "resident",
  at: "2025-10-31T16:05:00.000Z",
  by: "Chen Hao 陈浩",
  granted: Array.from({ length: 70 }, (_, index) => ({
    unitName: roomAt(index),
    householdName: householdAt(index),
    residents: 1 + (index % 4),
    amount: 5000 * (1 + (index % 4)),
  })),
  leftOut: [{ unitName: "B-204", householdName: "陈浩", reason: "no-residents" }],
  reversal: null,
};

export const SAMPLE_FACTS = {
  receipt: SAMPLE_RECEIPT,
  "till-report": SAMPLE_TILL_REPORT,
  "monthly-statement": SAMPLE_MONTHLY_STATEMENT,
  "refund-statement": SAMPLE_REFUND_STATEMENT,
  "class-summary": SAMPLE_CLASS_SUMMARY,
  "grant-run": SAMPLE_GRANT_RUN,
} as const satisfies Record<DocumentKind, object>;
