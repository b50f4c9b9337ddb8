import { type BulkAnswer, safetyPolicySchema } from "@hallmeter/meter-model";
import { afterEach, describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, GatewayRig, STAFF, siteConfig } from "../../testing/gateway-rig.ts";

const rigs: GatewayRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

type Change = Parameters<typeof siteConfig>[1];

async function startRig(
  circuits: ReturnType<typeof circuitConfig>[],
  balanceMicro: number,
  change: Change = {},
) {
  const rig = new GatewayRig(siteConfig(circuits, change));
  rigs.push(rig);
  rig.server.positions = circuits.map(({ unitId }) => creditPosition(unitId, balanceMicro));
  await rig.start();
  await rig.pass(30);
  return rig;
}

// The rig starts on a Friday at 10:00.
const week = (from: string, to: string) => {
  const day = [{ from, to }];
  return { workday: day, "rest-day": day, holiday: day };
};
const protectedFrom = (from: string, to: string) =>
  safetyPolicySchema.parse({ protectedTimes: week(from, to) });

describe("S5: protected times", () => {
  it("cut nobody for want of credit; what is used is debt, and the cut comes when they end", async () => {
    const rig = await startRig([circuitConfig(1)], -10, { safety: protectedFrom("09:00", "10:05") });
    rig.unit(1).setLoad(3000);
    await rig.pass(240);
    expect(rig.writes).toEqual([]);
    expect(rig.control.balanceMicro("h1")).toBeLessThan(-100_000);
    await rig.pass(60);
    expect(rig.writes).toMatchObject([{ relay: "open" }]);
    rig.unit(1).setLoad(0);
    // A purchase smaller than the debt does not close; one that covers it does.
    const debtMicro = -(rig.control.balanceMicro("h1") ?? 0);
    const registers = [
      { circuitId: "c1", at: new Date(rig.clock.nowMs()).toISOString(), energyWh: rig.unit(1).energyWh },
    ];
    const buy = (micro: number, revision: number) =>
      rig.server.tell({
        type: "credit",
        position: creditPosition(1, micro - debtMicro, { revision, registers }),
      });
    buy(debtMicro - 1000, 2);
    await rig.pass(20);
    expect(rig.unit(1).relay).toBe("open");
    buy(debtMicro + 1000, 3);
    await rig.pass(20);
    expect(rig.unit(1).relay).toBe("closed");
  });

  it("are checked at the moment of execution: a cut that could not be made before waits", async () => {
    const rig = await startRig([circuitConfig(1)], -10, { safety: protectedFrom("10:01", "12:00") });
    // The hold of 10:00 stands, and somebody has closed the relay by hand since.
    expect(rig.unit(1).relay).toBe("open");
    await rig.pass(90);
    rig.unit(1).relay = "closed";
    await rig.pass(60);
    expect(rig.writes).toHaveLength(1);
    expect(rig.unit(1).relay).toBe("closed");
  });

  it("may be set by hand for the weather, and spare no overload and no person's command", async () => {
    const overload = {
      maxPowerW: 1500,
      delayS: 10,
      recloseAfterS: 600,
      reclosesPerWindow: 3,
      windowS: 3600,
      residentMayRelease: false,
    };
    const safety = safetyPolicySchema.parse({ isWeatherProtected: true });
    const circuits = [circuitConfig(1, { rules: { overload } }), circuitConfig(2), circuitConfig(3)];
    const rig = await startRig(circuits, -10, { safety });
    rig.unit(1).setLoad(3000);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", circuitId: "c2", action: "open" }) });
    await rig.pass(30);
    expect([1, 2, 3].map((unitId) => rig.unit(unitId).relay)).toEqual(["open", "open", "closed"]);
  });
});

describe("S6: a person answers a paused bulk", () => {
  const crowd = Array.from({ length: 30 }, (_, index) => circuitConfig(index + 1));
  const answer = (rig: GatewayRig, change: Partial<BulkAnswer>): BulkAnswer => {
    const at = (inS: number) => new Date(rig.clock.nowMs() + inS * 1000).toISOString();
    return {
      id: "a1",
      decision: "go-on",
      reason: "The tariff is right",
      by: STAFF,
      issuedAt: at(0),
      expiresAt: at(600),
      validUntil: at(3600),
      ...change,
    };
  };

  it("go on: the cuts that waited are made, and told of", async () => {
    const rig = await startRig(crowd, -1);
    await rig.pass(30);
    expect(rig.writes).toEqual([]);
    rig.server.tell({ type: "bulk-answer", answer: answer(rig, {}) });
    await rig.pass(30);
    expect(rig.writes).toHaveLength(30);
    expect(rig.server.of("event").find(({ kind }) => kind === "bulk-cut-answered")).toMatchObject({
      params: { decision: "go-on", by: STAFF.name, circuits: 30 },
    });
    expect(rig.server.of("alarm").at(-1)).toMatchObject({ kind: "bulk-cut-paused", state: "cleared" });
  });

  it("never mind: nobody is cut until the answer's time is over, a restart between", async () => {
    const rig = await startRig(crowd, -1);
    await rig.pass(30);
    rig.server.tell({ type: "bulk-answer", answer: answer(rig, { decision: "never-mind" }) });
    await rig.pass(60);
    await rig.restart();
    await rig.pass(900);
    expect(rig.writes).toEqual([]);
    await rig.pass(3600);
    expect(rig.control.bulk.isPaused).toBe(true);
    expect(rig.writes).toEqual([]);
  });

  it("drops an answer that comes too late", async () => {
    const rig = await startRig(crowd, -1);
    rig.server.tell({
      type: "bulk-answer",
      answer: answer(rig, { expiresAt: new Date(rig.clock.nowMs() - 1).toISOString() }),
    });
    await rig.pass(30);
    expect(rig.writes).toEqual([]);
  });

  it("counts households that run out one by one", async () => {
    const rig = await startRig(crowd, 9_000_000);
    for (const { unitId } of crowd) {
      rig.server.tell({ type: "credit", position: creditPosition(unitId, -1, { revision: 2 }) });
      await rig.pass(5);
    }
    // Nineteen may be a coincidence, twenty within ten minutes are not.
    expect(rig.writes).toHaveLength(19);
    expect(rig.control.bulk.isPaused).toBe(true);
  });
});

describe("S11: a second source", () => {
  const fed = circuitConfig(1, { hasSecondSource: true });

  it("keeps the circuit open until a person has proved its load side dead", async () => {
    const rig = await startRig([fed], -1);
    expect(rig.unit(1).relay).toBe("open");
    rig.server.tell({ type: "credit", position: creditPosition(1, 9_000_000, { revision: 2 }) });
    await rig.pass(60);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "close" }) });
    await rig.pass(10);
    expect(rig.results("k1")).toEqual(["sent", "failed load-side-not-proved-dead"]);
    expect(rig.unit(1).relay).toBe("open");
    const proved = rig.command({ id: "k2", action: "close", isLoadSideDead: true });
    rig.server.tell({ type: "command", command: proved });
    await rig.pass(10);
    expect(rig.results("k2")).toEqual(["sent", "confirmed"]);
    expect(rig.unit(1).relay).toBe("closed");
  });

  it("is not closed onto what the meter sees there, whoever asks", async () => {
    const rig = await startRig([fed], -1);
    rig.unit(1).isWelded = true;
    rig.unit(1).setLoad(400);
    rig.server.tell({ type: "credit", position: creditPosition(1, 9_000_000, { revision: 2 }) });
    await rig.pass(30);
    const command = rig.command({ id: "k1", action: "close", isLoadSideDead: true });
    rig.server.tell({ type: "command", command });
    await rig.pass(10);
    expect(rig.results("k1")).toEqual(["sent", "failed load-side-live"]);
  });
});
