import { dayScheme, type TariffScheme } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { hoursOfRate } from "./rate-hours.ts";

const everyDay = dayScheme(
  [
    { id: "day", name: "Day", priceMicroPerKWh: 2 },
    { id: "night", name: "Night", priceMicroPerKWh: 1 },
  ],
  [
    { from: "00:00", to: "07:00", rateId: "night" },
    { from: "07:00", to: "23:00", rateId: "day" },
    { from: "23:00", to: "24:00", rateId: "night" },
  ],
);
const [table] = everyDay.tables;
const periods = table?.periods ?? [];

describe("hours of a rate", () => {
  it("need no more words where every day is the same", () => {
    expect(hoursOfRate(everyDay, "night")).toEqual([
      { seasons: [], dayTypeIds: [], hours: ["00:00–07:00", "23:00–24:00"] },
    ]);
  });

  it("name the seasons and kinds of day in which they differ", () => {
    const scheme: TariffScheme = {
      ...everyDay,
      seasons: [
        { id: "s", name: "Summer", ranges: [{ from: "04-01", to: "09-30" }] },
        { id: "w", name: "Winter", ranges: [{ from: "10-01", to: "03-31" }] },
      ],
      tables: [
        { seasonIds: ["s"], dayTypeIds: ["workday"], periods },
        {
          seasonIds: ["s"],
          dayTypeIds: ["rest-day", "holiday"],
          periods: [{ from: "00:00", to: "24:00", rateId: "night" }],
        },
        {
          seasonIds: ["w"],
          dayTypeIds: ["workday", "rest-day", "holiday"],
          periods: [{ from: "00:00", to: "24:00", rateId: "night" }],
        },
      ],
    };
    expect(hoursOfRate(scheme, "day")).toEqual([
      { seasons: ["Summer"], dayTypeIds: ["workday"], hours: ["07:00–23:00"] },
    ]);
    expect(hoursOfRate(scheme, "night").slice(1)).toEqual([
      { seasons: ["Summer"], dayTypeIds: ["rest-day", "holiday"], hours: ["00:00–24:00"] },
      { seasons: ["Winter"], dayTypeIds: [], hours: ["00:00–24:00"] },
    ]);
  });
});
