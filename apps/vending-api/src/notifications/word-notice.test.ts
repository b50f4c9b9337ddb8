import { describe, expect, it } from "vitest";
import { isUrgent, kindsFor, NOTICE_KIND_NAMES, type Notice, type NoticePlace } from "./notice.ts";
import { noticePath, wordNotice } from "./word-notice.ts";

const place: NoticePlace = {
  site: "North Campus",
  timeZone: "Asia/Shanghai",
  currency: "CNY",
  currencyDigits: 2,
  household: "Room 108",
  unit: "108",
};

const low = { balanceMinor: 480, levelMinor: 500 };
const NOTICES: readonly [notice: Notice, en: readonly string[], zh: readonly string[]][] = [
  [
    { kind: "balance-low", params: { balanceMinor: 980, levelMinor: 1000 } },
    ["below 10.00 CNY", "9.80 CNY is left"],
    ["低于 10.00 CNY", "剩余 9.80 CNY"],
  ],
  [{ kind: "balance-reminder", params: low }, ["4.80 CNY"], ["4.80 CNY"]],
  [
    { kind: "balance-cut", params: { balanceMinor: -12, releaseMinor: 100 } },
    ["-0.12 CNY", "above 1.00 CNY"],
    ["-0.12 CNY", "高于 1.00 CNY"],
  ],
  [
    { kind: "balance-cut", params: { balanceMinor: null, releaseMinor: null } },
    ["returns by itself after a payment"],
    ["充值后自动恢复"],
  ],
  [
    { kind: "power-off", params: { hold: "vicious-load", until: "2026-11-21T12:05:00Z", note: null } },
    ["heating appliance", "20:05"],
    ["电热器具", "20:05"],
  ],
  [
    { kind: "power-off", params: { hold: "manual", until: null, note: "painting" } },
    ["Staff", "(painting)"],
    ["管理人员", "（painting）"],
  ],
  [{ kind: "power-back", params: { offSince: "2026-11-21T12:05:00Z" } }, ["21 Nov 2026", "20:05"], ["20:05"]],
  [
    {
      kind: "credit-received",
      params: { purchaseId: "p1", amountMinor: 500_000, balanceAfterMinor: 512_345 },
    },
    ["5,000.00 CNY received", "5,123.45 CNY"],
    ["5,000.00 CNY", "5,123.45 CNY"],
  ],
  [
    {
      kind: "grant-received",
      params: { commodity: "Wh", amount: 50_000, name: "Free basic", expiresAt: null },
    },
    ["50 kWh", "Free basic", "does not expire"],
    ["50 kWh", "长期有效"],
  ],
  [
    {
      kind: "grant-received",
      params: { commodity: "CNY", amount: 2000, name: "Winter", expiresAt: "2026-11-30T16:00:00Z" },
    },
    ["20.00 CNY", "1 Dec 2026"],
    ["20.00 CNY", "2026年12月1日"],
  ],
  [{ kind: "refund-done", params: { amountMinor: 1234 } }, ["12.34 CNY"], ["12.34 CNY"]],
  [
    { kind: "abnormal-use", params: { day: "2026-11-20", wh: 9600, usualWh: 2100 } },
    ["20 Nov", "9.6 kWh", "2.1 kWh"],
    ["9.6 kWh", "2.1 kWh"],
  ],
  [
    { kind: "vacant-use", params: { day: "2026-11-20", wh: 700, circuitId: "c1", circuit: "108 sockets" } },
    ["108 sockets", "0.7 kWh"],
    ["108 sockets", "0.7 kWh"],
  ],
  [
    { kind: "sale-failed", params: { alarmId: "a1", purchaseId: "p1", amountMinor: 5000, state: "failed" } },
    ["50.00 CNY did not reach"],
    ["50.00 CNY", "未能写入"],
  ],
  [
    { kind: "sale-failed", params: { alarmId: "a1", purchaseId: "p1", amountMinor: 5000, state: "unknown" } },
    ["may not have reached"],
    ["可能未写入"],
  ],
  [
    { kind: "alarm", params: { alarmId: "a1", alarm: "bus-down", severity: "critical", subject: "Bus 1" } },
    ["Critical: Bus is down", "Bus 1"],
    ["紧急：总线中断", "Bus 1"],
  ],
];

describe("a notice", () => {
  it.each(NOTICES)("%j says it in both languages", (notice, en, zh) => {
    for (const [locale, parts] of [["en", en] as const, ["zh", zh] as const]) {
      const { title, text } = wordNotice(notice, place, locale);
      for (const part of parts) expect(`${title} ${text}`).toContain(part);
      expect(title.length).toBeLessThan(120);
      expect(`${title} ${text}`).not.toMatch(/undefined|null|NaN/);
    }
    expect(/\p{Script=Han}/u.test(wordNotice(notice, place, "zh").title)).toBe(true);
  });

  it("of every kind is among these", () => {
    expect(new Set(NOTICES.map(([{ kind }]) => kind))).toEqual(new Set(NOTICE_KIND_NAMES));
  });

  it("leads to the receipt, the alarms, the circuit or the resident's page", () => {
    const paths = NOTICES.map(([notice]) => noticePath(notice));
    expect(new Set(paths)).toEqual(new Set(["/my", "/my?purchase=p1", "/circuits/c1/show", "/alarms"]));
  });

  it("is urgent when the power is off or an alarm is critical", () => {
    expect(new Set(NOTICES.filter(([notice]) => isUrgent(notice)).map(([{ kind }]) => kind))).toEqual(
      new Set(["balance-cut", "power-off", "alarm"]),
    );
    const mild = { alarmId: "a1", alarm: "overload", severity: "high", subject: "" } as const;
    expect(isUrgent({ kind: "alarm", params: mild })).toBe(false);
  });

  it("is offered to those it is for", () => {
    expect(kindsFor(["maintenance"])).toEqual(["alarm"]);
    expect(kindsFor(["property-manager"])).toEqual(["vacant-use", "sale-failed"]);
    expect(kindsFor(["resident"])).toEqual(NOTICE_KIND_NAMES.slice(0, 9));
    expect(kindsFor(["integrator"])).toEqual([]);
  });
});
