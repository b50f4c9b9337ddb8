import { describe, expect, it } from "vitest";
import { matchPastedRooms, type PlacedHousehold } from "./pasted-rooms.ts";

const home = (id: string, unitName: string, buildingName: string, name = `House ${id}`): PlacedHousehold => ({
  id,
  name,
  unitName,
  buildingId: buildingName,
  buildingName,
  floor: 1,
});
const HOUSEHOLDS = [
  home("m101", "101", "Maple Hall"),
  home("m102", "102", "Maple Hall"),
  home("c102", "102", "Cedar Hall", "Bakery lease"),
];

describe("pasted rooms", () => {
  it.each([
    ["one a line, twice the same", "101\n101\r\n", ["m101"], [], []],
    ["on one line", "101 Bakery", ["m101"], ["Bakery"], []],
    ["with their building", "Maple Hall 102; cedar  hall 102", ["m102", "c102"], [], []],
    ["between Chinese commas, full width", "１０１，Maple Hall 102", ["m101", "m102"], [], []],
    ["by the household's name", "Bakery lease\t101", ["c102", "m101"], [], []],
    ["in two buildings", "102", [], [], ["102"]],
    ["unknown ones, each once", "999, 999, 101", ["m101"], ["999"], []],
    ["nothing", " \n , ", [], [], []],
  ])("%s", (_name, text, found, unknown, ambiguous) => {
    const matched = matchPastedRooms(text, HOUSEHOLDS);
    expect(matched.found.map(({ id }) => id)).toEqual(found);
    expect(matched.unknown).toEqual(unknown);
    expect(matched.ambiguous).toEqual(ambiguous);
  });
});
