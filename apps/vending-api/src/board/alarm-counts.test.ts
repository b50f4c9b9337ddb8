import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alarmModel, type Subject } from "../alarms/alarm.model.ts";
import { clearAlarm, raiseAlarm } from "../alarms/alarms.ts";
import { startTestApi, type TestApi } from "../testing/start-test-api.ts";
import { alarmCounts } from "./alarm-counts.ts";

const MINUTE_MS = 60_000;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const raise = (key: string, subject: Subject, siteId = "s1") =>
  raiseAlarm(api.deps, {
    ...{ siteId, key, subject, kind: "overload", severity: "medium", params: {} },
    at: api.clock.now(),
  });

/** Lets what was told reach who listens. */
async function heard(): Promise<void> {
  api.clock.advance(100);
  await api.deps.changes.position();
  await api.connection.db?.command({ ping: 1 });
}

describe("standing alarms", () => {
  it("count for their circuit, or for a household alone, and no longer once they are over", async () => {
    const counts = alarmCounts(api.deps);
    await raise("a", { circuitId: "c1", householdId: "h1" });
    await raise("b", { circuitId: "c1", householdId: "h1" });
    await raise("c", { householdId: "h1" });
    await raise("d", { circuitId: "c1" }, "s2");
    await heard();
    const first = await counts("s1");
    expect([...first.byCircuit]).toEqual([["c1", 2]]);
    expect([...first.byHousehold]).toEqual([["h1", 1]]);
    await clearAlarm(api.deps, { siteId: "s1", key: "a", at: api.clock.now() });
    let second = await counts("s1");
    while (second === first) {
      await heard();
      second = await counts("s1");
    }
    expect([...second.byCircuit]).toEqual([["c1", 1]]);
  });

  it("are counted again after a minute, for a change that nobody told", async () => {
    const counts = alarmCounts(api.deps);
    await raise("e", { circuitId: "c3" }, "s3");
    await heard();
    await counts("s3");
    await alarmModel(api.connection).deleteMany({ siteId: "s3" });
    expect((await counts("s3")).byCircuit.get("c3")).toBe(1);
    api.clock.advance(MINUTE_MS);
    expect((await counts("s3")).byCircuit.get("c3")).toBeUndefined();
  });
});
