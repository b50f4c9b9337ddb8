import { ALARM_KIND_NAMES, COMMAND_STATES, HOLD_REASONS, RULE_EVENT_KINDS } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { detailsText, whatText } from "./event-text.ts";

const ENGLISH = /[A-Za-z]/;
/** Events of the gateway's own, besides those of the rules. */
const OWN_EVENTS = [
  "relay-operated",
  "relay-tested",
  "command-late",
  "bulk-cut-answered",
  "dial-in-refused",
  "meter-changed",
  "meter-commissioned",
  "meter-clock-off",
  "meter-clock-setting",
  "meter-clock-set",
  "meter-cover-open",
];

describe("an event, in Chinese", () => {
  it.each([
    ...RULE_EVENT_KINDS,
    ...OWN_EVENTS,
    ...ALARM_KIND_NAMES.flatMap((kind) => [`${kind} raised`, `${kind} cleared`]),
    ...COMMAND_STATES.filter((state) => state !== "queued").map((state) => `command ${state}`),
    ...["pending", "written", "unknown", "failed"].map((state) => `sale ${state}`),
  ])("%s", (what) => {
    expect(whatText("zh", what)).not.toMatch(ENGLISH);
    expect(whatText("en", what)).toBe(what);
  });

  it.each(HOLD_REASONS)("of a hold: %s", (reason) => {
    expect(detailsText("zh", { reason })).not.toMatch(ENGLISH);
  });

  it("tells the figures of a rule", () => {
    expect(detailsText("zh", { powerW: "2999", limitW: "1500", residentMayRelease: "false" })).toBe(
      "功率 W 2999 · 上限 W 1500 · 住户可解除 否",
    );
  });

  it("keeps names, numbers and people's own words", () => {
    const details = { action: "open", by: "Wang Fang", reason: "relay test", state: "x" };
    expect(detailsText("zh", details)).toBe("操作 断开 · 操作人 Wang Fang · 原因 relay test · state x");
    expect(detailsText("en", details)).toBe("action open · by Wang Fang · reason relay test · state x");
  });
});
