import { describe, expect, it } from "vitest";
import type { Tile } from "../api/rows.ts";
import { blockOfUnits, blocksOf, drawnBlocks, estimatedHeightPx } from "./tile-blocks.ts";
import type { BuildingOfTiles } from "./tile-state.ts";

const room = (unitId: string, relay: Tile["relay"] = "closed") =>
  ({
    unitId,
    relay,
    presence: "online",
    intended: relay,
    householdId: "h",
    daysLeft: 9,
    balanceMinor: 1,
  }) as Tile;
const rooms = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => room(`${name}-${index}`));

function site(...buildings: number[][]): BuildingOfTiles[] {
  return buildings.map((floors, building) => ({
    buildingId: `b${building}`,
    floors: floors.map((count, floor) => ({ floor, tiles: rooms(`b${building}-${floor}`, count) })),
  }));
}

describe("blocks of tiles", () => {
  it("are floors, and parts of large floors", () => {
    const blocks = blocksOf(site([10, 150], [1]));
    expect(blocks.map(({ key, tiles }) => [key, tiles.length])).toEqual([
      ["b0/0/0", 10],
      ["b0/1/0", 72],
      ["b0/1/1", 72],
      ["b0/1/2", 6],
      ["b1/0/0", 1],
    ]);
    expect(blocks.map(({ isFirstOfBuilding }) => isFirstOfBuilding)).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(blocks.map(({ isFirstOfFloor }) => isFirstOfFloor)).toEqual([true, true, false, false, true]);
  });

  it("count their whole floor", () => {
    const tiles = [...rooms("r", 80), room("dark", "open")];
    const blocks = blocksOf([{ buildingId: "b", floors: [{ floor: 1, tiles }] }]);
    expect(blocks.map(({ floorCounts }) => floorCounts)).toEqual([
      { on: 80, all: 81 },
      { on: 80, all: 81 },
    ]);
  });

  it("tell in which of them a room is", () => {
    const blockOf = blockOfUnits(blocksOf(site([2, 3])));
    expect([blockOf.get("b0-0-1"), blockOf.get("b0-1-0"), blockOf.get("gone")]).toEqual([0, 1, undefined]);
  });
});

describe("drawn blocks", () => {
  const campus = blocksOf(site(...Array.from({ length: 10 }, () => new Array<number>(8).fill(25))));

  it("are all of a small site", () => {
    const small = blocksOf(site([12, 12, 12], [12, 12, 12]));
    expect(drawnBlocks(small, { startIndex: 0, endIndex: 1 }, 0)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("are those in sight and 150 tiles beyond, however large the site", () => {
    expect(campus).toHaveLength(80);
    const drawn = drawnBlocks(campus, { startIndex: 40, endIndex: 42 }, 41);
    expect(drawn).toEqual(Array.from({ length: 15 }, (_, index) => 34 + index));
  });

  it("keep the focused room's block and both beside it while the window is elsewhere", () => {
    expect(drawnBlocks(campus, { startIndex: 70, endIndex: 72 }, 3).slice(0, 4)).toEqual([2, 3, 4, 64]);
    expect(drawnBlocks(campus, { startIndex: 70, endIndex: 72 }, 0).slice(0, 3)).toEqual([0, 1, 64]);
  });
});

describe("the height of a block that was not drawn yet", () => {
  it.each([
    ["three rows of nine beside the floor's name", [25], 1260, 1440, 48 + 16 + 3 * 88 - 8],
    ["nine rows of three below it", [25], 358, 390, 48 + 26 + 16 + 9 * 86 - 6],
    ["never less than one column", [2], 60, 390, 48 + 26 + 16 + 2 * 86 - 6],
  ])("%s", (_name, floors, widthPx, windowPx, expectedPx) => {
    const [block] = blocksOf(site(floors));
    expect(block && estimatedHeightPx(block, widthPx, windowPx)).toBe(expectedPx);
  });
});
