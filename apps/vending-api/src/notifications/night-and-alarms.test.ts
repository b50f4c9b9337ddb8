import type { Hold } from "@hallmeter/meter-model";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { raiseAlarm } from "../alarms/alarms.ts";
import { type NoticeBench, startNoticeBench } from "./testing/notice-bench.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let bench: NoticeBench;

beforeAll(async () => {
  bench = await startNoticeBench();
});
afterAll(() => bench.api.stop());
beforeEach(() => {
  bench.mails = [];
});

describe("at night", () => {
  const lowBalance = (at: Date, level: number) =>
    raiseAlarm(bench.api.deps, {
      siteId: bench.site.siteId,
      key: `low-balance:${bench.room.circuitId}:${at.getTime()}`,
      kind: "low-balance",
      severity: "low",
      at,
      subject: { circuitId: bench.room.circuitId, householdId: bench.room.householdId },
      params: { balanceMinor: 400, levelMinor: 500, level },
    });
  const state = (relay: "open" | "closed", revision: number, holds: Hold[]) =>
    bench.site.uplink([
      {
        type: "circuit-state",
        circuitId: bench.room.circuitId,
        at: bench.api.clock.now().toISOString(),
        revision,
        relay,
        intended: relay,
        presence: "online",
        keepPower: false,
        holds,
      },
    ]);

  it("a low balance waits for the morning, and that the power is off does not", async () => {
    // To the next 23:00 in Shanghai, 15:00 UTC.
    const sinceMs = bench.api.clock.now().getTime() % (24 * HOUR_MS);
    bench.api.clock.advance((39 * HOUR_MS - sinceMs) % (24 * HOUR_MS));
    await bench.settings("resident", { quietHours: { from: "22:00", to: "07:00" } });
    await lowBalance(bench.api.clock.now(), 1);
    await lowBalance(new Date(bench.api.clock.now().getTime() + 1), 1);
    await bench.process().look();
    expect(bench.mails).toEqual([]);
    expect((await bench.inbox("resident")).filter(({ kind }) => kind === "balance-low")).toHaveLength(1);

    const hold: Hold = {
      kind: "credit",
      reason: "balance-used-up",
      params: { balanceMinor: 0, releaseMinor: 100 },
      origin: { type: "rule", id: "credit", name: "Credit" },
      since: bench.api.clock.now().toISOString(),
    };
    await state("open", 1, [hold]);
    await bench.process().look();
    expect(bench.mails).toMatchObject([{ subject: "Your power is off: the balance is used up" }]);

    bench.api.clock.advance(8 * HOUR_MS);
    await bench.process().send();
    expect(bench.mails[1]).toMatchObject({ subject: "Your balance is below 5.00 CNY" });
    bench.api.clock.advance(MINUTE_MS);
    await state("closed", 2, []);
    await bench.process().look();
    expect(bench.mails[2]).toMatchObject({ subject: "Your power is back" });
    await bench.process().look();
    expect(bench.mails).toHaveLength(3);
  });
});

describe("an alarm", () => {
  it("is told to maintenance from the severity they chose, and not when it is over", async () => {
    const alarm = (
      key: string,
      kind: "bus-down" | "overload" | "sale-doubtful",
      severity: "critical" | "medium" | "high",
    ) =>
      raiseAlarm(bench.api.deps, {
        siteId: bench.site.siteId,
        key,
        kind,
        severity,
        at: bench.api.clock.now(),
        subject: { busId: bench.site.busId },
        params: kind === "sale-doubtful" ? { purchaseId: "p1", amountMinor: 5000, state: "failed" } : {},
      });
    await alarm("a1", "bus-down", "critical");
    await alarm("a2", "overload", "medium");
    await alarm("a3", "sale-doubtful", "high");
    await bench.process().look();
    expect(await bench.inbox("maintenance")).toMatchObject([
      { title: "Critical: Bus is down", text: "Bus 1" },
    ]);
    expect(await bench.inbox("manager")).toMatchObject([
      { title: "A sale of 50.00 CNY did not reach its meter" },
    ]);
    await bench.settings("maintenance", { alarmSeverity: "medium" });
    bench.api.clock.advance(MINUTE_MS);
    await alarm("a2", "overload", "medium");
    await alarm("a1", "bus-down", "critical");
    await alarm("a4", "overload", "medium");
    await bench.process().look();
    expect((await bench.inbox("maintenance")).map(({ title }) => title).sort()).toEqual([
      "Critical: Bus is down",
      "Medium: Overload",
    ]);
  });
});
