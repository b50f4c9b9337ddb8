import { DEMO_BUILDINGS, DEMO_ROOMS, DEMO_UTC_OFFSET_MINUTES, MASTER_UNIT_ID } from "./demo-site.ts";
import { masterRegisterAtStartWh, registerAtStartWh } from "./demo-use.ts";
import { writeJson } from "./demonstration.ts";

/** 5–200 ms are seen on real meters; 20 ms is a brisk one. */
const TURNAROUND_MS = 20;

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
          circuits: rooms.map((room) => ({
            unitId: room.unitId,
            initialEnergyWh: registerAtStartWh(room),
            appliances: room.appliances,
          })),
        },
      ],
      // Stands before the cabinet and sees every load behind it, those that are cut too: what a loss report is there to find.
      meters: [
        {
          profile: "acrel-1352",
          unitId: MASTER_UNIT_ID,
          variant: "three-phase",
          initialEnergyWh: masterRegisterAtStartWh(),
          appliances: rooms.flatMap(({ appliances }) => appliances),
        },
      ],
    };
  });
  writeJson(path, {
    stateFile: statePath,
    // The rooms tell their story anew at every start.
    site: { utcOffsetMinutes: DEMO_UTC_OFFSET_MINUTES, timetables: "restart", buses, control: { port: 0 } },
  });
}
