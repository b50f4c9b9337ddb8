import { defaultOverloadRule } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, type GatewayRig } from "../../testing/gateway-rig.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { contactFlags, NO_BASELINE } from "./baseline.ts";

// What the rules make of each kind of sample stands in the model: rules/trust.test.ts, "S3: no automatic opening".
const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const SECOND = 1000;
const start = startedRigs();

function broke(rig: GatewayRig): void {
  rig.server.tell({ type: "credit", position: creditPosition(1, -1, { revision: 2 }) });
}

describe("S3: no automatic opening on a doubtful sample", () => {
  it("none on a missing one: a unit that is silent is left alone, however long", async () => {
    const rig = await start();
    rig.unit(1).isDead = true;
    await rig.pass(60);
    broke(rig);
    await rig.pass(900);
    expect(rig.writes).toEqual([]);
  });

  it("none on a stale one, older than two periods", () => {
    const seen = { ...NO_BASELINE, lastSampleAtMs: NOW };
    const at = (lateMs: number) => ({ atMs: NOW + 5 * SECOND, nowMs: NOW + 5 * SECOND + lateMs });
    expect(contactFlags(seen, at(10 * SECOND), 5000)).toEqual([]);
    expect(contactFlags(seen, at(10 * SECOND + 1), 5000)).toEqual(["stale"]);
  });

  it("none on the first after a restart, nor on one good one after it: it takes two that agree", async () => {
    const rig = await start();
    rig.kill();
    rig.server.positions = [creditPosition(1, -1, { revision: 2 })];
    await rig.start();
    // Polls come every five seconds: the first proves nothing, the next two do.
    await rig.clock.advance(9 * SECOND);
    expect(rig.server.of("sample").at(-1)?.sample.flags).not.toContain("suspect");
    expect(rig.writes).toEqual([]);
    await rig.pass(20);
    expect(rig.writes).toMatchObject([{ relay: "open" }]);
  });

  it("none on a suspect one: a register that jumps is nobody's use", async () => {
    const rig = await start({ balanceMicro: 1_000_000 });
    rig.unit(1).jumpRegister(5_000_000);
    await rig.pass(7);
    expect(rig.writes).toEqual([]);
    expect(rig.server.of("alarm").map(({ kind }) => kind)).toContain("register-suspect");
  });
});

describe("S3: safety and overload need no second sample, for their delay is one", () => {
  it("opens at the end of the delay", async () => {
    const overload = { ...defaultOverloadRule, maxPowerW: 1500, delayS: 10 };
    const rig = await start({ circuits: [circuitConfig(1, { rules: { overload } })] });
    const fromMs = rig.clock.nowMs();
    rig.unit(1).setLoad(2500);
    await rig.pass(30);
    const [opened] = rig.writes;
    expect((opened?.atMs ?? 0) - fromMs).toBeGreaterThanOrEqual(10 * SECOND);
    expect((opened?.atMs ?? 0) - fromMs).toBeLessThanOrEqual(21 * SECOND);
  });
});
