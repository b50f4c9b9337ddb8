import {
  defaultViciousLoadRule,
  type Sample,
  type UplinkItem,
  type ViciousLoadRule,
} from "@hallmeter/meter-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { addTestSite, sampleItem, type TestSite } from "../../testing/test-site.ts";
import { STEPS_KEPT, STEPS_KEPT_DAYS } from "./record-step.ts";
import { recordedStepModel } from "./recorded-step.model.ts";

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

interface Replay {
  summary: Record<"steps" | "tripped" | "wouldTrip" | "newTrips" | "sparedTrips", number>;
  isCutShort: boolean;
  steps: {
    circuitId: string;
    at: string;
    happened: { action: string };
    proposed: { action: string; outcome: string };
  }[];
}

let api: TestApi;
let site: TestSite;
let other: TestSite;
let maintenance: string;
let events = 0;

beforeAll(async () => {
  api = await startTestApi();
  site = await addTestSite(api, { rooms: 2 });
  other = await addTestSite(api, { rooms: 1 });
  maintenance = await api.tokenFor("maintenance", { siteIds: [site.siteId] });
});
afterAll(() => api.stop());

const circuitOf = (index: number, of = site) => of.rooms[index]?.circuitId ?? "";
const trip: ViciousLoadRule = { ...defaultViciousLoadRule, version: 7, mode: "trip" };

/** A load of 100 W on which something of so many W and var comes, as a gateway tells its verdict. */
function verdict(
  circuitId: string,
  atMs: number,
  step: { watts: number; vars: number; outcome: string; isTripped?: boolean },
): UplinkItem {
  const sample = (second: number, activePowerW: number, reactivePowerVar: number): Sample => {
    const at = new Date(atMs + second * SECOND_MS);
    const item = sampleItem(circuitId, at, 1000, { activePowerW, reactivePowerVar });
    if (item.type !== "sample") throw new Error("no sample");
    return item.sample;
  };
  const base = { atMs, powerW: 100, reactiveVar: 20 };
  const after = [5, 10, 15].map((second) => sample(second, 100 + step.watts, 20 + step.vars));
  events += 1;
  return {
    type: "event",
    id: `verdict-${events}`,
    at: new Date(atMs + 15 * SECOND_MS).toISOString(),
    kind: "vicious-verdict",
    subject: { circuitId },
    params: {
      kind: "step",
      outcome: step.outcome,
      stepW: step.watts,
      stepVar: step.vars,
      factorPpm: 990_000,
      matched: 2,
      judged: 2,
      ruleVersion: 3,
      isTripped: step.isTripped === true,
    },
    evidence: {
      ruleVersion: 3,
      samples: [sample(0, 100, 20), ...after],
      judged: { kind: "step", bases: [{ point: base }], onsetAt: after[0]?.at ?? "" },
    },
  };
}

const nowMs = () => api.clock.now().getTime();
const replay = (body: object, token = maintenance) =>
  api.call<Replay & { code?: string }>("POST", "/policies/vicious-load/replay", { token, body });

describe("a proposed vicious-load rule", () => {
  it("is tried on what was recorded, tripped or not, beside what happened", async () => {
    const circuitId = circuitOf(0);
    const kettleMs = nowMs() - 3 * 3_600_000;
    const items = [
      verdict(circuitId, kettleMs, { watts: 2000, vars: 10, outcome: "vicious", isTripped: true }),
      verdict(circuitId, kettleMs + 60_000, { watts: 2000, vars: 350, outcome: "factor-too-low" }),
      verdict(circuitId, kettleMs + 120_000, { watts: 900, vars: 5, outcome: "vicious" }),
    ];
    await site.uplink(items);
    const same = await replay({ circuitId, rule: trip });
    expect(same.status).toBe(200);
    // Newest first: the small heater, the motor, the kettle.
    expect(same.body.steps.map(({ happened }) => happened.action)).toEqual(["alarm", "none", "trip"]);
    expect(same.body.steps.at(-1)).toMatchObject({
      circuitId,
      happened: { outcome: "vicious", action: "trip", ruleVersion: 3, deltaPowerW: 2000 },
      proposed: { outcome: "vicious", action: "trip", deltaPowerW: 2000, deltaReactiveVar: 10 },
    });
    // 2000 W and 350 var score 0.985.
    const lenient = await replay({ circuitId, rule: { ...trip, factorThresholdMilli: 980 } });
    expect(lenient.body.steps[1]?.proposed).toMatchObject({ outcome: "vicious", action: "trip" });
    const strict = await replay({ circuitId, rule: { ...trip, stepThresholdW: 2500 } });
    expect(strict.body.summary).toEqual({ steps: 3, tripped: 1, wouldTrip: 0, newTrips: 0, sparedTrips: 1 });
    const alarmOnly = await replay({ circuitId, rule: { ...trip, mode: "alarm" } });
    expect(alarmOnly.body.steps.at(-1)?.proposed.action).toBe("alarm");
    expect((await replay({ circuitId, rule: { ...trip, mode: "off" } })).body.summary.wouldTrip).toBe(0);
  });

  it("is tried on a whole site and on a range of time", async () => {
    const at = nowMs() - 10 * DAY_MS;
    await site.uplink([verdict(circuitOf(1), at, { watts: 1800, vars: 0, outcome: "vicious" })]);
    const whole = await replay({ siteId: site.siteId, rule: trip });
    expect(new Set(whole.body.steps.map(({ circuitId }) => circuitId)).size).toBe(2);
    const range = { from: new Date(at).toISOString(), to: new Date(at + 60_000).toISOString() };
    expect((await replay({ siteId: site.siteId, rule: trip, ...range })).body.steps).toHaveLength(1);
    const two = await replay({ siteId: site.siteId, rule: trip, limit: 2 });
    expect(two.body).toMatchObject({ isCutShort: true, summary: { steps: 2 } });
  });

  it("finds a step once, however often it was told", async () => {
    const before = (await replay({ siteId: site.siteId, rule: trip })).body.summary.steps;
    const item = verdict(circuitOf(1), nowMs() - 60_000, { watts: 1800, vars: 0, outcome: "vicious" });
    await site.uplink([item]);
    await site.uplink([item]);
    expect((await replay({ siteId: site.siteId, rule: trip })).body.summary.steps).toBe(before + 1);
  });

  it("is refused for others' circuits and sites, without one, for too long a range, and as no rule", async () => {
    const circuitId = circuitOf(0);
    expect((await replay({ circuitId: circuitOf(0, other), rule: trip })).status).toBe(404);
    expect((await replay({ siteId: other.siteId, rule: trip })).status).toBe(404);
    expect((await replay({ rule: trip })).status).toBe(400);
    expect((await replay({ circuitId, siteId: site.siteId, rule: trip })).status).toBe(400);
    const from = new Date(nowMs() - (STEPS_KEPT_DAYS + 1) * DAY_MS).toISOString();
    expect(await replay({ circuitId, rule: trip, from })).toMatchObject({
      status: 400,
      body: { code: "invalid-body" },
    });
    expect((await replay({ circuitId, rule: { ...trip, ranges: [] } })).status).toBe(400);
    expect((await replay({ circuitId, rule: trip, limit: 2001 })).status).toBe(400);
  });

  it("is for staff: samples tell when somebody is at home", async () => {
    for (const role of ["property-manager", "campus-admin", "administrator"] as const) {
      const token = await api.tokenFor(role, { siteIds: [site.siteId] });
      expect((await replay({ siteId: site.siteId, rule: trip }, token)).status).toBe(200);
    }
    for (const role of ["integrator", "resident"] as const) {
      const token = await api.tokenFor(role, { siteIds: [site.siteId] });
      expect((await replay({ siteId: site.siteId, rule: trip }, token)).status).toBe(403);
    }
  });
});

it("keeps the newest of a circuit, and none for longer than a term", async () => {
  const circuitId = circuitOf(0, other);
  const step = { watts: 1800, vars: 0, outcome: "factor-too-low" };
  const old = verdict(circuitId, nowMs() - (STEPS_KEPT_DAYS + 1) * DAY_MS, step);
  await other.uplink([old]);
  const many = Array.from({ length: STEPS_KEPT + 3 }, (_, index) =>
    verdict(circuitId, nowMs() - DAY_MS + index * 60_000, step),
  );
  await other.uplink(many);
  const kept = await recordedStepModel(api.connection).find({ circuitId }).sort({ at: 1 }).lean();
  expect(kept).toHaveLength(STEPS_KEPT);
  expect(kept[0]?.at.toISOString()).toBe(many[3]?.type === "event" ? many[3].at : "");
});

it("takes an event without evidence as an event alone", async () => {
  const item = verdict(circuitOf(0, other), nowMs(), { watts: 1, vars: 0, outcome: "vicious" });
  if (item.type !== "event") throw new Error("no event");
  const { evidence: _, ...bare } = item;
  expect(await other.uplink([bare])).toMatchObject({ rejected: [] });
});
