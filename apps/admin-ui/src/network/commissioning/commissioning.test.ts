import { describe, expect, it } from "vitest";
import { fillInOrder, readPasted } from "./assignments.ts";
import { guessProfile, isLikely, nameFrom, newUnits, planCircuits, swallowed } from "./plan-circuits.ts";

const found = (unitId: number, ...fits: string[]) => ({
  unitId,
  state: "answered" as const,
  fits: fits.map((variant) => ({ profile: "acrel-adf400l", variant })),
});

describe("what a scan found", () => {
  it("is new where no circuit has its address and only one meter speaks there", () => {
    const units = [found(3), found(4), { unitId: 5, state: "unclear" as const, fits: [] }];
    expect(newUnits(units, [{ unitAddress: 3 }]).map(({ unitId }) => unitId)).toEqual([4]);
  });

  it("is probably what most of the units may be", () => {
    const units = [
      found(1, "three-phase", "single-phase"),
      found(2, "single-phase"),
      found(3),
      found(4, "single-phase"),
    ];
    expect(guessProfile(units)).toEqual({ profile: "acrel-adf400l", variant: "single-phase" });
    expect(guessProfile([found(3)])).toBeNull();
  });

  it("is taken for the chosen type only where its own best guess is the same, or it has none", () => {
    const choice = { profile: "acrel-adf400l", variant: "single-phase" };
    const likely = [found(1, "three-phase", "single-phase"), found(2, "single-phase"), found(3)].filter(
      (unit) => isLikely(unit, choice),
    );
    expect(likely.map(({ unitId }) => unitId)).toEqual([2, 3]);
  });

  it.each([
    ["A-##", 7, "A-07"],
    ["A-##", 123, "A-123"],
    ["#-light", 4, "4-light"],
    ["Room ", 4, "Room 4"],
  ])("is named by %s: %i is %s", (pattern, number, name) => {
    expect(nameFrom(pattern, number)).toBe(name);
  });

  it("becomes one circuit for each loop, counted through", () => {
    expect(planCircuits([3, 4], { loops: 2 }, { pattern: "1##", first: 1 })).toEqual([
      { unitId: 3, loop: 1, name: "101" },
      { unitId: 3, loop: 2, name: "102" },
      { unitId: 4, loop: 1, name: "103" },
      { unitId: 4, loop: 2, name: "104" },
    ]);
  });

  it("is partly another's where a circuit takes several addresses", () => {
    expect(swallowed([1, 2, 3, 4, 9], 3)).toEqual([2, 3]);
    expect(swallowed([1, 2, "202611210061"], 1)).toEqual([]);
  });
});

const circuits = [
  { id: "c1", name: "A-01", unitAddress: 13 },
  { id: "c2", name: "A-02", unitAddress: 14 },
  { id: "c3", name: "A-03", unitAddress: 15 },
];
const room = (unitName: string, circuitIds: string[] = []) => ({
  ...{ id: `h${unitName}`, unitName, name: `Family ${unitName}`, circuitIds },
});

describe("assignments", () => {
  it("fill rooms without a circuit in the order people count, and leave what was chosen", () => {
    const rooms = [room("10"), room("9"), room("11", ["other"]), room("12")];
    expect(fillInOrder(circuits, rooms, { c2: "h9" })).toEqual({ c1: "h10", c2: "h9", c3: "h12" });
    expect(fillInOrder(circuits, [room("1")], {})).toEqual({ c1: "h1" });
  });

  it("come from two columns, by address or name, whatever separates them", () => {
    const text = "13\t101\r\nA-02; Family 102\n\nc9,101\n15,999\na-01,102\nlonely";
    expect(readPasted(text, circuits, [room("101"), room("102")])).toEqual({
      assignments: { c1: "h101", c2: "h102" },
      mistakes: [
        { line: 4, why: "circuit" },
        { line: 5, why: "household" },
        { line: 6, why: "twice" },
        { line: 7, why: "columns" },
      ],
    });
  });
});
