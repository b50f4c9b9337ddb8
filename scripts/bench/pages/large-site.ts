import type { Sample } from "@hallmeter/meter-model";

export interface LargePlaces {
  siteId: string;
  administrator: { login: string; password: string };
  gatewayToken: string;
  circuits: LargeCircuit[];
}

export interface LargeSite extends LargePlaces {
  /** How many there were to begin with. */
  alarms: number;
}

export interface LargeCircuit {
  circuitId: string;
  meterId: string;
  busId: string;
  /** Null: the room is vacant. */
  householdId: string | null;
  /** What its register shows. */
  wh: number;
}

export function sampleOf(
  { circuitId, wh }: Pick<LargeCircuit, "circuitId" | "wh">,
  atMs: number,
  activePowerW: number,
): Sample {
  return {
    circuitId,
    at: new Date(atMs).toISOString(),
    energyWh: wh - (wh % 10),
    activePowerW,
    reactivePowerVar: 20,
    voltageDv: 2301,
    currentCa: Math.round((activePowerW / 230.1) * 100),
    powerFactorMilli: 986,
    frequencyCHz: 5000,
    relay: "closed",
    flags: [],
  };
}

export const inParts = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
