import { safetyPolicySchema } from "@hallmeter/meter-model";
import { expect, it } from "vitest";
import type { Bus, BusEvents } from "../bus/bus.ts";
import { siteConfig } from "../testing/gateway-rig.ts";
import { SimulationClock } from "../testing/simulation/simulation-clock.ts";
import { BusControl } from "./bus-control.ts";
import type { CircuitControl } from "./circuit-control.ts";

const HOUR_MS = 3_600_000;
const policy = safetyPolicySchema.parse({});

it("tells a new circuit that its unit is there, when a scan has heard it before", () => {
  const [config] = siteConfig([]).buses;
  if (config === undefined) throw new Error("the site has no bus");
  let unitChanged: (unit: BusEvents["unit"]) => void = () => {};
  const bus = {
    on: (event: keyof BusEvents, listener: typeof unitChanged) => {
      if (event === "unit") unitChanged = listener;
      return () => {};
    },
  };
  const clock = new SimulationClock(Date.UTC(2026, 0, 2));
  let returns = 0;
  const control = new BusControl({
    config,
    bus: bus as unknown as Bus,
    clock,
    random: () => 0,
    close: () => {},
    onReturn: () => {
      returns += 1;
    },
  });
  unitChanged({ unitId: 7, presence: "online", at: 0 });
  const heard: string[] = [];
  for (const unitId of [7, 8]) {
    const circuit = {
      config: { unitId },
      setPresence: (presence: string) => heard.push(`${unitId} ${presence}`),
    };
    control.circuits.set(`c${unitId}`, circuit as unknown as CircuitControl);
  }
  control.arranged(config);
  expect(heard).toEqual(["7 online"]);
  unitChanged({ unitId: 7, presence: "offline", at: 1 });
  expect(returns).toBe(1);
  unitChanged({ unitId: 7, presence: "online", at: 2 });
  expect(returns).toBe(2);
});

it("S7: closes one a second although the clock has been set back by an hour", async () => {
  const [config] = siteConfig([]).buses;
  if (config === undefined) throw new Error("the site has no bus");
  const clock = new SimulationClock(Date.UTC(2026, 0, 2));
  const closedAtMs: number[] = [];
  const bus: Pick<Bus, "on"> = { on: () => () => {} };
  const control = new BusControl({
    config,
    bus: bus as Bus,
    clock,
    random: () => 0,
    close: ({ id }) => {
      closedAtMs.push(clock.monotonicMs());
      control.circuits.delete(id);
    },
    onReturn: () => {},
  });
  for (const id of ["c1", "c2", "c3"]) {
    const waiting: Pick<CircuitControl, "id" | "decide" | "isByPerson"> = {
      id,
      decide: () => ({ type: "operate", relay: "closed", isAutomatic: true }),
      isByPerson: () => false,
    };
    control.circuits.set(id, waiting as CircuitControl);
  }
  control.releaseNext(policy);
  clock.jump(-HOUR_MS);
  await clock.runTo(10_000);
  expect(closedAtMs).toEqual([0, 1000, 2000]);
});
