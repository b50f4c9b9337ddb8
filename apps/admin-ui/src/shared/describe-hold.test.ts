import { HOLD_KIND_NAMES, HOLD_KINDS, HOLD_REASONS } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import type { WhyHold } from "../api/rows.ts";
import { createFormat } from "../format/format.ts";
import { commonEn } from "../i18n/common.en.ts";
import { commonZh } from "../i18n/common.zh.ts";
import { createTranslate } from "../i18n/interpolate.ts";
import { describeHold } from "./describe-hold.ts";

const settings = { timeZone: "Asia/Shanghai", currency: "CNY", currencyDigits: 2 } as const;
const english = { t: createTranslate(commonEn), format: createFormat({ ...settings, locale: "en" }) };
const chinese = { t: createTranslate(commonZh), format: createFormat({ ...settings, locale: "zh" }) };
const nowMs = Date.parse("2026-03-02T10:00:00Z");

const hold = (part: Partial<WhyHold>): WhyHold => ({
  kind: "credit",
  rank: 6,
  reason: "",
  reasonCode: "balance-used-up",
  params: {},
  since: "2026-03-02T09:00:00Z",
  origin: { type: "rule", id: "credit", name: "Credit" },
  releasedBy: "",
  releasers: [],
  locked: false,
  suspended: false,
  ...part,
});
const describeIn = (language: typeof english, part: Partial<WhyHold>, releaseMinor?: number) =>
  describeHold(hold(part), language.t, language.format, {
    nowMs,
    ...(releaseMinor !== undefined && { releaseMinor }),
  });

describe("describeHold", () => {
  it("names the balance that brings the power back", () => {
    expect(describeIn(english, {}, 100).release).toBe("a purchase that lifts the balance above ¥1.00");
    expect(describeIn(chinese, {}, 100).release).toBe("充值至余额高于 ¥1.00");
    expect(describeIn(english, {}).release).toBe("a purchase");
  });

  it("shows the numbers of an overload and when it ends by itself, in the site's time", () => {
    const overload = describeIn(english, {
      kind: "overload",
      reasonCode: "power-above-limit",
      params: { powerW: 3400, limitW: 3000 },
      until: "2026-03-02T10:03:00Z",
    });
    expect(overload.figures.map((figure) => figure.replaceAll("\u202f", " "))).toEqual([
      "measured 3,400 W",
      "limit 3,000 W",
    ]);
    expect(overload.release).toBe("by itself at 18:03:00, or staff before");
  });

  it.each([
    [false, "staff: it tripped too often"],
    [true, "staff or the resident: it tripped too often"],
  ])("says who may release a locked overload, the resident too: %s", (residentMayRelease, expected) => {
    const params = { residentMayRelease };
    const part = { kind: "overload", reasonCode: "power-above-limit", locked: true, params } as const;
    expect(describeIn(english, part).release).toBe(expected);
  });

  it("keeps a heater apart from a vacuum cleaner", () => {
    const params = { stepW: 1800, factorPpm: 999_912, trip: 1, tripsPerDay: 5 };
    const heater = describeIn(english, { kind: "vicious-load", reasonCode: "vicious-step", params });
    expect(heater.figures.map((figure) => figure.replaceAll("\u202f", " "))).toEqual([
      "step 1,800 W",
      "resistive factor 0.9999",
      "trip 1 of 5 a day",
    ]);
  });

  it("quotes the technician who tagged a circuit out", () => {
    const tag = describeIn(english, {
      kind: "lockout",
      reasonCode: "tagged-out",
      origin: { type: "staff", id: "u7", name: "Zhao Min" },
      params: { note: "replacing the socket" },
    });
    expect(tag.sentence).toBe("Zhao Min tagged the circuit out for work on it. “replacing the socket”");
    expect(tag.release).toBe("Zhao Min, who holds the tag, or two administrators");
  });

  it("has words for every kind and reason in both languages", () => {
    for (const language of [english, chinese]) {
      for (const kind of HOLD_KIND_NAMES)
        for (const reasonCode of HOLD_REASONS) {
          const releasers = [...HOLD_KINDS[kind].releasers];
          const told = describeIn(language, { kind, reasonCode, releasers });
          for (const text of [told.title, told.sentence, told.release])
            expect(text).not.toMatch(/hold\.|%\{/);
        }
    }
  });
});
