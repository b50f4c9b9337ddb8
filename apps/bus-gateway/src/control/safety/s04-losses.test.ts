import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, siteConfig } from "../../testing/gateway-rig.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { ClockWatch, isClockSure } from "./clock-sure.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = startedRigs();

describe("S4: a loss holds the last state", () => {
  it("of the server: what is closed stays closed, what is open stays open, over a restart too", async () => {
    const rig = await start({ circuits: [circuitConfig(1), circuitConfig(2)] });
    rig.server.tell({
      type: "command",
      command: rig.command({ id: "k1", circuitId: "c2", action: "lockout" }),
    });
    await rig.pass(10);
    rig.server.goAway();
    await rig.pass(600);
    await rig.restart();
    await rig.pass(600);
    expect([1, 2].map((unitId) => rig.unit(unitId).relay)).toEqual(["closed", "open"]);
    expect(rig.writes).toHaveLength(1);
  });

  it("of the store: what cannot be noted is not done", async () => {
    const rig = await start();
    rig.tables.refuses = () => true;
    rig.server.tell({ type: "credit", position: creditPosition(1, -1, { revision: 2 }) });
    await rig.pass(60);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(10);
    expect(rig.writes).toEqual([]);
    expect(rig.unit(1).relay).toBe("closed");
  });

  it("of the configuration: a gateway that knows of no circuit touches none", async () => {
    const rig = await start({ balanceMicro: -1 });
    expect(rig.unit(1).relay).toBe("open");
    await rig.control.setConfig({ config: siteConfig([], { revision: 2 }), etag: null });
    await rig.pass(600);
    expect(rig.unit(1).relay).toBe("open");
    expect(rig.writes).toHaveLength(1);
  });
});

describe("S4: an unsure clock counts as a protected time", () => {
  it.each([
    [0, true],
    [-MINUTE, true],
    [-MINUTE - 1, false],
    [MINUTE, true],
  ])("at %i ms from the newest known instant it is sure: %s", (offsetMs, isSure) => {
    expect(isClockSure(NOW + offsetMs, NOW)).toBe(isSure);
  });

  it("and is believed again after a day that nothing contradicts", () => {
    const watch = new ClockWatch();
    watch.seen(NOW);
    watch.look(NOW - HOUR, 0);
    expect(watch.isSure).toBe(false);
    watch.look(NOW - HOUR, 24 * HOUR - 1);
    expect(watch.isSure).toBe(false);
    watch.look(NOW - HOUR, 24 * HOUR);
    expect(watch.isSure).toBe(true);
  });

  it("cuts nobody for want of credit, and goes on doing so when the time is back", async () => {
    const rig = await start();
    const trueMs = rig.clock.nowMs.bind(rig.clock);
    rig.clock.nowMs = () => trueMs() - HOUR;
    rig.server.tell({ type: "credit", position: creditPosition(1, -1, { revision: 2 }) });
    await rig.pass(300);
    expect(rig.control.isProtectedTime).toBe(true);
    expect(rig.writes).toEqual([]);
    rig.clock.nowMs = trueMs;
    await rig.pass(60);
    expect(rig.writes).toMatchObject([{ relay: "open" }]);
  });
});
