import { describe, expect, it } from "vitest";
import { moved, selectedRuns, widened } from "./grid-selection.ts";

const WEEK = [96, 96, 96];
const MONTHS = [31, 29, 31];

describe("selectedRuns", () => {
  it.each([
    ["one cell", { row: 1, column: 4 }, { row: 1, column: 4 }, [[1, 4, 5]]],
    ["rightwards", { row: 0, column: 4 }, { row: 0, column: 8 }, [[0, 4, 9]]],
    ["leftwards", { row: 0, column: 8 }, { row: 0, column: 4 }, [[0, 4, 9]]],
    [
      "up and left",
      { row: 2, column: 8 },
      { row: 1, column: 4 },
      [
        [1, 4, 9],
        [2, 4, 9],
      ],
    ],
  ])("a block: %s", (_name, anchor, head, expected) => {
    const runs = selectedRuns({ anchor, head }, "block", WEEK);
    expect(runs.map(({ row, from, to }) => [row, from, to])).toEqual(expected);
  });

  it.each([
    [
      "over months",
      { row: 0, column: 14 },
      { row: 2, column: 9 },
      [
        [0, 14, 31],
        [1, 0, 29],
        [2, 0, 10],
      ],
    ],
    [
      "backwards",
      { row: 2, column: 9 },
      { row: 1, column: 20 },
      [
        [1, 20, 29],
        [2, 0, 10],
      ],
    ],
  ])("as text: %s", (_name, anchor, head, expected) => {
    const runs = selectedRuns({ anchor, head }, "text", MONTHS);
    expect(runs.map(({ row, from, to }) => [row, from, to])).toEqual(expected);
  });
});

describe("moved", () => {
  it.each([
    ["right", { row: 0, column: 0 }, { columns: 1 }, { row: 0, column: 1 }],
    ["past the right edge", { row: 0, column: 30 }, { columns: 4 }, { row: 0, column: 30 }],
    ["down into a shorter row", { row: 0, column: 30 }, { rows: 1 }, { row: 1, column: 28 }],
    ["past the top", { row: 0, column: 3 }, { rows: -1 }, { row: 0, column: 3 }],
  ])("%s", (_name, from, by, expected) => {
    expect(moved(from, by, MONTHS)).toEqual(expected);
  });
});

describe("widened", () => {
  const selection = (from: number, to: number) => ({
    anchor: { row: 0, column: from },
    head: { row: 2, column: to },
  });
  it.each([
    ["rightwards, to whole hours", [29, 38], 4, [28, 39]],
    ["leftwards, to whole hours", [38, 29], 4, [39, 28]],
    ["one cell", [5, 5], 4, [4, 7]],
    ["what is whole already", [8, 11], 4, [8, 11]],
    ["by single columns: nothing", [5, 9], 1, [5, 9]],
  ] as const)("%s", (_name, [from, to], step, [first, last]) => {
    expect(widened(selection(from, to), step)).toEqual(selection(first, last));
  });
});
