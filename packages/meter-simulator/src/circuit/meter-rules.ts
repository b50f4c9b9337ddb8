import type { ForcedState } from "./circuit-view.ts";
import type { LoadControl } from "./own-controls.ts";

/** Credit that a meter holds, in its own smallest unit: 0.01 of money, or 0.01 kWh. */
export interface CreditRules {
  isOn: boolean;
  /** Thousandths of the smallest unit for each kWh. */
  priceMilliPerKWh: number;
  alarm1Minor: number;
  alarm2Minor: number;
  /** How far below zero it lets the credit fall before it cuts. */
  overdraftMinor: number;
  /** Once cut, it closes only above this; without one, above where it cuts. */
  closeAboveMinor?: number;
  basicMinor: number;
}

/** What a meter has been told, wherever its protocol keeps it. */
export interface MeterRules {
  forced(): ForcedState;
  credit(): CreditRules;
  purchaseCount(): number;
  loadControl(): LoadControl;
  countTrip(tripCount: number): void;
  isTimeOff(atMs: number): boolean;
  /** When the verdict may change by time alone, in ms since the start of the simulation. */
  nextLookMs(atMs: number): number;
}

export const NO_LOAD_CONTROL: LoadControl = {
  isOn: false,
  maxPowerW: 0,
  tripCount: 0,
  allowedTrips: 0,
  recoveryMs: 0,
};

export const NO_CREDIT: CreditRules = {
  isOn: false,
  priceMilliPerKWh: 0,
  alarm1Minor: 0,
  alarm2Minor: 0,
  overdraftMinor: 0,
  basicMinor: 0,
};
