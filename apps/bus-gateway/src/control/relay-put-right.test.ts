import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, GatewayRig, siteConfig } from "../testing/gateway-rig.ts";

const RESIDENT = { id: "u9", name: "Zhao Yan", role: "resident" };

/** A household without credit whose relay has not followed three commands to open. */
async function stuckRig(): Promise<GatewayRig> {
  const rig = new GatewayRig(siteConfig([circuitConfig(1)]));
  rig.server.positions = [creditPosition(1, -1)];
  rig.unit(1).isStuck = true;
  await rig.start();
  await rig.pass(300);
  expect(rig.circuit("c1").switching.isFaulty).toBe(true);
  return rig;
}

describe("S1: whoever has put a relay right says so with a release", () => {
  it("is heard although nobody may release the hold for credit: the circuit is cut", async () => {
    const rig = await stuckRig();
    rig.unit(1).isStuck = false;
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "release" }) });
    await rig.pass(30);
    expect(rig.unit(1).relay).toBe("open");
    expect(rig.holds("c1")).toEqual(["credit"]);
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
  });

  it("is tried three times more, and is told that the relay still does not follow", async () => {
    const rig = await stuckRig();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "release" }) });
    await rig.pass(300);
    expect(rig.writes).toHaveLength(6);
    expect(rig.circuit("c1").switching.isFaulty).toBe(true);
    expect(rig.results("k1")).toEqual(["sent", "failed relay-fault"]);
  });

  it("is for staff alone, and not for who takes one hold off by name", async () => {
    const rig = await stuckRig();
    const byResident = rig.command({ id: "k1", action: "release", by: RESIDENT });
    const ofTag = rig.command({ id: "k2", action: "release", hold: "lockout" });
    for (const command of [byResident, ofTag]) rig.server.tell({ type: "command", command });
    await rig.pass(300);
    expect(rig.writes).toHaveLength(3);
    expect(rig.results("k1")).toEqual(["sent", "failed not-releaser"]);
    expect(rig.results("k2")).toEqual(["sent", "failed no-such-hold"]);
  });
});

it("S1: a process that is killed amid the third try has tried three times", async () => {
  const rig = new GatewayRig(siteConfig([circuitConfig(1)]));
  rig.server.positions = [creditPosition(1, -1)];
  rig.unit(1).isStuck = true;
  let asked = 0;
  rig.onRelayRequest = () => {
    asked += 1;
    if (asked === 3) rig.kill();
  };
  await rig.start();
  await rig.pass(60);
  expect(asked).toBe(3);
  await rig.start();
  await rig.pass(300);
  expect(asked).toBe(3);
  expect(rig.circuit("c1").switching.isFaulty).toBe(true);
});
