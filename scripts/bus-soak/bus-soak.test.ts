import { describe, expect, it } from "vitest";
import { runSoak } from "./run-soak.ts";

// A million polls: npx tsx scripts/bus-soak.ts
describe("the bus on a hostile line", () => {
  it.for([
    { seed: 1, echo: false, fifoCharacters: 128, admittedLatencyMs: 5000 },
    { seed: 2, echo: true, fifoCharacters: 14, admittedLatencyMs: 1000 },
  ])("files no wrong value, claims no false success and lets nothing wait for ever: %o", async (setting) => {
    const { findings, polls, replies, faults, writes } = await runSoak({ ...setting, polls: 5000 });
    expect(findings).toEqual([]);
    expect(polls).toBeGreaterThanOrEqual(5000);
    expect(replies).toBeGreaterThan(polls / 2);
    // A judge that saw no faults and no commands has judged nothing.
    expect(Object.keys(faults)).toHaveLength(13);
    expect(writes.confirmed).toBeGreaterThan(100);
    expect(writes.unconfirmed).toBeGreaterThan(10);
  });
});
