import { describe, expect, it } from "vitest";
import { builtInProfiles } from "../profile/built-in.ts";
import { registerText } from "./register-text.ts";

const NAMES = [
  ...new Set(
    Object.values(builtInProfiles).flatMap(({ variants }) =>
      Object.values(variants).flatMap(({ registers }) => registers.map(({ name }) => name)),
    ),
  ),
];

it.each([
  ["voltageDv", "voltage", "电压"],
  ["phaseA.voltageDv", "phase A voltage", "A 相电压"],
  ["valley.forwardEnergyWh", "valley forward energy", "谷正向电能"],
  ["phaseB.voltageHarmonic05Centi", "phase B voltage harmonic 5", "B 相 5 次电压谐波"],
  ["prepaid.alarm2Minor", "prepayment, alarm 2", "预付费：报警金额 2"],
  ["system.ct12Ratio", "system, CT ratio 12", "系统：CT 变比 12"],
  ["system.rateTable1.01Word", "system, rate table 1 entry 1", "系统：费率表 1 第 1 项"],
  ["somethingNew", "somethingNew", "somethingNew"],
])("tells %s as “%s” and “%s”", (name, english, chinese) => {
  expect(registerText(name, "en")).toBe(english);
  expect(registerText(name, "zh")).toBe(chinese);
});

describe("every register of the meters that come with it", () => {
  it("has a name in Chinese", () => {
    expect(NAMES.length).toBeGreaterThan(100);
    const untold = NAMES.filter((name) => /[a-z]/.test(registerText(name, "zh")));
    expect(untold).toEqual([]);
  });
  it("has a name in English that is no name of the code", () => {
    expect(NAMES.filter((name) => /[a-z][A-Z]|\.|\d[a-z]/.test(registerText(name, "en")))).toEqual([]);
  });
});
