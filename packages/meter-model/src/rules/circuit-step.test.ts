import { describe, expect, it } from "vitest";
import { type GatewayConfig, gatewayConfigSchema } from "../contract/gateway-config.ts";
import { CircuitRun } from "./circuit-fixture.ts";
import { circuitStepConfig } from "./circuit-step.ts";

const gateway: GatewayConfig = gatewayConfigSchema.parse({
  revision: 7,
  gatewayId: "g1",
  siteId: "s1",
  timeZone: "Asia/Shanghai",
  currency: "CNY",
  currencyDigits: 2,
  holidays: ["2025-10-01"],
  restWeekdays: [6, 7],
  safety: { bulkCutMinimum: 20, bulkCutShareMilli: 50 },
  buses: [
    {
      id: "b1",
      name: "Maple",
      pipe: { kind: "serial", path: "/dev/ttyUSB0" },
      line: { baud: 9600, parity: "none", stopBits: 1 },
      pollIntervalMs: 4000,
    },
  ],
  circuits: [
    {
      id: "c1",
      name: "101",
      meterId: "m1",
      busId: "b1",
      profile: "acrel-adf400l",
      variant: "three-phase",
      unitId: 1,
      ctRatio: 30,
      ptRatio: 2,
      householdId: "h1",
      switchRatingCa: 10_000,
      keepPower: false,
      commissionedAt: null,
      rules: {},
      lastKnownHolds: [],
    },
  ],
});

describe("circuitStepConfig", () => {
  const [circuit] = gateway.circuits;
  if (circuit === undefined) throw new Error("the fixture has one circuit");

  it("takes the circuit's settings out of the gateway's configuration", () => {
    expect(circuitStepConfig(gateway, circuit)).toMatchObject({
      circuitId: "c1",
      pollIntervalMs: 4000,
      energyStepWh: 600,
      timeZone: "Asia/Shanghai",
      calendar: { holidays: ["2025-10-01"], restWeekdays: [6, 7] },
      meterFaultOpens: false,
      creditCutsPaused: false,
    });
  });

  it("opens nothing by itself before commissioning", () => {
    expect(circuitStepConfig(gateway, circuit).automaticOpening).toBe(false);
    const commissioned = { ...circuit, commissionedAt: "2025-03-01T00:00:00Z" };
    expect(circuitStepConfig(gateway, commissioned).automaticOpening).toBe(true);
    expect(circuitStepConfig(gateway, commissioned, { automaticOpening: false }).automaticOpening).toBe(
      false,
    );
  });

  it("lets the gateway say what it alone knows", () => {
    expect(circuitStepConfig(gateway, circuit, { pollIntervalMs: 9000, calendar: null })).toMatchObject({
      pollIntervalMs: 9000,
      calendar: null,
    });
  });
});

describe("stepCircuit", () => {
  it("keeps holds of several rules apart and releases each by its own condition", () => {
    const run = new CircuitRun({ rules: {} });
    run.balance(0);
    run.run(20);
    run.command({ action: "open" });
    expect(run.kinds).toEqual(["credit", "manual"]);
    run.balance(100);
    expect(run.kinds).toEqual(["manual"]);
    run.command({ action: "close" });
    expect(run.kinds).toEqual([]);
    expect(run.told).toEqual(["hold-placed", "hold-placed", "hold-released", "hold-released"]);
  });

  it("takes holds the server remembers and ends them by their own time", () => {
    const run = new CircuitRun({}, [
      {
        kind: "manual",
        reason: "switched-off-by-staff",
        params: {},
        origin: { type: "staff", id: "u4", name: "Zhang Na" },
        since: "2025-03-03T01:00:00Z",
        until: "2025-03-03T02:00:30Z",
      },
    ]);
    run.wait(29);
    expect(run.kinds).toEqual(["manual"]);
    run.wait(1);
    expect(run.kinds).toEqual([]);
  });
});
