import { describe, expect, it } from "vitest";
import { HOLD_REASONS, type Hold } from "./hold.ts";
import { HOLD_KIND_NAMES } from "./hold-kinds.ts";
import { holdReasonText, holdReleasedByText, rankOf } from "./text.ts";

const hold = (change: Partial<Hold>): Hold => ({
  kind: "manual",
  reason: "switched-off-by-staff",
  params: {},
  origin: { type: "staff", id: "u1", name: "Li Wei" },
  since: "2025-03-01T00:00:00Z",
  ...change,
});
const CNY = { currency: "CNY", currencyDigits: 2 };

describe("holdReasonText", () => {
  it.each<[Partial<Hold>, string]>([
    [{ reason: "tagged-out", params: { note: "Cable work" } }, "Tagged out by Li Wei (Cable work)"],
    [{ reason: "switched-off-by-staff" }, "Switched off by Li Wei"],
    [
      { reason: "power-above-limit", params: { powerW: 3400, limitW: 3000 } },
      "Power above the limit (3,400 W, limit 3,000 W)",
    ],
    [
      { reason: "current-above-limit", params: { currentCa: 1705, limitCa: 1600 } },
      "Current above the limit (17.05 A, limit 16.00 A)",
    ],
    [
      { reason: "vicious-step", params: { stepW: 2170, factorPpm: 999_904 } },
      "A heating appliance was switched on (2,170 W at a factor of 0.9999)",
    ],
    [{ reason: "vicious-level" }, "Heating load has risen step by step"],
    [
      { reason: "balance-used-up", params: { ...CNY, balanceMinor: -305 } },
      "The balance is used up (-3.05 CNY)",
    ],
    [
      { reason: "balance-used-up", params: { currency: "JPY", currencyDigits: 0, balanceMinor: -305 } },
      "The balance is used up (-305 JPY)",
    ],
    [{ reason: "balance-low", params: { ...CNY, balanceMinor: 499 } }, "The balance is low (4.99 CNY)"],
    [{ reason: "off-period", params: { rule: "Nights off" } }, "Off by the timetable (Nights off)"],
    [{ reason: "meter-fault" }, "The meter reports a fault"],
  ])("%#: %s", (change, text) => {
    expect(holdReasonText(hold(change))).toBe(text);
  });

  it("has a sentence for every reason, numbers or not", () => {
    for (const reason of HOLD_REASONS) expect(holdReasonText(hold({ reason }))).toMatch(/^[A-Z].*[^.( ]$/);
  });
});

describe("holdReleasedByText", () => {
  const until = "2025-03-01T08:30:00Z";
  it.each<[Partial<Hold>, string]>([
    [{ kind: "lockout" }, "the tag's holder (Li Wei), or two administrators"],
    [{ kind: "safety" }, "maintenance, after inspection"],
    [{ kind: "manual" }, "staff"],
    [{ kind: "manual", until }, "staff, or by itself at 2025-03-01 08:30 UTC"],
    [{ kind: "overload", until }, "staff, or by itself at 2025-03-01 08:30 UTC"],
    [{ kind: "overload", locked: true }, "staff, after too many trips"],
    [
      { kind: "overload", locked: true, params: { residentMayRelease: true } },
      "staff or the resident, after too many trips",
    ],
    [
      { kind: "vicious-load", until },
      "staff, or a new try at 2025-03-01 08:30 UTC once the appliance is off",
    ],
    [{ kind: "vicious-load", locked: true }, "staff, after too many trips today"],
    [
      { kind: "credit", params: { ...CNY, releaseMinor: 0 } },
      "a purchase that lifts the balance above 0.00 CNY",
    ],
    [{ kind: "reminder" }, "the resident's acknowledgement, or a purchase"],
    [{ kind: "schedule", until }, "the next on period, at 2025-03-01 08:30 UTC"],
    [{ kind: "campaign" }, "the end of the campaign"],
  ])("%#: %s", (change, text) => {
    expect(holdReleasedByText(hold(change))).toBe(text);
  });

  it("has a sentence for every kind, and ranks them 1 to 9", () => {
    for (const kind of HOLD_KIND_NAMES) expect(holdReleasedByText(hold({ kind })).length).toBeGreaterThan(4);
    expect(HOLD_KIND_NAMES.map(rankOf)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
