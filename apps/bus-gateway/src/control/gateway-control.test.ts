import { defaultOverloadRule } from "@hallmeter/meter-model";
import { afterEach, describe, expect, it } from "vitest";
import {
  ADMINISTRATOR,
  circuitConfig,
  creditPosition,
  GatewayRig,
  RIG_START_MS,
  siteConfig,
} from "../testing/gateway-rig.ts";

const rigs: GatewayRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function startRig(circuits = [circuitConfig(1)], prepare: (rig: GatewayRig) => void = () => {}) {
  const rig = new GatewayRig(siteConfig(circuits));
  rigs.push(rig);
  rig.server.positions = circuits.map((circuit) => creditPosition(circuit.unitId, 100_000_000));
  prepare(rig);
  await rig.start();
  await rig.pass(30);
  return rig;
}

/** 6 fen at 0.60 a kWh are 100 Wh: at 2 kW three minutes. */
const POOR_MICRO = 60_000;

describe("credit", () => {
  it("opens when it is used up, and closes at once after a purchase", async () => {
    const rig = await startRig([circuitConfig(1)], (it) => {
      it.server.positions = [creditPosition(1, POOR_MICRO)];
      it.unit(1).setLoad(2000);
    });
    expect(rig.unit(1).relay).toBe("closed");
    await rig.pass(200);
    expect(rig.unit(1).relay).toBe("open");
    expect(rig.holds("c1")).toEqual(["credit"]);
    expect(rig.server.of("circuit-state").at(-1)).toMatchObject({ relay: "open", intended: "open" });
    // The cut is near its value: 100 Wh and what flows between two polls of 5 s and the register's step.
    expect(rig.unit(1).energyWh - 1_000_000).toBeLessThanOrEqual(120);

    const boughtAtMs = rig.clock.nowMs();
    const registers = [
      { circuitId: "c1", at: new Date(boughtAtMs).toISOString(), energyWh: rig.unit(1).energyWh },
    ];
    rig.server.tell({ type: "credit", position: creditPosition(1, 5_000_000, { revision: 2, registers }) });
    await rig.clock.advance(3000);
    const closed = rig.writes.at(-1);
    expect(closed).toMatchObject({ relay: "closed" });
    expect((closed?.atMs ?? 0) - boughtAtMs).toBeLessThan(1000);
    const state = rig.server.of("circuit-state").at(-1);
    expect(state).toMatchObject({ relay: "closed", intended: "closed", holds: [] });
    expect(Date.parse(state?.at ?? "") - boughtAtMs).toBeLessThan(1000);
  });

  it("does not cut a circuit that keeps power, nor one that is not commissioned", async () => {
    const rig = await startRig(
      [circuitConfig(1, { keepPower: true }), circuitConfig(2, { commissionedAt: null })],
      (it) => {
        it.server.positions = [creditPosition(1, -1), creditPosition(2, -1)];
      },
    );
    await rig.pass(60);
    expect(rig.writes).toEqual([]);
    expect(
      rig
        .circuit("c1")
        .visible()
        .holds.map(({ kind }) => kind),
    ).toEqual(["credit"]);
  });

  it("is not undone by a jump of the register", async () => {
    const rig = await startRig();
    rig.unit(1).jumpRegister(5_000_000);
    await rig.pass(60);
    expect(rig.writes).toEqual([]);
    expect(rig.control.balanceMicro("h1")).toBe(100_000_000);
    expect(rig.server.of("alarm").map(({ kind, state }) => [kind, state])).toContainEqual([
      "register-suspect",
      "raised",
    ]);
  });
});

describe("commands", () => {
  it.each([
    { action: "open" as const, relay: "open", holds: ["manual"] },
    { action: "lockout" as const, relay: "open", holds: ["lockout"] },
  ])("$action opens and is confirmed by the relay", async ({ action, relay, holds }) => {
    const rig = await startRig();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action }) });
    await rig.pass(5);
    expect(rig.unit(1).relay).toBe(relay);
    expect(rig.holds("c1")).toEqual(holds);
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
  });

  it("says which holds keep the circuit open", async () => {
    const rig = await startRig([circuitConfig(1)], (it) => {
      it.server.positions = [creditPosition(1, -1)];
    });
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "close" }) });
    await rig.pass(5);
    expect(rig.results("k1")).toEqual(["sent", "failed held-by-other"]);
    expect(rig.unit(1).relay).toBe("open");
  });

  it("changes nothing when the unit does not answer, except that a tag hangs all the same", async () => {
    const rig = await startRig([circuitConfig(1), circuitConfig(2)]);
    rig.unit(1).isDead = true;
    await rig.pass(20);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(5);
    expect(rig.results("k1")).toEqual(["sent", "failed unit-offline"]);
    expect(rig.holds("c1")).toEqual([]);
    rig.server.tell({ type: "command", command: rig.command({ id: "k2", action: "lockout" }) });
    await rig.pass(5);
    expect(rig.holds("c1")).toEqual(["lockout"]);
    rig.unit(1).isDead = false;
    await rig.pass(30);
    expect(rig.unit(1).relay).toBe("open");
    expect(rig.results("k2")).toEqual(["sent", "confirmed"]);
  });

  it("switches a circuit that is not commissioned for a person, and says so", async () => {
    const rig = await startRig([circuitConfig(1, { commissionedAt: null })]);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(5);
    expect(rig.unit(1).relay).toBe("open");
    expect(rig.server.of("command-result").at(-1)?.result.detail).toMatch(/not commissioned/);
  });

  it("reads now and sends the sample", async () => {
    const rig = await startRig();
    const before = rig.server.of("sample").length;
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "read" }) });
    await rig.clock.advance(500);
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
    await rig.clock.advance(1000);
    expect(rig.server.of("sample").length).toBeGreaterThan(before);
  });

  it("follows the configuration for keep-power", async () => {
    const rig = await startRig([circuitConfig(1)], (it) => {
      it.server.positions = [creditPosition(1, -1)];
    });
    expect(rig.unit(1).relay).toBe("open");
    rig.server.config_ = siteConfig([circuitConfig(1, { keepPower: true })], { revision: 2 });
    const command = rig.command({ id: "k1", action: "keep-power", keepPower: true, by: ADMINISTRATOR });
    rig.server.tell({ type: "command", command });
    await rig.pass(15);
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
    expect(rig.unit(1).relay).toBe("closed");
    expect(rig.server.of("circuit-state").at(-1)).toMatchObject({ keepPower: true, relay: "closed" });
  });
});

describe("after a restart", () => {
  it("keeps holds, operates nothing on old commands, and cuts only on fresh samples", async () => {
    const rig = await startRig();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "lockout" }) });
    await rig.pass(5);
    rig.unit(1).relay = "closed";
    await rig.restart();
    expect(rig.holds("c1")).toEqual(["lockout"]);
    await rig.clock.advance(500);
    expect(rig.writes).toHaveLength(1);
    // The hold stands, and a passed baseline shows the relay closed: opened again (S9).
    await rig.pass(30);
    expect(rig.writes).toHaveLength(2);
    expect(rig.unit(1).relay).toBe("open");
    expect(rig.results("k1")).toEqual(["sent", "confirmed"]);
  });

  it("marks the first sample and counts revisions on", async () => {
    const rig = await startRig();
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", action: "open" }) });
    await rig.pass(5);
    const before = rig.server.of("circuit-state").at(-1)?.revision ?? 0;
    await rig.restart();
    await rig.pass(10);
    const samples = rig.server.of("sample").filter(({ sample }) => sample.flags.includes("first"));
    expect(samples).toHaveLength(2);
    rig.server.tell({ type: "command", command: rig.command({ id: "k2", action: "close" }) });
    await rig.pass(15);
    const revisions = rig.server.of("circuit-state").map(({ revision }) => revision);
    expect(revisions.at(-1)).toBeGreaterThan(before);
    expect([...revisions].sort((a, b) => a - b)).toEqual(revisions);
  });

  it("takes the server's holds when its store is empty", async () => {
    const since = new Date(RIG_START_MS - 3_600_000).toISOString();
    const origin = { type: "staff" as const, id: "u1", name: "Li Wei" };
    const tag = { kind: "lockout" as const, reason: "tagged-out" as const, params: {}, origin, since };
    const rig = await startRig([circuitConfig(1, { lastKnownHolds: [tag] })]);
    expect(rig.holds("c1")).toEqual(["lockout"]);
    expect(rig.unit(1).relay).toBe("open");
  });
});

describe("many at once", () => {
  const crowd = Array.from({ length: 30 }, (_, index) => circuitConfig(index + 1));

  it("raises one alarm for a dead bus and none for its units", async () => {
    const rig = await startRig(crowd.slice(0, 4));
    rig.bus?.setState("down");
    await rig.pass(120);
    expect(rig.server.of("alarm").map(({ key, state }) => `${key} ${state}`)).toEqual(["bus-down:b1 raised"]);
    expect(rig.circuit("c1").presence).toBe("offline");
    rig.bus?.setState("up");
    await rig.pass(120);
    expect(rig.server.of("alarm").map(({ key, state }) => `${key} ${state}`)).toEqual([
      "bus-down:b1 raised",
      "bus-down:b1 cleared",
    ]);
  });

  it("raises an alarm for one dead unit, and one for the bus when none answers", async () => {
    const rig = await startRig(crowd.slice(0, 3));
    await rig.pass(60);
    rig.unit(1).isDead = true;
    await rig.pass(60);
    rig.unit(2).isDead = true;
    rig.unit(3).isDead = true;
    await rig.pass(60);
    expect(rig.server.of("alarm").map(({ key, state }) => `${key} ${state}`)).toEqual([
      "unit-offline:b1:1 raised",
      "bus-down:b1 raised",
    ]);
  });
});

describe("the bus' time", () => {
  it("goes to circuits under load-control rules and near their cut value", async () => {
    const rig = await startRig(
      [circuitConfig(1, { rules: { overload: defaultOverloadRule } }), circuitConfig(2), circuitConfig(3)],
      (it) => {
        it.server.positions = [1, 2].map((index) => creditPosition(index, 100_000_000));
        it.server.positions.push(creditPosition(3, POOR_MICRO));
      },
    );
    const plan = new Map(rig.bus?.plan.map(({ key, lane, intervalMs }) => [key, [lane, intervalMs]]));
    expect(plan.get("c1")).toEqual(["watch", 1000]);
    expect(plan.get("c2")).toEqual(["poll", 5000]);
    expect(plan.get("c3")?.[0]).toBe("watch");
  });

  it("is reported once a minute", async () => {
    const rig = await startRig();
    await rig.pass(130);
    expect(rig.server.of("bus-budget").length).toBe(2);
  });
});
