import type { BulkAnswer } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, type GatewayRig, POLICY, STAFF } from "../../testing/gateway-rig.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { judgeBulk } from "./bulk-guard.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const MINUTE = 60_000;
const start = startedRigs();
const crowd = Array.from({ length: 30 }, (_, index) => circuitConfig(index + 1));

describe("S6: more than 5 % of a site's circuits, at least 20, within 10 min", () => {
  const standings = (due: number, recent: number, other: number) => [
    ...Array.from({ length: due }, (_, index) => ({ circuitId: `d${index}`, isDue: true, cutAtMs: null })),
    ...Array.from({ length: recent }, () => ({ circuitId: "r", isDue: false, cutAtMs: NOW - MINUTE })),
    ...Array.from({ length: other }, () => ({ circuitId: "o", isDue: false, cutAtMs: NOW - 11 * MINUTE })),
  ];
  it.each([
    { why: "nineteen of a small site", due: 19, recent: 0, other: 100, paused: false },
    { why: "twenty of a small site", due: 20, recent: 0, other: 100, paused: true },
    { why: "one after nineteen within ten minutes", due: 1, recent: 19, other: 100, paused: true },
    { why: "nothing due after twenty", due: 0, recent: 20, other: 100, paused: false },
    { why: "5 % of a large site", due: 50, recent: 0, other: 950, paused: false },
    { why: "more than 5 % of a large site", due: 51, recent: 0, other: 949, paused: true },
  ])("$why: paused $paused", ({ due, recent, other, paused }) => {
    expect(judgeBulk(standings(due, recent, other), POLICY, NOW).isPaused).toBe(paused);
  });

  it("counts households that run out one by one", async () => {
    const rig = await start({ circuits: crowd, balanceMicro: 9_000_000 });
    for (const { unitId } of crowd) {
      rig.server.tell({ type: "credit", position: creditPosition(unitId, -1, { revision: 2 }) });
      await rig.pass(5);
    }
    // Nineteen may be a coincidence, twenty within ten minutes are not.
    expect(rig.writes).toHaveLength(19);
    expect(rig.control.bulk.isPaused).toBe(true);
  });
});

describe("S6: it pauses and asks a person", () => {
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
  const paused = async () => {
    const rig = await start({ circuits: crowd, balanceMicro: -1 });
    await rig.pass(30);
    expect(rig.writes).toEqual([]);
    return rig;
  };

  it("by an alarm, for as long as the cause stands; a corrected one ends it", async () => {
    const rig = await paused();
    await rig.pass(3600);
    expect(rig.writes).toEqual([]);
    expect(rig.server.of("alarm").map(({ kind }) => kind)).toEqual(["bulk-cut-paused"]);
    for (const { unitId } of crowd.slice(5))
      rig.server.tell({ type: "credit", position: creditPosition(unitId, 9_000_000, { revision: 2 }) });
    await rig.pass(30);
    // The few that are really out of credit are cut.
    expect(rig.writes).toHaveLength(5);
    expect(rig.server.of("alarm").at(-1)).toMatchObject({ kind: "bulk-cut-paused", state: "cleared" });
  });

  it("who says go on: the cuts that waited are made, and told of", async () => {
    const rig = await paused();
    rig.server.tell({ type: "bulk-answer", answer: answer(rig, {}) });
    await rig.pass(30);
    expect(rig.writes).toHaveLength(30);
    expect(rig.server.of("event").find(({ kind }) => kind === "bulk-cut-answered")).toMatchObject({
      params: { decision: "go-on", by: STAFF.name, circuits: 30 },
    });
    expect(rig.server.of("alarm").at(-1)).toMatchObject({ kind: "bulk-cut-paused", state: "cleared" });
  });

  it("who says never mind: nobody is cut until the answer's time is over, a restart between", async () => {
    const rig = await paused();
    rig.server.tell({ type: "bulk-answer", answer: answer(rig, { decision: "never-mind" }) });
    await rig.pass(60);
    await rig.restart();
    await rig.pass(900);
    expect(rig.writes).toEqual([]);
    await rig.pass(3600);
    expect(rig.control.bulk.isPaused).toBe(true);
    expect(rig.writes).toEqual([]);
  });

  it("who comes too late is not heard", async () => {
    const rig = await paused();
    const expiresAt = new Date(rig.clock.nowMs() - 1).toISOString();
    rig.server.tell({ type: "bulk-answer", answer: answer(rig, { expiresAt }) });
    await rig.pass(30);
    expect(rig.writes).toEqual([]);
  });
});
