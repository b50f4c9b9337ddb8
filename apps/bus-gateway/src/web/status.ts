import type { BusControl } from "../control/bus-control.ts";
import type { CircuitControl } from "../control/circuit-control.ts";
import type { GatewayControl } from "../control/gateway-control.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { Uplink } from "../uplink/uplink.ts";

export interface StatusSources {
  control: GatewayControl;
  store: GatewayStore;
  uplink: Uplink;
  startedAt: string;
}

function busStatus(bus: BusControl) {
  const { units, lanes, ...budget } = bus.budget();
  return { name: bus.config.name, pipe: bus.config.pipe, line: bus.config.line, ...budget, lanes, units };
}

function circuitStatus(circuit: CircuitControl, control: GatewayControl) {
  const { config, lastSample } = circuit;
  const decision = control.config === null ? null : circuit.decide(control.config.safety);
  return {
    circuitId: circuit.id,
    name: config.name,
    busId: config.busId,
    unitId: config.unitId,
    ...circuit.visible(),
    /** Why the relay is not as intended, if it is not. */
    waitsFor: decision?.type === "wait" ? decision.why : null,
    balanceMicro: control.balanceMicro(config.householdId),
    switching: circuit.switching,
    lastSample,
  };
}

/** Everything a technician asks first: buses with lanes and units, circuits with holds, what the server has not yet. */
export function gatewayStatus({ control, store, uplink, startedAt }: StatusSources) {
  return {
    startedAt,
    gatewayId: control.config?.gatewayId ?? null,
    siteId: control.config?.siteId ?? null,
    uplink: uplink.status(),
    outbox: store.outbox.size(),
    bulkGuard: control.bulk,
    commandsWaiting: control.commands.waiting,
    alarms: control.alarms.raised(),
    buses: control.buses.map(busStatus),
    circuits: control.circuits.map((circuit) => circuitStatus(circuit, control)),
  };
}
