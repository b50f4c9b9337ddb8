/** What a command line does on a bus without a gateway. */
export { openBus } from "../bus/open-bus.ts";
export { systemClock } from "../clock.ts";
export { isGatewayError } from "../errors.ts";
export { pipeFor } from "../pipe/pipe-for.ts";
export {
  type AddressPlanMistake,
  CABINET_FRAMES,
  type CabinetContent,
  type CabinetFrame,
  type PlannedBus,
  planAddresses,
  spreadOverCabinets,
} from "./address-plan.ts";
export { parseBusUrl } from "./bus-url.ts";
export { describeReading, readCircuit } from "./read-circuit.ts";
export { type FoundAt, type ScanProgress, scanBus } from "./scan/scan-bus.ts";
export { describeRelayOutcome, switchRelay } from "./switch-relay.ts";
export { listenOnBus, type TracedFrame } from "./trace/listen-on-bus.ts";
