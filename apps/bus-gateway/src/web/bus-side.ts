import type {
  BusStatistics,
  RelayTestProgress,
  ScanProgress,
  TracedFrame,
  UnitStatistics,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { BusControl } from "../control/bus-control.ts";
import type { GatewayControl } from "../control/gateway-control.ts";
import type { BusSide } from "../uplink/bus-reporter.ts";
import { variantFinder } from "./api/find.ts";
import { RELAY_TEST_REFUSALS, type RelayTest, type RelayTests } from "./api/relay-tests.ts";
import type { ScanRun, ScanRuns } from "./api/scan-runs.ts";
import type { BusFrames, ShownFrame } from "./frames/bus-frames.ts";

interface BusSideParts {
  control: Pick<GatewayControl, "buses" | "circuits">;
  frames: BusFrames;
  scans: ScanRuns;
  relayTests: RelayTests;
  log: Logger;
}

/** What the technician's page does at a bus, for who looks on from the server. */
export function busSide({ control, frames, scans, relayTests, log }: BusSideParts): BusSide {
  const findBus = (busId: string) => control.buses.find(({ id }) => id === busId);
  const findCircuit = (circuitId: string) => control.circuits.find(({ id }) => id === circuitId);
  const inBackground = (work: Promise<void>, what: string) =>
    void work.catch((error: unknown) => log.error({ err: error }, what));
  return {
    statistics(busId) {
      const bus = findBus(busId);
      return bus && busStatistics(bus);
    },
    followFrames(busId, tell) {
      const bus = findBus(busId);
      if (!bus) return undefined;
      return frames.follow(busId, variantFinder(bus), (told) => tell(told.map(tracedFrame)));
    },
    startScan(busId, { from, to }) {
      const bus = findBus(busId);
      if (!bus) return "the gateway does not know this bus yet";
      if (scans.of(busId)?.state === "running") return "a scan of this bus is under way";
      const unitIds = Array.from({ length: to - from + 1 }, (_, n) => from + n);
      inBackground(scans.run(bus, unitIds), "a scan failed");
      return null;
    },
    stopScan: (busId) => scans.stop(busId),
    scan(busId) {
      const run = scans.of(busId);
      return run && scanProgress(run);
    },
    startRelayTest(circuitId, by) {
      const circuit = findCircuit(circuitId);
      if (!circuit) return "the gateway does not know this circuit yet";
      const refusal = relayTests.refusal(circuit);
      if (refusal !== null) return RELAY_TEST_REFUSALS[refusal];
      inBackground(relayTests.run(circuit, by), "a relay test failed");
      return null;
    },
    relayTest(circuitId) {
      const test = relayTests.of(circuitId);
      return test && relayTestProgress(test);
    },
  };
}

function busStatistics(bus: BusControl): BusStatistics {
  const { state, plannedMilli, usedMilli, ratePerSecondMilli, foreignBytes, lanes, units } = bus.budget();
  const configured = new Set([...bus.circuits.values()].map(({ config }) => config.unitId));
  return {
    state,
    plannedMilli: Math.round(plannedMilli),
    usedMilli: Math.round(usedMilli),
    ratePerSecondMilli: Math.round(ratePerSecondMilli),
    foreignBytes,
    lanes: Object.fromEntries(
      Object.entries(lanes).map(([lane, { latenessMs, plannedMilli: planned, ...counts }]) => [
        lane,
        { ...counts, plannedMilli: Math.round(planned), latenessMs: Math.round(latenessMs) },
      ]),
    ),
    units: units
      // Who was only asked by a scan and never answered is nobody.
      .filter(({ unitId, lastReplyAt }) => configured.has(unitId) || lastReplyAt !== null)
      .map(
        ({ lastReplyAt, ...unit }): UnitStatistics => ({
          ...unit,
          lastReplyAt: lastReplyAt === null ? null : new Date(lastReplyAt).toISOString(),
        }),
      ),
  };
}

const tracedFrame = ({ number, at, direction, unitId, text, values, hex }: ShownFrame): TracedFrame => ({
  number,
  at: new Date(at).toISOString(),
  direction,
  unitId,
  text,
  values: values.map(({ name, text: value }) => ({ name, text: value })),
  hex,
});

const scanProgress = ({ state, asked, total, found, detail }: ScanRun): ScanProgress => ({
  state,
  asked,
  total,
  found: [...found],
  detail,
});

const relayTestProgress = ({ state, steps, detail }: RelayTest): RelayTestProgress => ({
  state,
  steps: [...steps],
  detail,
});
