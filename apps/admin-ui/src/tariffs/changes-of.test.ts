import { dayScheme, flatScheme } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { changesOf, riseMilli } from "./changes-of.ts";

const two = dayScheme(
  [
    { id: "flat", name: "All day", priceMicroPerKWh: 650_000 },
    { id: "night", name: "Night", priceMicroPerKWh: 300_000 },
  ],
  [
    { from: "00:00", to: "06:00", rateId: "night" },
    { from: "06:00", to: "24:00", rateId: "flat" },
  ],
);

describe("changesOf", () => {
  it("is empty for the same scheme", () => {
    expect(changesOf(two, two)).toEqual([]);
  });

  it("groups what differs, prices before the week before charges", () => {
    const changes = changesOf(flatScheme(600_000), { ...two, taxPpm: 130_000 });
    expect(changes.map(({ part }) => part)).toEqual(["rates", "tables", "others"]);
    expect(changes[0]?.changes[0]).toMatchObject({
      keys: ["flat", "priceMicroPerKWh"],
      before: 600_000,
      after: 650_000,
    });
    expect(changes[1]?.changes.map(({ keys }) => keys)).toContainEqual(["year", "holiday"]);
    expect(changes[2]?.changes).toMatchObject([{ keys: ["taxPpm"], before: 0, after: 130_000 }]);
  });
});

it.each([
  [500, 550, 100],
  [600, 300, -500],
  [0, 300, null],
])("from %i to %i", (before, after, rise) => {
  expect(riseMilli(before, after)).toBe(rise);
});
