import { RULE_EVENT_KINDS } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { consoleEn } from "./console.en.ts";
import { consoleZh } from "./console.zh.ts";
import { eventText } from "./event-text.ts";
import { createTranslate } from "./interpolate.ts";

const english = createTranslate(consoleEn);
const chinese = createTranslate(consoleZh);

describe("eventText", () => {
  it.each([
    ["hold-placed", { hold: "overload" }, "Held off: Overload"],
    ["hold-released", { hold: "manual", by: "Wang Fang" }, "Wang Fang released: Switched off by staff"],
    ["hold-released", { hold: "credit" }, "Released: No credit"],
    [
      "command-refused",
      { by: "Zhao Min", code: "already-tagged" },
      "Command of Zhao Min refused: Somebody else's tag hangs there.",
    ],
    ["relay-operated", { relay: "closed", outcome: "confirmed" }, "Relay switched on, confirmed"],
    ["relay-operated", { relay: "open", outcome: "mismatch" }, "Relay told to go off: it did not follow"],
    ["meter-sang", {}, "Event “meter-sang”"],
  ] as const)("%s %j", (kind, params, expected) => {
    expect(eventText({ kind, params }, english)).toBe(expected);
  });

  it("has words for every kind that the rules report, in both languages", () => {
    const params = { hold: "credit", by: "x", holder: "y", code: "late", outcome: "vicious" };
    for (const kind of RULE_EVENT_KINDS)
      for (const t of [english, chinese])
        expect(eventText({ kind, params }, t)).not.toMatch(/event\.|%\{|Event “|事件“/);
  });
});
