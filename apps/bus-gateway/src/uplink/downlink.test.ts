import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, GatewayRig, siteConfig } from "../testing/gateway-rig.ts";

async function startRig() {
  const rig = new GatewayRig(siteConfig([circuitConfig(1)]));
  rig.server.positions = [creditPosition(1, 1_000_000)];
  await rig.start();
  await rig.pass(5);
  return rig;
}

const position = (balanceMicro: number, revision: number) => creditPosition(1, balanceMicro, { revision });

describe("the downlink", () => {
  it("takes configuration and every credit position after a start", async () => {
    const rig = await startRig();
    expect(rig.uplink.status()).toMatchObject({ way: "stream", isOnline: true, configRevision: 1 });
    expect(rig.control.balanceMicro("h1")).toBe(1_000_000);
    await rig.close();
  });

  it("resumes after the last message that took effect", async () => {
    const rig = await startRig();
    rig.server.tell({ type: "credit", position: position(2_000_000, 2) });
    await rig.pass(1);
    rig.server.goAway();
    rig.server.tell({ type: "credit", position: position(3_000_000, 3) });
    const command = rig.command({ id: "k1", action: "open" });
    rig.server.tell({ type: "command", command });
    await rig.restart();
    await rig.pass(20);
    expect(rig.control.balanceMicro("h1")).toBe(2_000_000);
    rig.server.comeBack();
    await rig.pass(45);
    expect(rig.control.balanceMicro("h1")).toBe(3_000_000);
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
    expect(rig.uplink.status().downlinkSequence).toBe(3);
    await rig.close();
  });

  it("notices a stream that fell silent and connects again", async () => {
    const rig = await startRig();
    const callsBefore = rig.server.calls;
    await rig.clock.advance(44_000);
    expect(rig.uplink.status().way).toBe("stream");
    await rig.clock.advance(10_000);
    expect(rig.server.calls).toBeGreaterThan(callsBefore);
    rig.server.tell({ type: "credit", position: position(2_000_000, 2) });
    await rig.pass(1);
    expect(rig.control.balanceMicro("h1")).toBe(2_000_000);
    await rig.close();
  });

  it("polls where streams do not pass, and tries the stream again later", async () => {
    const rig = new GatewayRig(siteConfig([circuitConfig(1)]));
    rig.server.streamsFail = true;
    await rig.start();
    await rig.pass(10);
    expect(rig.uplink.status().way).toBe("polling");
    rig.server.tell({ type: "credit", position: position(2_000_000, 2) });
    await rig.pass(5);
    expect(rig.control.balanceMicro("h1")).toBe(2_000_000);
    rig.server.streamsFail = false;
    await rig.pass(90);
    expect(rig.uplink.status().way).toBe("stream");
    await rig.close();
  });

  it("streams again within ten seconds once a server that was away is back", async () => {
    const rig = await startRig();
    rig.server.goAway();
    await rig.pass(600);
    rig.server.comeBack();
    await rig.pass(10);
    expect(rig.uplink.status()).toMatchObject({ way: "stream", isOnline: true });
    await rig.close();
  });

  it("fetches a changed configuration", async () => {
    const rig = await startRig();
    rig.server.config_ = siteConfig([circuitConfig(1), circuitConfig(2)], { revision: 2 });
    rig.server.tell({ type: "config", revision: 2 });
    await rig.pass(1);
    expect(rig.control.circuits.map(({ id }) => id)).toEqual(["c1", "c2"]);
    await rig.close();
  });

  it("ignores an older position", async () => {
    const rig = await startRig();
    rig.server.tell({ type: "credit", position: position(2_000_000, 7) });
    rig.server.tell({ type: "credit", position: position(1, 6) });
    await rig.pass(1);
    expect(rig.control.balanceMicro("h1")).toBe(2_000_000);
    await rig.close();
  });

  it("starts from what it kept while the server is away", async () => {
    const rig = await startRig();
    rig.server.goAway();
    await rig.restart();
    await rig.pass(30);
    expect(rig.control.circuits).toHaveLength(1);
    expect(rig.control.balanceMicro("h1")).toBe(1_000_000);
    expect(rig.uplink.status()).toMatchObject({ way: "offline", isOnline: false });
    await rig.close();
  });
});
