import { describe, expect, it } from "vitest";
import { lastMonths, riseByHour } from "./preview-months.ts";
import type { TariffPreview } from "./rows.ts";

describe("lastMonths", () => {
  it.each([
    [
      "2026-11-21",
      3,
      [
        ["2026-09-01", "2026-09-30"],
        ["2026-10-01", "2026-10-31"],
        ["2026-11-01", "2026-11-21"],
      ],
    ],
    [
      "2026-01-01",
      2,
      [
        ["2025-12-01", "2025-12-31"],
        ["2026-01-01", "2026-01-01"],
      ],
    ],
    ["2028-02-29", 1, [["2028-02-01", "2028-02-29"]]],
  ])("of %s, %i", (today, count, expected) => {
    expect(lastMonths(today, count).map(({ from, to }) => [from, to])).toEqual(expected);
  });
});

it("sums what an hour of the week costs more", () => {
  const preview = (hour: number, inForceNano: number, proposedNano: number) =>
    ({
      hoursOfWeek: Array.from({ length: 168 }, (_, index) =>
        index === hour ? { inForceNano, proposedNano } : { inForceNano: 0, proposedNano: 0 },
      ),
    }) as TariffPreview;
  const rises = riseByHour([preview(5, 100, 150), preview(5, 20, 10), preview(7, 5, 0)]);
  expect([rises[5], rises[7], rises[0]]).toEqual([40, -5, 0]);
  expect(rises).toHaveLength(168);
});
