import { describe, expect, it } from "vitest";
import { CircuitRun, MANAGER, RESIDENT } from "./circuit-fixture.ts";
import type { ReminderRule } from "./rule-config.ts";

describe("credit", () => {
  const atBalance = (minor: number, limits: { cutMinor?: number; releaseMinor?: number } = {}) => {
    const run = new CircuitRun();
    run.balance(minor, limits);
    return run.run(20);
  };

  it.each([
    { balance: 1, cut: 0, expected: [] },
    { balance: 0, cut: 0, expected: ["credit"] },
    { balance: -1, cut: 0, expected: ["credit"] },
    { balance: -499, cut: -500, expected: [] },
    { balance: -500, cut: -500, expected: ["credit"] },
  ])("at $balance with a cut value of $cut holds $expected", ({ balance, cut, expected }) => {
    expect(atBalance(balance, { cutMinor: cut, releaseMinor: cut }).kinds).toEqual(expected);
  });

  it("closes only above the release value", () => {
    const run = atBalance(0, { releaseMinor: 100 });
    run.balance(100, { releaseMinor: 100 });
    expect(run.kinds).toEqual(["credit"]);
    run.balance(101, { releaseMinor: 100 });
    expect(run.kinds).toEqual([]);
    expect(run.told.at(-1)).toBe("hold-released");
  });

  it("closes at once on a purchase, whatever the samples say", () => {
    const run = atBalance(0);
    run.wait(3600);
    run.balance(5000);
    expect(run.kinds).toEqual([]);
  });

  it("carries its numbers", () => {
    expect(atBalance(-3, { releaseMinor: 50 }).hold("credit")).toMatchObject({
      reason: "balance-used-up",
      params: { balanceMinor: -3, cutMinor: 0, releaseMinor: 50, currency: "CNY", currencyDigits: 2 },
      origin: { type: "rule", id: "credit" },
    });
  });

  it("waits while the bulk guard asks a person", () => {
    const run = new CircuitRun({ creditCutsPaused: true });
    run.balance(0);
    expect(run.run(60).kinds).toEqual([]);
    run.config = { ...run.config, creditCutsPaused: false };
    expect(run.run(5).kinds).toEqual(["credit"]);
  });

  it("waits for the end of a protected time (S5), and says what was used by then", () => {
    const run = new CircuitRun({ isProtectedTime: true });
    run.balance(-250);
    expect(run.run(60).kinds).toEqual([]);
    run.config = { ...run.config, isProtectedTime: false };
    expect(run.run(5).hold("credit")?.params).toMatchObject({ balanceMinor: -250 });
  });

  it("does not close again what was cut before a protected time", () => {
    const run = atBalance(0);
    run.config = { ...run.config, isProtectedTime: true };
    expect(run.run(60).kinds).toEqual(["credit"]);
  });

  it.each([
    { why: "no rule of its own", rule: undefined, balances: [1, 0, -1], cut: [false, true, true] },
    { why: "5.00 of debt", rule: { debtMinor: 500 }, balances: [0, -499, -500], cut: [false, false, true] },
    {
      why: "kept for good",
      rule: { debtMinor: null },
      balances: [0, -500, -99_999],
      cut: [false, false, false],
    },
  ])("of two loops cuts the one with $why", ({ rule, balances, cut }) => {
    const isCut = (balance: number) => {
      const run = new CircuitRun({ rules: rule === undefined ? {} : { credit: rule } });
      run.balance(balance);
      return run.run(20).kinds.includes("credit");
    };
    expect(balances.map(isCut)).toEqual(cut);
  });

  it("closes a loop that went into debt only once the household is above its own release value", () => {
    const run = new CircuitRun({ rules: { credit: { debtMinor: 500 } } });
    run.balance(-600);
    run.run(20).balance(-100);
    expect(run.kinds).toEqual(["credit"]);
    run.balance(1);
    expect(run.kinds).toEqual([]);
  });

  it("keeps the hold it was started with until a balance is known", () => {
    const hold = {
      kind: "credit",
      reason: "balance-used-up",
      params: {},
      origin: { type: "rule", id: "credit", name: "Credit" },
      since: "2025-03-01T00:00:00Z",
    } as const;
    const run = new CircuitRun({}, [hold]).run(60);
    expect(run.kinds).toEqual(["credit"]);
    run.balance(1);
    expect(run.kinds).toEqual([]);
  });

  it("holds nobody's circuit", () => {
    const run = atBalance(0);
    run.give({ type: "credit", position: null, creditBalanceMicro: 0 });
    expect(run.kinds).toEqual([]);
    expect(run.run(60).kinds).toEqual([]);
  });

  it("stands under keep-power as well", () => {
    const run = new CircuitRun({ keepPower: true });
    run.balance(0);
    expect(run.run(20).kinds).toEqual(["credit"]);
  });
});

describe("reminder", () => {
  const rule: ReminderRule = { level1Minor: 1000, level2Minor: 500, mode: "warn", recloseAfterS: 60 };
  const under = (mode: ReminderRule["mode"]) =>
    new CircuitRun({ rules: { reminder: { ...rule, mode } } }).run(20);
  const alarms = (run: CircuitRun) => run.told.filter((each) => each.startsWith("low-balance"));

  it("says nothing above level 1", () => {
    const run = under("trip-and-reclose");
    run.balance(1001);
    expect(alarms(run.run(20))).toEqual([]);
  });

  it("warns once at level 1 and once more at level 2, until a payment lifts the balance", () => {
    const run = under("warn");
    run.balance(1000);
    run.run(20);
    expect(alarms(run)).toEqual(["low-balance raised"]);
    run.balance(500);
    run.run(20);
    expect(alarms(run)).toEqual(["low-balance raised", "low-balance raised"]);
    run.balance(1001);
    expect(alarms(run).at(-1)).toBe("low-balance cleared");
    expect(run.kinds).toEqual([]);
  });

  it("trips at level 2 and recloses by itself, once", () => {
    const run = under("trip-and-reclose");
    run.balance(500);
    expect(run.kinds).toEqual(["reminder"]);
    run.run(60, { relay: "open" });
    expect(run.kinds).toEqual([]);
    run.balance(400);
    expect(run.run(120).kinds).toEqual([]);
  });

  it("trips again after the balance has been above level 2", () => {
    const run = under("trip-and-reclose");
    run.balance(500);
    run.run(60);
    run.balance(501);
    run.balance(500);
    expect(run.kinds).toEqual(["reminder"]);
  });

  it("trips at level 2 until the resident acknowledges", () => {
    const run = under("trip-until-acknowledged");
    run.balance(500);
    expect(run.run(3600).kinds).toEqual(["reminder"]);
    const step = run.command({ action: "release", hold: "reminder", by: RESIDENT });
    expect(step.commandOutcome).toEqual({ state: "applied" });
    expect(run.told).toContain("reminder-acknowledged");
    expect(run.run(3600).kinds).toEqual([]);
  });

  it("lets staff acknowledge for the resident, and a payment do it for both", () => {
    const run = under("trip-until-acknowledged");
    run.balance(500);
    run.command({ action: "release", hold: "reminder", by: MANAGER });
    expect(run.kinds).toEqual([]);
    const other = under("trip-until-acknowledged");
    other.balance(500);
    other.balance(501);
    expect(other.kinds).toEqual([]);
  });

  it("does not open again after a small payment has lifted a cut", () => {
    const run = under("trip-until-acknowledged");
    run.balance(0);
    run.run(20);
    run.balance(300);
    expect(run.run(60).kinds).toEqual([]);
  });

  it("leaves the word to the credit hold at the cut value", () => {
    const run = under("trip-until-acknowledged");
    run.balance(0);
    expect(run.run(20).kinds).toEqual(["credit"]);
  });
});
