import { DEMO_BUILDINGS, DEMO_ROOMS } from "./demo-site.ts";
import { writeJson } from "./demonstration.ts";

/** Asia/Shanghai has no daylight saving. */
const UTC_OFFSET_MINUTES = 480;
/** 5–200 ms are seen on real meters; 20 ms is a brisk one. */
const TURNAROUND_MS = 20;
/** Meters that have been in use for a while; each circuit another figure, the same at every first start. */
const initialEnergyWh = (index: number) => 120_000 + ((index * 7919) % 900) * 1000;

/** Writes what `hallmeter simulate` needs to play the demonstration site. */
export function writeSimulatedSite(path: string, statePath: string): void {
  const buses = DEMO_BUILDINGS.map((building, index) => {
    const rooms = DEMO_ROOMS.filter((room) => room.building === index);
    const count = (variant: string) => rooms.filter((room) => room.variant === variant).length;
    return {
      id: building.bus,
      line: { baud: 9600, parity: "none", stopBits: 1 },
      listen: { tcp: { port: 0 } },
      turnaroundMs: TURNAROUND_MS,
      cabinets: [
        {
          firstUnitId: 1,
          threePhaseCount: count("three-phase"),
          singlePhaseCount: count("single-phase"),
          circuits: rooms.map(({ unitId, appliances }) => ({
            unitId,
            initialEnergyWh: initialEnergyWh(index * 100 + unitId),
            appliances,
          })),
        },
      ],
    };
  });
  writeJson(path, {
    stateFile: statePath,
    // The rooms tell their story anew at every start.
    site: { utcOffsetMinutes: UTC_OFFSET_MINUTES, timetables: "restart", buses, control: { port: 0 } },
  });
}
