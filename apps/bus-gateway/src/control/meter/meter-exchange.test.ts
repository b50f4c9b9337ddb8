import { afterEach, describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, GatewayRig, siteConfig } from "../../testing/gateway-rig.ts";

const rigs: GatewayRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

/** A circuit whose meter has the serial number 1 and is read in peace. */
async function started(balanceMicro = 9_000_000): Promise<GatewayRig> {
  const rig = new GatewayRig(siteConfig([circuitConfig(1)]));
  rigs.push(rig);
  rig.unit(1).serialWord = 1;
  rig.server.positions = [creditPosition(1, balanceMicro)];
  await rig.start();
  await rig.pass(60);
  return rig;
}

/** Power off, another meter, power on. */
async function exchange(rig: GatewayRig, energyWh: number, serialWord = 2): Promise<void> {
  rig.unit(1).isDead = true;
  await rig.pass(120);
  rig.unit(1).exchange(serialWord, energyWh);
  rig.unit(1).isDead = false;
  await rig.pass(60);
}

async function commission(rig: GatewayRig, commissionedAt: string): Promise<void> {
  const config = siteConfig([circuitConfig(1, { commissionedAt })], { revision: 2 });
  await rig.control.setConfig({ config, etag: null });
  await rig.pass(30);
}

const samplesSince = (rig: GatewayRig, at: number) =>
  rig.server.of("sample").filter(({ sample }) => Date.parse(sample.at) > at);
const alarms = (rig: GatewayRig) =>
  rig.server
    .of("alarm")
    .filter(({ kind }) => kind === "meter-changed")
    .map(({ state }) => state);
const SERIAL = (word: number) => word.toString(16).padStart(28, "0");

describe("another meter at a circuit", () => {
  it("is noticed by its serial number, with both registers, and raises one alarm", async () => {
    const rig = await started();
    const lastWh = rig.unit(1).energyWh;
    await exchange(rig, 40);
    await rig.pass(600);
    expect(rig.server.of("event").filter(({ kind }) => kind === "meter-changed")).toMatchObject([
      {
        subject: { circuitId: "c1", meterId: "m1" },
        params: { fromSerial: SERIAL(1), toSerial: SERIAL(2), lastWh, firstWh: 40 },
      },
    ]);
    expect(alarms(rig)).toEqual(["raised"]);
  });

  it("is neither charged nor switched until the circuit is commissioned anew, a restart between", async () => {
    const rig = await started(1_000_000);
    const backAtMs = rig.clock.nowMs() + 120_000;
    // 1000 kWh more on the new register, and a load: charged, it would empty the account at once.
    await exchange(rig, 2_000_000);
    rig.unit(1).setLoad(3000);
    await rig.pass(300);
    await rig.restart();
    await rig.pass(900);
    const samples = samplesSince(rig, backAtMs);
    expect(samples.length).toBeGreaterThan(100);
    expect(samples.every(({ sample }) => sample.flags.includes("suspect"))).toBe(true);
    expect(rig.control.balanceMicro("h1")).toBe(1_000_000);
    rig.server.tell({ type: "credit", position: creditPosition(1, -1, { revision: 2 }) });
    await rig.pass(60);
    expect(rig.writes).toEqual([]);

    await commission(rig, "2026-01-02T03:00:00Z");
    await rig.pass(60);
    expect(alarms(rig)).toEqual(["raised", "cleared"]);
    expect(rig.server.of("event").find(({ kind }) => kind === "meter-commissioned")).toMatchObject({
      params: { serial: SERIAL(2) },
    });
    expect(rig.server.of("sample").at(-1)?.sample.flags).toEqual([]);
    // The load of the last minute only, at 0.6 a kWh.
    expect(rig.control.balanceMicro("h1")).toBeGreaterThan(-1 - 100_000);
    expect(rig.writes).toMatchObject([{ relay: "open" }]);
  });

  it("is not seen in a power failure alone: the same meter goes on, and nothing is lost", async () => {
    const rig = await started();
    rig.unit(1).isDead = true;
    await rig.pass(120);
    rig.unit(1).isDead = false;
    await rig.pass(60);
    expect(alarms(rig)).toEqual([]);
    expect(rig.server.of("sample").at(-1)?.sample.flags).toEqual([]);
    expect(rig.circuit("c1").meter.standing).toBe("proved");
  });

  it("is noticed although nobody saw the power go, within six hours", async () => {
    const rig = await started();
    rig.unit(1).exchange(2, rig.unit(1).energyWh);
    await rig.pass(6 * 3600 + 60);
    expect(alarms(rig)).toEqual(["raised"]);
  });

  it("begins with a register of its own: once commissioned, no jump is suspected", async () => {
    const rig = await started();
    await exchange(rig, 2_000_000);
    await commission(rig, "2026-01-02T03:00:00Z");
    await rig.pass(60);
    expect(rig.server.of("sample").at(-1)?.sample.flags).toEqual([]);
    expect(rig.server.of("alarm").filter(({ kind }) => kind === "register-suspect")).toEqual([]);
  });

  it("may be switched by a person, who stands before it", async () => {
    const rig = await started();
    await exchange(rig, 40);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(10);
    expect(rig.results("k1").at(-1)).toBe("confirmed");
  });
});
