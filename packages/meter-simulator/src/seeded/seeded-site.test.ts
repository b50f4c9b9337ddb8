import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DailyUse, useAt } from "../appliance/daily-use.ts";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { PROFILES } from "../device/device.ts";
import { createSiteCore } from "../site/site-core.ts";
import { unitsOfBus } from "../site/units-of-bus.ts";
import { seededSite, shareOut } from "./seeded-site.ts";

const MIX = Object.fromEntries(PROFILES.map((profile) => [profile, 1]));
const DAY_MS = 86_400_000;

describe("a site from a seed", () => {
  it("is the same for the same seed, and another for another", () => {
    const site = (seed: number) => seededSite({ seed, buildings: 2, circuits: 30, mix: MIX });
    expect(site(4)).toEqual(site(4));
    expect(site(4)).not.toEqual(site(5));
  });

  it("has as many circuits with a load as asked for, of the asked kinds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 7, max: 500 }), (buildings, circuits) => {
        const site = seededSite({ seed: 1, buildings, circuits, mix: MIX });
        const count = site.buses.reduce((sum, { cabinets, meters }) => {
          const inCabinets = cabinets.reduce((all, cabinet) => all + cabinet.circuits.length, 0);
          const inMeters = meters.reduce(
            (all, meter) => all + (meter.profile === "reference-cabinet" ? meter.circuits.length : 1),
            0,
          );
          return sum + inCabinets + inMeters;
        }, 0);
        expect(count).toBe(buildings * circuits);
        const places = site.buses.flatMap(unitsOfBus);
        expect(new Set(places.map(({ profile }) => profile)).size).toBe(PROFILES.length);
      }),
      { numRuns: 10 },
    );
  });

  it("lives by season: heaters in winter, air conditioning in summer", () => {
    const use = (start: number) => {
      const site = seededSite({ seed: 3, buildings: 1, circuits: 40, wanderStepS: 600 });
      const clock = createVirtualClock(start);
      const core = createSiteCore({ site, seed: 3, clock, fifoCharacters: 256, state: undefined });
      const seen = new Set<string>();
      for (let hour = 0; hour < 48; hour++) {
        clock.advance(3_600_000);
        for (const { activePowerW } of core.truth())
          if (activePowerW > 900) seen.add(activePowerW > 1400 ? "heat" : "cool");
      }
      return { seen, energyWh: core.truth().reduce((sum, { energyWh }) => sum + energyWh, 0) };
    };
    expect(use(Date.UTC(2026, 0, 12)).seen).toContain("heat");
    const summer = use(Date.UTC(2026, 6, 13));
    expect(summer.seen).toContain("cool");
    expect(use(Date.UTC(2026, 6, 13))).toEqual(summer);
  });

  it("shares out whole circuits", () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 }),
        (total, shares) => {
          const counts = shareOut(total, shares);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
          const sum = shares.reduce((all, share) => all + share, 0);
          for (const [index, count] of counts.entries())
            expect(Math.abs(count - (total * (shares[index] ?? 0)) / sum)).toBeLessThan(1);
        },
      ),
    );
  });
});

describe("a resident's habits", () => {
  const use: DailyUse = {
    atMinute: 420,
    forS: 600,
    jitterMinutes: 10,
    chanceMilli: 1000,
    days: "workdays",
    months: [1],
  };
  /** Monday 5 January 2026. */
  const calendar = { localStartMs: Date.UTC(2026, 0, 5) };
  const draw = (index: number) => ((index * 2654435761) % 1000) / 1000;

  it("happen about their hour, on their days and in their months", () => {
    for (let day = 0; day < 60; day++) {
      const on = [...Array(1440).keys()].filter(
        (minute) => useAt([use], calendar, day * DAY_MS + minute * 60_000, draw).forMs !== undefined,
      );
      const date = new Date(calendar.localStartMs + day * DAY_MS);
      const isExpected = date.getUTCDay() % 6 !== 0 && date.getUTCMonth() === 0;
      expect(on.length).toBe(isExpected ? 10 : 0);
      if (isExpected) expect(on[0]).toBeGreaterThanOrEqual(410);
      if (isExpected) expect(on[0]).toBeLessThanOrEqual(431);
    }
  });

  it("hold exactly until they say", () => {
    fc.assert(
      fc.property(fc.nat(30 * DAY_MS), (elapsedMs) => {
        const uses = [use, { ...use, atMinute: 1430, forS: 3600, days: "all" as const }];
        const { forMs, untilMs } = useAt(uses, calendar, elapsedMs, draw);
        expect(untilMs).toBeGreaterThan(elapsedMs);
        const inside = elapsedMs + Math.floor((untilMs - elapsedMs) / 2);
        expect(useAt(uses, calendar, inside, draw).forMs !== undefined).toBe(forMs !== undefined);
      }),
    );
  });
});
