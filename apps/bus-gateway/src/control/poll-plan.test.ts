import {
  acrelAdf400l,
  defaultOverloadRule,
  defaultViciousLoadRule,
  profileVariant,
} from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { creditPosition, siteConfig } from "../testing/gateway-rig.ts";
import { planPolls } from "./poll-plan.ts";
import { isWatched } from "./watch-reasons.ts";

const variant = profileVariant(acrelAdf400l, "single-phase");
const [bus] = siteConfig([]).buses;
if (!bus) throw new Error("a site without a bus");

const polled = (count: number, watched: number) =>
  Array.from({ length: count }, (_, index) => ({
    circuitId: `c${index}`,
    unitId: index + 1,
    profile: acrelAdf400l,
    variant,
    isWatched: index < watched,
  }));

describe("the poll plan", () => {
  it("reads everything at the bus' interval, and a few watched ones every second", () => {
    const plan = planPolls(polled(10, 2), bus, () => 20);
    expect(plan.map(({ intervalMs }) => intervalMs)).toEqual([1000, 1000, ...new Array(8).fill(5000)]);
    expect(plan.map(({ lane }) => lane)).toEqual(["watch", "watch", ...new Array(8).fill("poll")]);
  });

  it("gives many watched ones what the wire allows", () => {
    // 36 reads of 18 registers take 74 ms each at 9600 baud, 8N1 and 20 ms turnaround: 2.7 s a round.
    const plan = planPolls(polled(36, 36), bus, () => 20);
    expect(new Set(plan.map(({ intervalMs }) => intervalMs))).toEqual(new Set([4000]));
  });

  it("plans with what a unit has shown, and falls back to the bus' interval", () => {
    expect(planPolls(polled(36, 36), bus, () => 150)[0]?.intervalMs).toBe(5000);
    expect(
      planPolls(polled(36, 36), { ...bus, line: { ...bus.line, baud: 115_200 } }, () => 5)[0]?.intervalMs,
    ).toBe(1000);
  });
});

describe("who is watched", () => {
  const view = { relay: "closed" as const, rules: {}, activePowerW: 100, credit: null };
  const credit = (balanceMicro: number) => ({ balanceMicro, position: creditPosition(1, balanceMicro) });
  it.each([
    { why: "nobody without a reason", change: {}, watched: false },
    { why: "an overload rule", change: { rules: { overload: defaultOverloadRule } }, watched: true },
    { why: "a vicious-load rule", change: { rules: { viciousLoad: defaultViciousLoadRule } }, watched: true },
    {
      why: "one that is off",
      change: { rules: { viciousLoad: { ...defaultViciousLoadRule, mode: "off" as const } } },
      watched: false,
    },
    {
      why: "an open circuit",
      change: { relay: "open" as const, rules: { overload: defaultOverloadRule } },
      watched: false,
    },
    // 2 kW for five minutes at 0.60 a kWh is 0.10.
    { why: "near the cut value", change: { credit: credit(99_000) }, watched: true },
    { why: "far from it", change: { credit: credit(101_000) }, watched: false },
    {
      why: "far from it, but with 10 kW",
      change: { credit: credit(101_000), activePowerW: 10_000 },
      watched: true,
    },
    { why: "below it already", change: { credit: credit(-1) }, watched: false },
  ])("$why: $watched", ({ change, watched }) => {
    expect(isWatched({ ...view, ...change })).toBe(watched);
  });
});
