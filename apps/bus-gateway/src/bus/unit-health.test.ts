import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterMiss, afterReply, isOffline, NEW_UNIT, probeSoon, type UnitHealth } from "./unit-health.ts";

function after(history: string, start = NEW_UNIT): UnitHealth {
  return [...history].reduce(
    (health, event) => (event === "." ? afterReply(health) : afterMiss(health, 1000, 1500, 0)),
    start,
  );
}

describe("presence", () => {
  it.for([
    { history: "", presence: null },
    { history: ".", presence: "online" },
    { history: ".x", presence: "online" },
    { history: ".xx", presence: "online" },
    { history: ".xxx", presence: "offline" },
    { history: "xx", presence: null },
    { history: "xxx", presence: "offline" },
    { history: "xxx.", presence: "online" },
    { history: ".x.x.x.", presence: "online" },
    { history: ".x.x.x.x", presence: "flaky" },
    { history: ".x.x.x.x.", presence: "flaky" },
    { history: ".x.x.x.x..........", presence: "online" },
    { history: ".xx.xxx.", presence: "online" },
  ])("after '$history': $presence", ({ history, presence }) => {
    expect(after(history).presence).toBe(presence);
  });
});

describe("probing a dead unit", () => {
  it("doubles the pause up to a minute", () => {
    let health = after("xxx");
    const pausesMs = [health.nextProbeMs - 1000];
    for (let probe = 0; probe < 8; probe++) {
      health = afterMiss(health, 1000, 1500, 0);
      pausesMs.push(health.nextProbeMs - 1000);
    }
    expect(pausesMs).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it("takes up to a quarter off, so that dead units do not knock together", () => {
    fc.assert(
      fc.property(fc.nat({ max: 12 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (probes, random) => {
        const before = after(`xxx${"x".repeat(probes)}`);
        const fullMs = Math.min(60_000, 1000 * 2 ** (probes + 1));
        const pauseMs = afterMiss(before, 0, 0, random).nextProbeMs;
        expect(pauseMs).toBeLessThanOrEqual(fullMs);
        expect(pauseMs).toBeGreaterThan(fullMs * 0.75);
      }),
    );
  });

  it("starts over when somebody asks, and the unit stays offline until it answers", () => {
    const asked = probeSoon(after("xxxxxxxx"), 5000);
    expect(asked).toMatchObject({ failedProbes: 0, nextProbeMs: 5000, presence: "offline" });
    expect(isOffline(asked)).toBe(true);
    expect(afterMiss(asked, 5000, 5000, 0).nextProbeMs).toBe(6000);
    expect(afterReply(asked)).toMatchObject({ presence: "online", missesInARow: 0 });
  });

  it("does not put a probe off that is already due", () => {
    expect(probeSoon({ ...after("xxx"), nextProbeMs: 10 }, 5000).nextProbeMs).toBe(10);
  });
});

it("leaves a unit alone until a late answer can no longer come", () => {
  expect(after("x").quarantinedUntilMs).toBe(1500);
  expect(after("x.").quarantinedUntilMs).toBe(0);
});
