import { expect, it } from "vitest";
import { circuitConfig, creditPosition, GatewayRig, siteConfig } from "../testing/gateway-rig.ts";

it("works ten minutes without the server: cuts who runs out, keeps every sample, delivers all of it afterwards", async () => {
  const rig = new GatewayRig(siteConfig([circuitConfig(1), circuitConfig(2)]));
  // 100 Wh at 0.60 a kWh.
  rig.server.positions = [creditPosition(1, 60_000), creditPosition(2, 50_000_000)];
  rig.unit(1).setLoad(2000);
  rig.unit(2).setLoad(300);
  await rig.start();
  await rig.pass(20);
  rig.server.goAway();
  await rig.pass(300);
  expect(rig.unit(1).relay).toBe("open");
  await rig.restart();
  await rig.pass(300);
  expect(rig.unit(1).relay).toBe("open");
  expect(rig.unit(2).relay).toBe("closed");
  expect(rig.server.of("circuit-state").filter(({ relay }) => relay === "open")).toEqual([]);

  rig.server.comeBack();
  await rig.pass(60);
  expect(rig.store.outbox.size().count).toBeLessThan(5);
  expect(rig.server.of("circuit-state").find(({ relay }) => relay === "open")).toMatchObject({
    circuitId: "c1",
    holds: [{ kind: "credit" }],
  });
  for (const circuitId of ["c1", "c2"]) {
    const atMs = rig.server
      .of("sample")
      .filter(({ sample }) => sample.circuitId === circuitId)
      .map(({ sample }) => Date.parse(sample.at));
    expect(new Set(atMs).size).toBe(atMs.length);
    expect([...atMs].sort((a, b) => a - b)).toEqual(atMs);
    const gapsMs = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    // Polls every 5 s at the latest; the restart costs one round.
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(10_000);
  }
  await rig.close();
});
