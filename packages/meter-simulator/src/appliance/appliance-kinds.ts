/** How an appliance draws power, at nominal voltage. */
export interface ApplianceKind {
  /** Settled active power, W, and reactive power, var (negative: capacitive). */
  activePowerW: number;
  reactivePowerVar: number;
  /** At the moment of switching on, P and Q are this many times the settled ones and decay with the time constant. */
  inrush: { active: number; reactive: number; timeConstantMs: number };
  /** Largest random deviation of the settled power, thousandths. */
  noiseMilli: number;
  /** A thermostat runs it for `onS` of every `onS + offS`. */
  cycle?: { onS: number; offS: number };
}

/**
 * Kettle and vacuum cleaner follow the UK-DALE recordings of nilmtk-ukdale's custom data set: the kettle settles at
 * 2,135–2,208 W with a step factor of 0.9999, the vacuum at 1,938–2,028 W and 353–361 var (0.984–0.988) after a first
 * second of 2,673 W and 569 var. The others are name-plate figures of common household models.
 */
export const APPLIANCE_KINDS = {
  kettle: {
    activePowerW: 2160,
    reactivePowerVar: 29,
    inrush: { active: 1.01, reactive: 1, timeConstantMs: 500 },
    noiseMilli: 4,
  },
  heater: {
    activePowerW: 1500,
    reactivePowerVar: 8,
    inrush: { active: 1.12, reactive: 1, timeConstantMs: 900 },
    noiseMilli: 4,
  },
  laptop: {
    activePowerW: 62,
    reactivePowerVar: -22,
    inrush: { active: 1.6, reactive: 1.6, timeConstantMs: 200 },
    noiseMilli: 120,
  },
  "air-conditioner": {
    activePowerW: 980,
    reactivePowerVar: 340,
    inrush: { active: 2.6, reactive: 4.5, timeConstantMs: 350 },
    noiseMilli: 15,
  },
  refrigerator: {
    activePowerW: 115,
    reactivePowerVar: 78,
    inrush: { active: 5, reactive: 7, timeConstantMs: 250 },
    noiseMilli: 20,
    cycle: { onS: 900, offS: 1500 },
  },
  charger: {
    activePowerW: 12,
    reactivePowerVar: -7,
    inrush: { active: 1.5, reactive: 1.5, timeConstantMs: 150 },
    noiseMilli: 60,
  },
  lamp: {
    activePowerW: 18,
    reactivePowerVar: -6,
    inrush: { active: 1.8, reactive: 1.8, timeConstantMs: 100 },
    noiseMilli: 10,
  },
  vacuum: {
    activePowerW: 1990,
    reactivePowerVar: 348,
    inrush: { active: 1.5, reactive: 2.2, timeConstantMs: 450 },
    noiseMilli: 8,
  },
} as const satisfies Record<string, ApplianceKind>;

export type ApplianceKindName = keyof typeof APPLIANCE_KINDS;
export const APPLIANCE_KIND_NAMES = Object.keys(APPLIANCE_KINDS) as [
  ApplianceKindName,
  ...ApplianceKindName[],
];
