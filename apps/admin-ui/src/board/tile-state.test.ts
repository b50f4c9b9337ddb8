import { describe, expect, it } from "vitest";
import type { Tile } from "../api/rows.ts";
import { countTiles, groupTiles, matchesFilter, matchesSearch, tileState } from "./tile-state.ts";

const tile = (part: Partial<Tile> = {}): Tile => ({
  unitId: "u1",
  unitName: "101",
  buildingId: "b1",
  floor: 1,
  householdId: "h1",
  householdName: "Li Wei",
  balanceMinor: 5000,
  creditPlace: "server",
  daysLeft: 12,
  relay: "closed",
  intended: "closed",
  presence: "online",
  keepPower: false,
  holds: [],
  activePowerW: 120,
  alarms: 0,
  circuitIds: ["c1"],
  ...part,
});

describe("tileState", () => {
  it.each([
    ["on", {}],
    ["low", { daysLeft: 2 }],
    ["on", { daysLeft: null }],
    ["on", { creditPlace: "meter", balanceMinor: null, daysLeft: null }],
    ["on", { creditPlace: "meter", balanceMinor: 1200, daysLeft: null }],
    ["low", { creditPlace: "meter", balanceMinor: 0, daysLeft: null }],
    ["low", { balanceMinor: -10, daysLeft: null, keepPower: true }],
    ["off", { relay: "open", intended: "open", holds: ["credit"] }],
    ["switching", { relay: "open", intended: "closed" }],
    ["switching", { relay: "closed", intended: "open" }],
    ["offline", { presence: "offline", relay: "open", intended: "open" }],
    ["on", { presence: "flaky" }],
    ["unknown", { relay: "unknown" }],
    ["vacant", { householdId: null, householdName: null, balanceMinor: null, daysLeft: null }],
  ] as const)("is %s for %j", (expected, part) => {
    expect(tileState(tile(part as Partial<Tile>))).toBe(expected);
  });
});

describe("counts and filters", () => {
  const tiles = [
    tile(),
    tile({ alarms: 2 }),
    tile({ relay: "open", intended: "open", holds: ["schedule"], alarms: 1 }),
  ];

  it("count every tile once by state, alarms beside", () => {
    const counts = countTiles(tiles);
    expect(counts).toMatchObject({ all: 3, on: 2, off: 1, alarm: 2 });
    const { all, alarm, ...states } = counts;
    expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(all);
    expect(alarm).toBe(tiles.filter((each) => matchesFilter(each, "alarm")).length);
  });

  it("search rooms and names, whatever the case", () => {
    expect(matchesSearch(tile(), " LI w")).toBe(true);
    expect(matchesSearch(tile(), "10")).toBe(true);
    expect(matchesSearch(tile({ householdName: null }), "li")).toBe(false);
    expect(matchesSearch(tile(), "")).toBe(true);
  });
});

describe("groupTiles", () => {
  it("orders buildings by name, floors upwards and rooms as a person counts", () => {
    const named = (unitName: string, floor: number, buildingId = "b1") =>
      tile({ unitName, floor, buildingId });
    const grouped = groupTiles(
      [named("1-1", 1, "b2"), named("1-10", 1), named("2-1", 2), named("1-9", 1)],
      new Map([
        ["b1", "Hall 9"],
        ["b2", "Hall 10"],
      ]),
    );
    expect(
      grouped.map(({ buildingId, floors }) => [
        buildingId,
        floors.map(({ floor, tiles }) => [floor, tiles.map((each) => each.unitName)]),
      ]),
    ).toEqual([
      [
        "b1",
        [
          [1, ["1-9", "1-10"]],
          [2, ["2-1"]],
        ],
      ],
      ["b2", [[1, ["1-1"]]]],
    ]);
  });
});
