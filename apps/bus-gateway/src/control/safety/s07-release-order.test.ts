import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, type GatewayRig, siteConfig } from "../../testing/gateway-rig.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { nextClose } from "./release-order.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const start = startedRigs();
const few = Array.from({ length: 10 }, (_, index) => circuitConfig(index + 1));

/** A seed's numbers from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const closings = (rig: GatewayRig) => rig.writes.filter(({ relay }) => relay === "closed");

function expectOneASecond(rig: GatewayRig): void {
  const closed = closings(rig);
  expect(closed).toHaveLength(few.length);
  const gaps = closed.slice(1).map(({ atMs }, index) => atMs - (closed[index]?.atMs ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
  expect(Math.max(...gaps)).toBeLessThan(2500);
}

function payAll(rig: GatewayRig): void {
  for (const { unitId } of few)
    rig.server.tell({ type: "credit", position: creditPosition(unitId, 9_000_000, { revision: 2 }) });
}

describe("S7: one closes at a time", () => {
  const waiting = ["c1", "c2", "c3"].map((circuitId) => ({ circuitId, isByPerson: false }));

  it("a single one at once, the next a second later", () => {
    expect(nextClose(waiting.slice(0, 1), null, NOW, () => 0)?.circuitId).toBe("c1");
    expect(nextClose(waiting, NOW - 999, NOW, () => 0)).toBeUndefined();
    expect(nextClose(waiting, NOW - 1000, NOW, () => 0)?.circuitId).toBe("c1");
  });

  it("chosen at random, and a person's first", () => {
    expect(nextClose(waiting, null, NOW, () => 0.99)?.circuitId).toBe("c3");
    const withPerson = [...waiting, { circuitId: "c4", isByPerson: true }];
    expect(nextClose(withPerson, null, NOW, () => 0)?.circuitId).toBe("c4");
  });
});

describe("S7: at most one a second on a feeder", () => {
  it("after a mass release, in another order each time", async () => {
    const orders = [];
    for (const seed of [1, 99]) {
      const rig = await start({ circuits: few, balanceMicro: -1, random: seeded(seed) });
      expect(rig.writes).toHaveLength(few.length);
      payAll(rig);
      await rig.pass(30);
      expectOneASecond(rig);
      orders.push(closings(rig).map(({ unitId }) => unitId));
    }
    expect(orders[0]).not.toEqual(orders[1]);
    expect(orders[0]).not.toEqual(few.map(({ unitId }) => unitId));
  });

  it("after an outage in which everybody has paid", async () => {
    const rig = await start({ circuits: few, balanceMicro: -1 });
    for (const { unitId } of few) rig.unit(unitId).isDead = true;
    await rig.pass(300);
    payAll(rig);
    await rig.pass(10);
    for (const { unitId } of few) rig.unit(unitId).isDead = false;
    await rig.pass(60);
    expectOneASecond(rig);
  });

  it("after a campaign", async () => {
    const rig = await start({ circuits: few });
    const campaign = {
      id: "p1",
      name: "Peak",
      startsAt: new Date(rig.clock.nowMs()).toISOString(),
      endsAt: new Date(rig.clock.nowMs() + 120_000).toISOString(),
      circuitIds: few.map(({ id }) => id),
    };
    await rig.control.setConfig({
      config: siteConfig(few, { revision: 2, campaigns: [campaign] }),
      etag: null,
    });
    await rig.pass(60);
    expect(rig.writes.map(({ relay }) => relay)).toEqual(new Array(10).fill("open"));
    await rig.pass(120);
    expectOneASecond(rig);
  });
});
