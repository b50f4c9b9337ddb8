import { describe, expect, it } from "vitest";
import { importFilesOf, roomsOf } from "./make-rooms.ts";
import { isStepDone, nextStep, type SetUpFacts } from "./progress.ts";

const EMPTY: SetUpFacts = {
  ...{ units: 0, households: 0, gateways: 0, online: 0, buses: 0, circuits: 0, assigned: 0 },
  ...{ commissioned: 0, tariffs: 0, withoutTariff: 0, purchases: 0 },
};

describe("the way to the first sale", () => {
  it("goes on where the system is, step by step", () => {
    const way: [Partial<SetUpFacts>, ReturnType<typeof nextStep>][] = [
      [{}, "rooms"],
      [{ units: 3 }, "rooms"],
      [{ households: 3, withoutTariff: 3 }, "gateway"],
      [{ gateways: 1, buses: 1 }, "gateway"],
      [{ online: 1 }, "scan"],
      [{ circuits: 3 }, "assign"],
      [{ assigned: 3 }, "assign"],
      [{ commissioned: 1 }, "tariff"],
      [{ tariffs: 1 }, "tariff"],
      [{ withoutTariff: 2 }, "sale"],
      [{ purchases: 1 }, null],
    ];
    let facts = EMPTY;
    for (const [change, expected] of way) {
      facts = { ...facts, ...change };
      expect(nextStep(facts)).toBe(expected);
    }
  });

  it("knows of a step that was done out of order", () => {
    expect(isStepDone("tariff", { ...EMPTY, tariffs: 1, households: 1 })).toBe(true);
    expect(nextStep({ ...EMPTY, tariffs: 1, purchases: 1 })).toBe("rooms");
  });
});

describe("a building that is described", () => {
  it("has its rooms numbered by floor", () => {
    expect(roomsOf({ floors: 2, perFloor: 2 })).toEqual([
      { name: "101", floor: 1 },
      { name: "102", floor: 1 },
      { name: "201", floor: 2 },
      { name: "202", floor: 2 },
    ]);
    expect(roomsOf({ floors: 1, perFloor: 100 }).at(0)?.name).toBe("1001");
  });

  it("becomes the files of the import, quoted where names need it", () => {
    const files = importFilesOf({ building: 'Hall "A", east', floors: 1, perFloor: 1 }, true);
    expect(files.map(({ what, text }) => [what, text])).toEqual([
      ["buildings", 'name,floors\r\n"Hall ""A"", east",1\r\n'],
      ["units", 'building,name,floor\r\n"Hall ""A"", east",101,1\r\n'],
      ["households", 'building,unit,name\r\n"Hall ""A"", east",101,101\r\n'],
    ]);
    expect(importFilesOf({ building: "A", floors: 1, perFloor: 1 }, false)).toHaveLength(2);
  });
});
