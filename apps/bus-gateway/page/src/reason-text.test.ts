import { HOLD_REASONS, type Hold, holdReasonText } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { WAIT_REASONS, type WaitReason } from "../../src/control/safety/decide-operation.ts";
import { holdText, waitText } from "./reason-text.ts";

const ENGLISH = /[A-Za-z]/;
const shown = (part: Partial<Hold>) => {
  const hold: Hold = {
    kind: "overload",
    reason: "power-above-limit",
    params: {},
    origin: { type: "rule", id: "overload", name: "Overload protection" },
    since: "2026-01-02T02:00:00Z",
    ...part,
  };
  return { ...hold, text: holdReasonText(hold) };
};

describe("why a circuit is open, in Chinese", () => {
  it.each(HOLD_REASONS)("%s", (reason) => {
    const origin = { type: "staff" as const, id: "u1", name: "李伟" };
    expect(holdText("zh", shown({ reason, origin }))).not.toMatch(ENGLISH);
  });

  it.each<{ part: Partial<Hold>; text: string }>([
    { part: { params: { powerW: 3400, limitW: 3000 } }, text: "功率超过上限（实测 3400 W，上限 3000 W）" },
    {
      part: { reason: "current-above-limit", params: { currentCa: 1650, limitCa: 1600 } },
      text: "电流超过上限（实测 16.50 A，上限 16.00 A）",
    },
    {
      part: {
        reason: "balance-used-up",
        params: { balanceMinor: -12, currency: "CNY", currencyDigits: 2, releaseMinor: 100 },
      },
      text: "预付电费已用完（余额 -0.12 CNY）",
    },
    {
      part: {
        reason: "tagged-out",
        origin: { type: "staff", id: "u1", name: "Li Wei" },
        params: { note: "cable repair" },
      },
      text: "检修挂牌（Li Wei，cable repair）",
    },
  ])("with what stands behind it: $text", ({ part, text }) => {
    expect(holdText("zh", shown(part))).toBe(text);
  });

  it("stays as the gateway tells it in English", () => {
    expect(holdText("en", shown({ params: { powerW: 3400, limitW: 3000 } }))).toBe(
      "Power above the limit (3,400 W, limit 3,000 W)",
    );
  });
});

it.each(Object.keys(WAIT_REASONS) as WaitReason[])("says in both languages why it waits: %s", (why) => {
  const wait = { why, text: WAIT_REASONS[why] };
  expect(waitText("zh", wait)).not.toMatch(ENGLISH);
  expect(waitText("en", wait)).toBe(WAIT_REASONS[why]);
});
