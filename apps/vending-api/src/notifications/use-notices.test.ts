import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accrualModel } from "../rating/accrual.model.ts";
import type { TestRoom } from "../testing/test-site.ts";
import { type NoticeBench, startNoticeBench } from "./testing/notice-bench.ts";
import { findUseCauses } from "./use-causes.ts";

let bench: NoticeBench;

beforeAll(async () => {
  bench = await startNoticeBench();
});
afterAll(() => bench.api.stop());

describe("use", () => {
  const vacant = () => bench.site.rooms[1] as TestRoom;
  const day = async (circuitId: string, householdId: string | null, on: string, wh: number) => {
    const row = { _id: `${circuitId}:${on}`, circuitId, householdId, siteId: bench.site.siteId, day: on };
    const at = new Date(`${on}T04:00:00Z`);
    await accrualModel(bench.api.connection).collection.insertOne({
      ...row,
      part: 0,
      state: "done",
      fromAt: at,
      lastAt: at,
      fromWh: 1000,
      lastWh: 1000 + wh,
      // The driver's own collection: what the rule reads is all that matters here.
    } as never);
  };

  it("far above the same weekday's is told to the household, in an empty room to staff, each once", async () => {
    const now = new Date("2041-06-12T20:00:00Z");
    // Wednesdays; in Shanghai it is Thursday 04:00.
    await findUseCauses(bench.api.deps, new Date("2041-06-11T20:00:00Z"));
    for (const on of ["2041-05-15", "2041-05-22", "2041-05-29", "2041-06-05"])
      await day(bench.room.circuitId, bench.room.householdId, on, 2000);
    await day(bench.room.circuitId, bench.room.householdId, "2041-06-12", 9000);
    await day(vacant().circuitId, vacant().householdId, "2041-06-01", 100);
    await day(vacant().circuitId, null, "2041-06-12", 800);
    await bench.api.call("PATCH", `/circuits/${vacant().circuitId}`, {
      token: bench.as("administrator"),
      body: { householdId: null },
    });
    await findUseCauses(bench.api.deps, now);
    await findUseCauses(bench.api.deps, now);
    await bench.process().look();
    expect((await bench.inbox("resident")).filter(({ kind }) => kind === "abnormal-use")).toMatchObject([
      { title: "Unusual use on Wed 12 Jun: 9 kWh" },
    ]);
    expect((await bench.inbox("manager")).filter(({ kind }) => kind === "vacant-use")).toMatchObject([
      { title: "A vacant room uses electricity: Circuit 102" },
    ]);
  });

  it("in an empty room is an alarm for as long as it lasts, told once a week", async () => {
    const { circuitId } = vacant();
    const alarms = async () =>
      (
        await bench.api.call<{ state: string; count: number; params: object; subject: object }[]>(
          "GET",
          `/alarms?filter=${encodeURIComponent('{"kind":"vacant-use","state":["raised","acknowledged","cleared"]}')}`,
          { token: bench.as("maintenance") },
        )
      ).body;
    expect(await alarms()).toMatchObject([
      { state: "raised", count: 1, subject: { circuitId }, params: { day: "2041-06-12", wh: 800 } },
    ]);
    await day(circuitId, null, "2041-06-13", 900);
    await findUseCauses(bench.api.deps, new Date("2041-06-13T20:00:00Z"));
    await bench.process().look();
    expect(await alarms()).toMatchObject([{ state: "raised", count: 2, params: { wh: 900 } }]);
    expect((await bench.inbox("manager")).filter(({ kind }) => kind === "vacant-use")).toHaveLength(1);
    await day(circuitId, null, "2041-06-14", 20);
    await findUseCauses(bench.api.deps, new Date("2041-06-14T20:00:00Z"));
    await findUseCauses(bench.api.deps, new Date("2041-06-14T20:00:00Z"));
    expect(await alarms()).toMatchObject([{ state: "cleared", count: 2 }]);
    // It begins anew: another alarm, and within the same week no other message.
    await day(circuitId, null, "2041-06-15", 500);
    await findUseCauses(bench.api.deps, new Date("2041-06-15T20:00:00Z"));
    await bench.process().look();
    expect((await alarms()).map(({ state }) => state).sort()).toEqual(["cleared", "raised"]);
    expect((await bench.inbox("manager")).filter(({ kind }) => kind === "vacant-use")).toHaveLength(1);
  });
});
