import type { BusControl } from "../../control/bus-control.ts";

/** One bus for the page. Units that were only asked by a scan and never answered are left out. */
export function busView(bus: BusControl) {
  const { units, entries: _entries, ...budget } = bus.budget();
  const { name, pipe, line, pollIntervalMs } = bus.config;
  const circuits = [...bus.circuits.values()];
  return {
    ...budget,
    id: bus.id,
    name,
    pipe: pipeText(pipe),
    line,
    pollIntervalMs,
    units: units
      .map((unit) => ({
        ...unit,
        circuits: circuits
          .filter(({ config }) => config.unitId === unit.unitId)
          .map(({ id, config }) => ({ id, name: config.name })),
      }))
      .filter((unit) => unit.circuits.length > 0 || unit.lastReplyAt !== null),
  };
}

function pipeText(pipe: BusControl["config"]["pipe"]): string {
  switch (pipe.kind) {
    case "serial":
      return pipe.path;
    case "rtu-tcp":
    case "modbus-tcp":
      return `${pipe.kind} ${pipe.host}:${pipe.port}`;
    case "dial-in":
      return pipe.kind;
  }
}

export type BusView = ReturnType<typeof busView>;
