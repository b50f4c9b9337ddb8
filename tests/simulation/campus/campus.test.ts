import { expect, it } from "vitest";
import { simulateCampus } from "./simulate-campus.ts";

/** `scripts/simulate-campus.ts` lives years of larger ones. */
it("a campus whose server dies now and then agrees with plain books to the nano", async () => {
  const options = { seed: 3, households: 3, days: 5, pollMinutes: 60, stepMinutes: 420, deathShare: 0.25 };
  const report = await simulateCampus(options);
  expect(report.findings).toEqual([]);
  expect(report.entries).toBeGreaterThan(20);
  expect(report.deaths).toBeGreaterThan(0);
});
