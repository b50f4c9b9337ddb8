import { expect, it } from "vitest";
import { simulateCampus } from "./simulate-campus.ts";

/** `scripts/simulate-campus.ts` lives years of larger ones. */
it.each([
  { seed: 3, households: 3, days: 8, stepMinutes: 480, deathShare: 0 },
  { seed: 2, households: 2, days: 5, stepMinutes: 480, deathShare: 0.2 },
])("a campus of seed $seed agrees with plain books to the nano", async (drawn) => {
  const report = await simulateCampus({ pollMinutes: 60, ...drawn });
  expect(report.findings).toEqual([]);
  expect(report.entries).toBeGreaterThan(20);
  if (drawn.deathShare > 0) expect(report.deaths).toBeGreaterThan(0);
});
