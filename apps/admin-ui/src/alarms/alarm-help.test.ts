import { ALARM_KIND_NAMES } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { alarmsEn } from "./messages.en.ts";
import { alarmsZh } from "./messages.zh.ts";

describe.each([
  ["English", alarmsEn],
  ["Chinese", alarmsZh],
])("help about alarms in %s", (_language, messages) => {
  it.each(ALARM_KIND_NAMES)("says of %s what it is called, what it means and what to do", (kind) => {
    expect(messages.alarmKind[kind].length).toBeGreaterThan(0);
    const { means, todo } = messages.alarmHelp[kind];
    expect(means.length).toBeGreaterThan(5);
    expect(todo.length).toBeGreaterThan(8);
    expect(todo).not.toBe(means);
  });

  it("speaks of no kind that does not exist", () => {
    expect(Object.keys(messages.alarmHelp).sort()).toEqual([...ALARM_KIND_NAMES].sort());
  });
});
