import { acrelAdf400l, parameterBlocks, profileVariant } from "@hallmeter/meter-model";
import { pino } from "pino";
import { expect, it } from "vitest";
import type { Bus } from "../../bus/bus.ts";
import { VirtualClock } from "../../clock.ts";
import { GatewayError } from "../../errors.ts";
import { GatewayStore } from "../../store/gateway-store.ts";
import { circuitConfig } from "../../testing/gateway-rig.ts";
import { MemoryTables } from "../../testing/memory-tables.ts";
import { AlarmBook } from "../alarm-book.ts";
import type { CircuitControl } from "../circuit-control.ts";
import { MeterSide } from "./meter-side.ts";

const NAME = "loadControl.allowedTrips";
const variant = profileVariant(acrelAdf400l, "single-phase");

function rig() {
  const clock = new VirtualClock();
  const store = new GatewayStore({ tables: new MemoryTables(), clock, log: pino({ enabled: false }) });
  const alarms = new AlarmBook(store);
  const [block] = parameterBlocks(variant, [NAME]);
  if (block === undefined || !("count" in block)) throw new Error(`no register ${NAME}`);
  const meter: { value: number | "refused" } = { value: 3 };
  const bus: Pick<Bus, "read"> = {
    read: async () => {
      if (meter.value === "refused") throw new GatewayError("address-refused");
      return { words: new Array<number>(block.count).fill(meter.value), at: clock.nowMs() };
    },
  };
  const wire = { bus, unitId: 1, profile: acrelAdf400l, variant };
  const circuit = (parameters: Record<string, number>) =>
    ({ id: "c1", config: circuitConfig(1, { parameters }), wire }) as unknown as CircuitControl;
  const side = new MeterSide({ store, alarms, clock });
  const compare = async (parameters: Record<string, number> = { [NAME]: 5 }) => {
    await clock.until(side.compare(circuit(parameters), "backfill"));
  };
  return { alarms, meter, side, compare, circuit, store };
}

it("raises one alarm for parameters that differ, and clears it when they are as they shall be", async () => {
  const { alarms, meter, compare, store } = rig();
  await compare();
  await compare();
  expect(alarms.raised()).toMatchObject([
    { key: "parameters-differ:c1", params: { differing: 1, of: 1, names: `${NAME} 3 (5)` } },
  ]);
  meter.value = 5;
  await compare();
  expect(alarms.raised()).toEqual([]);
  expect(store.recentEvents(10)).toHaveLength(2);
});

it("judges nothing by what the meter does not say", async () => {
  const { alarms, meter, compare } = rig();
  meter.value = "refused";
  await compare();
  expect(alarms.raised()).toEqual([]);
  meter.value = 3;
  await compare();
  meter.value = "refused";
  await compare();
  expect(alarms.raised()).toHaveLength(1);
});

it("has nothing to differ from once nothing is desired", async () => {
  const { alarms, compare, side, circuit } = rig();
  await compare();
  side.configured(circuit({ [NAME]: 5 }));
  expect(alarms.raised()).toHaveLength(1);
  side.configured(circuit({}));
  expect(alarms.raised()).toEqual([]);
});
