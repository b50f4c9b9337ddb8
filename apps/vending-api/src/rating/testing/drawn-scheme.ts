import { dayScheme, type TariffScheme } from "@hallmeter/meter-model";
import fc from "fast-check";

/** Two rates that change at no full quarter, tax, blocks by month, year or none, one maximum demand or none. */
export const drawnScheme: fc.Arbitrary<TariffScheme> = fc
  .record({
    day: fc.integer({ min: 1, max: 2_000_000 }),
    night: fc.integer({ min: 1, max: 2_000_000 }),
    taxPpm: fc.constantFrom(0, 130_000, 190_000, 333_333),
    by: fc.constantFrom("month" as const, "year" as const, null),
    aboveWh: fc.integer({ min: 1, max: 20_000 }),
    surcharge: fc.integer({ min: 0, max: 900_000 }),
    demand: fc.option(fc.integer({ min: 0, max: 5_000_000 }), { nil: null }),
  })
  .map(
    ({ day, night, taxPpm, by, aboveWh, surcharge, demand }): TariffScheme => ({
      ...dayScheme(
        [
          { id: "day", name: "Day", priceMicroPerKWh: day },
          { id: "night", name: "Night", priceMicroPerKWh: night },
        ],
        [
          { from: "00:00", to: "06:10", rateId: "night" },
          { from: "06:10", to: "24:00", rateId: "day" },
        ],
      ),
      taxPpm,
      blocks:
        by === null
          ? null
          : {
              by,
              carry: "none",
              steps: [
                { aboveWh, surchargeMicroPerKWh: surcharge },
                { aboveWh: aboveWh * 2, surchargeMicroPerKWh: surcharge },
              ],
            },
      demands:
        demand === null
          ? []
          : [
              {
                id: "d1",
                name: "Peak",
                rateId: null,
                windowMinutes: 30,
                mode: "sliding",
                priceMicroPerKW: demand,
              },
            ],
    }),
  );
