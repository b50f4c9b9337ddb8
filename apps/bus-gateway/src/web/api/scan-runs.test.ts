import { acrelAdf400l } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { BusControl } from "../../control/bus-control.ts";
import { siteConfig } from "../../testing/gateway-rig.ts";
import { busOver, pollEntry, slaves } from "../../testing/scripted-bus.ts";
import { ScanRuns } from "./scan-runs.ts";

const [CONFIG] = siteConfig([]).buses;

function started(isDead: (unitId: number) => boolean) {
  if (!CONFIG) throw new Error("the site has no bus");
  const { bus, clock } = busOver(slaves({ isDead }));
  const control = new BusControl({
    config: CONFIG,
    bus,
    clock,
    random: () => 0,
    close: () => {},
    onReturn: () => {},
  });
  return { bus, clock, control, scans: new ScanRuns([acrelAdf400l], clock) };
}

describe("a scan of a bus at work", () => {
  it("finds who is there while the polls go on in time", async () => {
    const { bus, clock, control, scans } = started((unitId) => unitId !== 3 && unitId !== 5);
    const polledMs: number[] = [];
    bus.on("reply", () => polledMs.push(clock.monotonicMs()));
    bus.setPollPlan([pollEntry(3, 2000)]);
    await clock.until(scans.run(control, [1, 2, 3, 4, 5, 6]));
    expect(scans.of(CONFIG?.id ?? "")).toMatchObject({
      state: "done",
      // Six unit ids, and whether a DL/T 645 meter is there.
      asked: 7,
      total: 7,
      found: [
        { unitId: 3, state: "answered", fits: [{ variant: "single-phase" }, { variant: "three-phase" }] },
        { unitId: 5, state: "answered" },
      ],
    });
    const gapsMs = polledMs.slice(1).map((ms, n) => ms - (polledMs[n] ?? 0));
    // A poll waits for the one question under way, a second at most.
    expect(Math.max(...gapsMs)).toBeLessThan(2000 + 1200);
    await bus.close();
  });

  it("stops when told, and says why it failed when the line goes", async () => {
    const { bus, clock, control, scans } = started(() => true);
    const busId = CONFIG?.id ?? "";
    const stopped = scans.run(control, [1, 2, 3]);
    scans.stop(busId);
    await clock.until(stopped);
    expect(scans.of(busId)).toMatchObject({ state: "stopped", found: [] });
    const failing = scans.run(control, [1, 2, 3]);
    await bus.close();
    await clock.until(failing);
    expect(scans.of(busId)).toMatchObject({ state: "failed", detail: "the bus was closed" });
  });
});
