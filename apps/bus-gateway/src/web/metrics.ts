import { Gauge, Registry } from "prom-client";
import type { UnitBudget } from "../bus/bus.ts";
import type { StatusSources } from "./status.ts";

type UnitCounter = Extract<
  keyof UnitBudget,
  "replies" | "timeouts" | "crcErrors" | "protocolErrors" | "exceptions"
>;

/** What units did, by the name it has in the metric. */
const OUTCOMES = {
  reply: "replies",
  timeout: "timeouts",
  crc: "crcErrors",
  protocol: "protocolErrors",
  exception: "exceptions",
} as const satisfies Record<string, UnitCounter>;

/** The budget of every bus and what waits for the server, in Prometheus' form; read when somebody asks. */
export function gatewayMetrics({ control, store, uplink }: StatusSources): Registry {
  const registry = new Registry();
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect: (set: (labels: Record<Label, string>, value: number) => void) => void,
  ) =>
    new Gauge({
      name: `hallmeter_gateway_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset();
        collect((labels, value) => this.set(labels, value));
      },
    });
  const budgets = () => control.buses.map((bus) => ({ bus: bus.config.name, budget: bus.budget() }));

  gauge("bus_up", "1 while the bus is connected and not jammed", ["bus"], (set) => {
    for (const { bus, budget } of budgets()) set({ bus }, budget.state === "up" ? 1 : 0);
  });
  gauge(
    "bus_share",
    "Share of the wire: planned by the polls, used in the last minute",
    ["bus", "of"],
    (set) => {
      for (const { bus, budget } of budgets()) {
        set({ bus, of: "planned" }, budget.plannedMilli / 1000);
        set({ bus, of: "used" }, budget.usedMilli / 1000);
      }
    },
  );
  gauge("bus_lane_waiting", "Requests that wait, by lane", ["bus", "lane"], (set) => {
    for (const { bus, budget } of budgets())
      for (const [lane, { waiting }] of Object.entries(budget.lanes)) set({ bus, lane }, waiting);
  });
  gauge("bus_lane_lateness_seconds", "Worst wait of the last minute, by lane", ["bus", "lane"], (set) => {
    for (const { bus, budget } of budgets())
      for (const [lane, { latenessMs }] of Object.entries(budget.lanes))
        set({ bus, lane }, latenessMs / 1000);
  });
  gauge(
    "unit_outcomes",
    "Transactions since the start, by what came of them",
    ["bus", "unit", "outcome"],
    (set) => {
      for (const { bus, budget } of budgets())
        for (const unit of budget.units)
          for (const [outcome, counter] of Object.entries(OUTCOMES))
            set({ bus, unit: String(unit.unitId), outcome }, unit[counter]);
    },
  );
  gauge("outbox_bytes", "What waits for the server, on the disk", [], (set) =>
    set({}, store.outbox.size().bytes),
  );
  gauge("server_reached", "1 while the server takes batches", [], (set) =>
    set({}, uplink.status().isOnline ? 1 : 0),
  );
  return registry;
}
