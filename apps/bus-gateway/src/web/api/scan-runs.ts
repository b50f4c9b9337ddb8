import type { Profile, UnitId } from "@hallmeter/meter-model";
import type { ProfileTiming } from "../../bus/bus.ts";
import type { Clock } from "../../clock.ts";
import type { BusControl } from "../../control/bus-control.ts";
import { isGatewayError } from "../../errors.ts";
import { busProbe } from "../../tools/scan/probe.ts";
import { scanDlt645 } from "../../tools/scan/scan-dlt645.ts";
import { type FoundUnit, PATIENT_ALLOWANCE_MS, scanUnits } from "../../tools/scan/scan-units.ts";

export interface ScanRun {
  state: "running" | "stopped" | "done" | "failed";
  asked: number;
  total: number;
  found: FoundUnit[];
  /** Why it failed, for a person. */
  detail: string | null;
}

/** Scans of buses that go on with everything else meanwhile; the last one of each bus is kept. */
export class ScanRuns {
  readonly #profiles: readonly Profile[];
  readonly #clock: Clock;
  readonly #runs = new Map<string, ScanRun>();

  constructor(profiles: readonly Profile[], clock: Clock) {
    this.#profiles = profiles;
    this.#clock = clock;
  }

  of(busId: string): ScanRun | null {
    return this.#runs.get(busId) ?? null;
  }

  stop(busId: string): void {
    const run = this.#runs.get(busId);
    if (run?.state === "running") run.state = "stopped";
  }

  /** Resolves when it is over. */
  async run(bus: BusControl, unitIds: readonly number[]): Promise<void> {
    const run: ScanRun = { state: "running", asked: 0, total: unitIds.length, found: [], detail: null };
    this.#runs.set(bus.id, run);
    try {
      const common = {
        probe: busProbe(bus.bus, (unitId) => knownTiming(bus, unitId)),
        profiles: this.#profiles,
        isStopped: () => run.state !== "running",
        onAsked: () => {
          run.asked += 1;
        },
        onFound: (unit: FoundUnit) => {
          run.found.push(unit);
        },
      };
      await scanUnits({
        ...common,
        unitIds,
        clock: this.#clock,
        firstAllowanceMs: PATIENT_ALLOWANCE_MS,
      });
      await scanDlt645({
        ...common,
        onMore: (questions) => {
          run.total += questions;
        },
      });
      if (run.state === "running") run.state = "done";
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      run.state = "failed";
      run.detail = error.message;
    }
  }
}

/** The pace of a meter that the gateway polls anyway: a scan must not teach the bus that it answers faster. */
function knownTiming({ circuits }: BusControl, unitId: UnitId): ProfileTiming | undefined {
  return [...circuits.values()].find(({ config }) => config.unitId === unitId)?.wire.profile;
}
