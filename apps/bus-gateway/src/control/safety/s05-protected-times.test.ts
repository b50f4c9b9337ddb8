import { safetyPolicySchema } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { circuitConfig, creditPosition, POLICY } from "../../testing/gateway-rig.ts";
import { startedRigs } from "../../testing/started-rigs.ts";
import { CLOSING, CREDIT_CUT } from "../../testing/switch-view.ts";
import { decideOperation, type SwitchView } from "./decide-operation.ts";
import { protectedMoment } from "./protected-times.ts";

const NOW = Date.UTC(2026, 0, 2, 2, 0, 0);
const start = startedRigs();

// The rig starts on Friday, 2 January, at 10:00.
const every = (from: string, to: string) => {
  const day = [{ from, to }];
  return { workday: day, "rest-day": day, holiday: day };
};
const protectedFrom = (from: string, to: string) =>
  safetyPolicySchema.parse({ protectedTimes: every(from, to) });

describe("S5: nights, weekends, holidays and weather are protected", () => {
  const nights = [
    { from: "22:00", to: "24:00" },
    { from: "00:00", to: "06:00" },
  ];
  const wholeDay = [{ from: "00:00", to: "24:00" }];
  const policy = safetyPolicySchema.parse({
    protectedTimes: { workday: nights, "rest-day": wholeDay, holiday: wholeDay },
  });
  const calendar = { holidays: ["2026-01-07"], restWeekdays: [6, 7] };
  it.each([
    ["a workday's morning", "2026-01-05T10:00:00+08:00", false],
    ["its night", "2026-01-05T23:30:00+08:00", true],
    ["the hour before dawn", "2026-01-06T05:59:00+08:00", true],
    ["a Saturday's noon", "2026-01-03T12:00:00+08:00", true],
    ["a holiday's noon", "2026-01-07T12:00:00+08:00", true],
  ])("%s", (_, at, isProtected) => {
    expect(protectedMoment(policy, Date.parse(at), "Asia/Shanghai", calendar).isProtected).toBe(isProtected);
  });

  it("and a day of bad weather, by hand", () => {
    const storm = safetyPolicySchema.parse({ isWeatherProtected: true });
    const noon = Date.parse("2026-01-05T12:00:00+08:00");
    expect(protectedMoment(storm, noon, "Asia/Shanghai", calendar).isProtected).toBe(true);
  });
});

describe("S5: they are checked at the gateway, at the moment of execution", () => {
  it.each<{ why: string; view: SwitchView; expected: object }>([
    { why: "a cut for credit waits", view: CREDIT_CUT, expected: { why: "protected-time" } },
    {
      why: "a reminder waits",
      view: { ...CREDIT_CUT, heldBy: ["reminder"] },
      expected: { why: "protected-time" },
    },
    {
      why: "an overload does not",
      view: { ...CREDIT_CUT, heldBy: ["credit", "overload"] },
      expected: { relay: "open" },
    },
    { why: "nor a person", view: { ...CREDIT_CUT, isByPerson: true }, expected: { relay: "open" } },
    { why: "nor a closing", view: CLOSING, expected: { relay: "closed" } },
  ])("$why", ({ view, expected }) => {
    expect(decideOperation({ ...view, isProtectedTime: true }, POLICY, NOW)).toMatchObject(expected);
  });

  it("a cut that could not be made before waits", async () => {
    const rig = await start({ balanceMicro: -10, site: { safety: protectedFrom("10:01", "12:00") } });
    // The hold of 10:00 stands, and somebody has closed the relay by hand since.
    expect(rig.unit(1).relay).toBe("open");
    await rig.pass(90);
    rig.unit(1).relay = "closed";
    await rig.pass(60);
    expect(rig.writes).toHaveLength(1);
    expect(rig.unit(1).relay).toBe("closed");
  });

  it("weather spares no overload and no person's command", async () => {
    const overload = {
      maxPowerW: 1500,
      delayS: 10,
      recloseAfterS: 600,
      reclosesPerWindow: 3,
      windowS: 3600,
      residentMayRelease: false,
    };
    const rig = await start({
      circuits: [circuitConfig(1, { rules: { overload } }), circuitConfig(2), circuitConfig(3)],
      balanceMicro: -10,
      site: { safety: safetyPolicySchema.parse({ isWeatherProtected: true }) },
    });
    rig.unit(1).setLoad(3000);
    rig.server.tell({ type: "command", command: rig.command({ id: "k1", circuitId: "c2", action: "open" }) });
    await rig.pass(30);
    expect([1, 2, 3].map((unitId) => rig.unit(unitId).relay)).toEqual(["open", "open", "closed"]);
  });
});

describe("S5: use becomes debt, taken from the next purchase", () => {
  it("the cut comes when the time ends, and a purchase closes only above the debt", async () => {
    const rig = await start({ balanceMicro: -10, site: { safety: protectedFrom("09:00", "10:05") } });
    rig.unit(1).setLoad(3000);
    await rig.pass(240);
    expect(rig.writes).toEqual([]);
    expect(rig.control.balanceMicro("h1")).toBeLessThan(-100_000);
    await rig.pass(60);
    expect(rig.writes).toMatchObject([{ relay: "open" }]);
    rig.unit(1).setLoad(0);
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
});
