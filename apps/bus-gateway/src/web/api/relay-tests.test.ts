import { afterEach, describe, expect, it } from "vitest";
import { circuitConfig, GatewayRig, siteConfig } from "../../testing/gateway-rig.ts";
import { RelayTests } from "./relay-tests.ts";

const rigs: GatewayRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function started() {
  const rig = new GatewayRig(siteConfig([circuitConfig(1)]));
  rigs.push(rig);
  await rig.start();
  await rig.pass(30);
  let ids = 0;
  const { control, store, clock } = rig;
  const tests = new RelayTests({ control, store, clock, newId: () => `local-${ids++}` });
  return { rig, tests };
}

const told = (rig: GatewayRig, ...kinds: string[]) =>
  rig.server
    .of("event")
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, params, subject }) => ({ kind, params, circuitId: subject.circuitId }));

describe("a technician's relay test", () => {
  it("tells the server what was done, by whom and why, as events and never as results of its commands", async () => {
    const { rig, tests } = await started();
    await rig.clock.until(tests.run(rig.circuit("c1"), "Wang Fang"));
    await rig.pass(10);
    const asked = { by: "Wang Fang", reason: "relay test", state: "confirmed" };
    expect(told(rig, "technician-command", "relay-tested")).toMatchObject([
      { kind: "technician-command", circuitId: "c1", params: { ...asked, action: "open" } },
      { kind: "technician-command", circuitId: "c1", params: { ...asked, action: "release" } },
      { kind: "relay-tested", circuitId: "c1", params: { by: "Wang Fang", outcome: "passed" } },
    ]);
    expect(rig.server.of("command-result")).toEqual([]);
    expect(rig.writes.map(({ relay }) => relay)).toEqual(["open", "closed"]);
  });

  it("that fails tells why", async () => {
    const { rig, tests } = await started();
    rig.unit(1).isStuck = true;
    await rig.clock.until(tests.run(rig.circuit("c1"), "Wang Fang"));
    await rig.pass(10);
    expect(told(rig, "technician-command")[0]).toMatchObject({
      params: { state: "failed", code: "relay-fault" },
    });
    expect(told(rig, "relay-tested")).toMatchObject([{ params: { outcome: "failed" } }]);
  });

  it("that a restart breaks off is told too", async () => {
    const { rig, tests } = await started();
    rig.unit(1).isDead = true;
    void tests.run(rig.circuit("c1"), "Wang Fang").catch(() => undefined);
    await rig.clock.advance(100);
    await rig.restart();
    await rig.pass(30);
    expect(told(rig, "technician-command")).toMatchObject([
      { params: { by: "Wang Fang", action: "open", state: "unknown", code: "gateway-restarted" } },
    ]);
    expect(rig.server.of("command-result")).toEqual([]);
  });
});
