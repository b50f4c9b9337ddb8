import type { Command, ParameterRow } from "@hallmeter/meter-model";
import { afterEach, describe, expect, it } from "vitest";
import { creditPosition, RIG_START_MS, STAFF } from "../../apps/bus-gateway/src/testing/gateway-rig.ts";
import { METER_UNIT, MeterRig } from "../support/meter-rig.ts";

/** Manual V1.2, 9.4: load control 0700, allowed trips 0705; alarm 1 0509. */
const ALLOWED_TRIPS = 0x0705;
const DESIRED = { "prepaid.alarm1Minor": 2000, "loadControl.switch": 1, "loadControl.allowedTrips": 3 };

let rig: MeterRig;
async function start(circuit: ConstructorParameters<typeof MeterRig>[0]): Promise<void> {
  rig = new MeterRig(circuit);
  await rig.gateway.start();
  await rig.gateway.pass(20);
}
afterEach(() => rig.close());

let commands = 0;
async function send(action: Command["action"]): Promise<string> {
  const id = `k${++commands}`;
  const command = rig.gateway.command({ id, action, by: STAFF });
  rig.gateway.server.tell({ type: "command", command });
  await rig.gateway.pass(20);
  return rig.gateway.results(id).at(-1) ?? "";
}
const reports = (): ParameterRow[][] => rig.gateway.server.of("parameters").map(({ report }) => report.rows);
const statesOf = (rows: ParameterRow[] | undefined) =>
  Object.fromEntries((rows ?? []).map(({ name, state, outcome }) => [name, outcome ?? state]));

describe("parameters of the simulator's ADF400L", () => {
  it("are compared soon after the start, and found out when the meter was set by hand", async () => {
    await start({ parameters: DESIRED });
    expect(reports()).toHaveLength(1);
    expect(statesOf(reports()[0])).toEqual({
      "prepaid.alarm1Minor": "differs",
      "loadControl.switch": "differs",
      "loadControl.allowedTrips": "differs",
    });
    expect(await send("repair-parameters")).toBe("confirmed");
    rig.writeAtMeter(ALLOWED_TRIPS, [9]);
    expect(await send("compare-parameters")).toBe("confirmed");
    expect(reports().at(-1)).toContainEqual({
      name: "loadControl.allowedTrips",
      desired: 3,
      actual: 9,
      state: "differs",
    });
  });

  it("are repaired and read back; a second repair writes nothing", async () => {
    await start({ parameters: DESIRED });
    expect(await send("repair-parameters")).toBe("confirmed");
    expect(statesOf(reports().at(-1))).toEqual({
      "prepaid.alarm1Minor": "repaired",
      "loadControl.switch": "repaired",
      "loadControl.allowedTrips": "repaired",
    });
    expect(rig.readAtMeter(ALLOWED_TRIPS, 1)).toEqual([3]);
    const written = rig.framesSent(0x10);
    expect(await send("repair-parameters")).toBe("confirmed");
    expect(rig.framesSent(0x10)).toBe(written);
  });

  it("of which one cannot be put right are named one by one, and the next repair tries that one again", async () => {
    await start({ parameters: DESIRED });
    let isLost = true;
    rig.beforeWrite = (address) => {
      if (address === ALLOWED_TRIPS && isLost)
        rig.site.setFault({ kind: "dead-unit", busId: "b1", unitId: METER_UNIT, forS: 0.9 });
    };
    expect(await send("repair-parameters")).toBe("failed parameters-differ");
    expect(statesOf(reports().at(-1))).toMatchObject({
      "prepaid.alarm1Minor": "repaired",
      "loadControl.switch": "repaired",
    });
    expect(statesOf(reports().at(-1))["loadControl.allowedTrips"]).toBe("unchanged");
    isLost = false;
    const written = rig.framesSent(0x10);
    expect(await send("repair-parameters")).toBe("confirmed");
    expect(rig.framesSent(0x10)).toBe(written + 1);
    expect(statesOf(reports().at(-1))).toEqual({
      "prepaid.alarm1Minor": "same",
      "loadControl.switch": "same",
      "loadControl.allowedTrips": "repaired",
    });
  });

  it("of a dead meter are not judged", async () => {
    await start({ parameters: DESIRED });
    const before = reports().length;
    rig.site.setFault({ kind: "dead-unit", busId: "b1", unitId: METER_UNIT });
    expect(await send("compare-parameters")).toBe("failed unit-offline");
    expect(reports()).toHaveLength(before);
  });
});

describe("a household whose meter holds its credit", () => {
  const used = { registers: [{ circuitId: "c1", at: new Date(RIG_START_MS).toISOString(), energyWh: 0 }] };

  it("is not cut by the gateway, whatever the books say, and the meter's own credit is told", async () => {
    await start({ creditPlace: "meter" });
    rig.gateway.server.tell({ type: "credit", position: creditPosition(1, -1_000_000, used) });
    await rig.gateway.pass(60);
    expect(rig.gateway.holds("c1")).toEqual([]);
    expect(rig.site.circuit("b1", METER_UNIT).relay).toBe("closed");
    expect(rig.gateway.server.of("meter-credit").at(-1)?.report).toMatchObject({
      circuitId: "c1",
      remainingMinor: rig.credit().remainingMinor,
      purchaseCount: 1,
    });
  });

  it("is cut again once its credit lives on the server", async () => {
    await start({ creditPlace: "meter" });
    rig.gateway.server.tell({ type: "credit", position: creditPosition(1, -1_000_000, used) });
    await rig.gateway.pass(60);
    await rig.configure({ creditPlace: "server" });
    await rig.gateway.pass(60);
    expect(rig.gateway.holds("c1")).toEqual(["credit"]);
    await rig.configure({ creditPlace: "meter" });
    await rig.gateway.pass(60);
    expect(rig.gateway.holds("c1")).toEqual([]);
  });
});
