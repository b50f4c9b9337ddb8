/** What a command line does on a bus without a gateway. */
export { openBus } from "../bus/open-bus.ts";
export { systemClock } from "../clock.ts";
export { isGatewayError } from "../errors.ts";
export { parseBusUrl } from "./bus-url.ts";
export { describeReading, readCircuit } from "./read-circuit.ts";
export { describeRelayOutcome, switchRelay } from "./switch-relay.ts";
