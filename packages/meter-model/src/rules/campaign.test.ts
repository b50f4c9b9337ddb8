import { describe, expect, it } from "vitest";
import type { Campaign } from "../contract/gateway-config.ts";
import { foldHolds } from "../holds/fold.ts";
import { CircuitRun, START_MS } from "./circuit-fixture.ts";
import { circuitDueMs } from "./circuit-step.ts";

const campaign = (change: Partial<Campaign> = {}): Campaign => ({
  id: "g1",
  name: "Evening peak",
  startsAt: new Date(START_MS + 60_000).toISOString(),
  endsAt: new Date(START_MS + 600_000).toISOString(),
  circuitIds: ["c1"],
  ...change,
});

describe("load shedding", () => {
  it("opens from its start to its end, and says until when", () => {
    const run = new CircuitRun({ campaigns: [campaign()] }).run(50);
    expect(run.kinds).toEqual([]);
    expect(circuitDueMs(run.state, run.config, run.nowMs)).toBe(START_MS + 60_000);
    run.run(10);
    expect(run.hold("campaign")).toMatchObject({
      reason: "load-shedding",
      params: { campaign: "Evening peak" },
      origin: { id: "g1" },
      until: "2025-03-03T02:10:00.000Z",
    });
    expect(run.run(535).kinds).toEqual(["campaign"]);
    expect(run.run(5).kinds).toEqual([]);
  });

  it("ends when it leaves the list, even while the clock is unsure", () => {
    const run = new CircuitRun({ campaigns: [campaign()] }).run(90);
    run.config = { ...run.config, campaigns: [], calendar: null };
    run.wait(1);
    expect(run.kinds).toEqual([]);
  });

  it("holds the last state while the clock is unsure (S4)", () => {
    const run = new CircuitRun({ campaigns: [campaign()] }).run(90);
    run.config = { ...run.config, calendar: null };
    expect(run.run(3600).kinds).toEqual(["campaign"]);
    const before = new CircuitRun({ campaigns: [campaign()], calendar: null });
    expect(before.run(120).kinds).toEqual([]);
  });

  it("goes over from one to the next without closing", () => {
    const next = campaign({
      id: "g2",
      startsAt: campaign().endsAt,
      endsAt: new Date(START_MS + 1_200_000).toISOString(),
    });
    const run = new CircuitRun({ campaigns: [campaign(), next] }).run(700);
    expect(run.hold("campaign")?.origin.id).toBe("g2");
    expect(run.told.filter((each) => each === "hold-released")).toEqual([]);
  });

  it("opens on no stale measurement (S3), and nothing that keeps power", () => {
    const blind = new CircuitRun({ campaigns: [campaign()] });
    blind.wait(90);
    expect(blind.kinds).toEqual([]);
    const kept = new CircuitRun({ campaigns: [campaign()], keepPower: true }).run(90);
    expect(foldHolds(kept.state.holds, true)).toMatchObject({ intended: "closed", effective: [] });
  });
});
