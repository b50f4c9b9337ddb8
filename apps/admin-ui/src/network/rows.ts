import type {
  BusStatistics,
  ParameterRow,
  RelayTestProgress,
  ScanProgress,
  ScanRange,
  TracedFrame,
  UnitId,
} from "@hallmeter/meter-model";

/** What the API answers of the network, beyond what other pages use too. */

export interface Gateway {
  id: string;
  siteId: string;
  name: string;
  lastSeenAt: string | null;
  online: boolean;
}

export interface NewGateway extends Gateway {
  /** Shown this once. */
  token: string;
}

export interface Meter {
  id: string;
  siteId: string;
  busId: string;
  name: string;
  profile: string;
  serial: string;
  firstUnitId: UnitId;
}

export interface Profile {
  id: string;
  name: string;
  manufacturer: string;
  source: string;
  variants: { id: string; phases: number; unitIdStep: number; loops: number; energyModulusWh: number }[];
}

interface Asked {
  by: { id: string; name: string };
  askedAt: string;
  toldAt: string | null;
}

export interface BusScanRow {
  id: string;
  busId: string;
  scan: (Omit<ScanProgress, "state"> & Asked & { state: ScanState; range: ScanRange }) | null;
}
/** `asked`: the gateway has not begun · `lost`: it fell silent before the end. */
export type ScanState = ScanProgress["state"] | "asked" | "lost";

export interface BusStatisticsRow {
  id: string;
  busId: string;
  at: string | null;
  statistics: BusStatistics | null;
}

export interface BusFramesRow {
  id: string;
  busId: string;
  at: string | null;
  frames: TracedFrame[];
}

export interface RelayTestRow {
  id: string;
  circuitId: string;
  test: (Omit<RelayTestProgress, "state"> & Asked & { state: RelayTestState; reason: string }) | null;
}
export type RelayTestState = RelayTestProgress["state"] | "asked" | "lost";

export interface MeterParameters {
  id: string;
  circuitId: string;
  desired: Record<string, number>;
  actual: Record<string, number>;
  differences: {
    name: string;
    desired: number;
    actual: number | null;
    state: "differs" | "unreadable" | "not-read";
    outcome?: ParameterRow["outcome"];
    code?: string;
  }[];
  readAt: string | null;
}
