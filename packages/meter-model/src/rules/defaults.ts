import type { OverloadRule, ReminderRule, ViciousLoadRule } from "./rule-config.ts";

/**
 * A dormitory room's outlet circuit: 3 kW for longer than any motor takes to start (IEC 60947-4-1 trip class 10: ≤ 10 s),
 * closed again after three minutes, three times an hour.
 */
export const defaultOverloadRule: OverloadRule = {
  maxPowerW: 3000,
  delayS: 10,
  recloseAfterS: 180,
  reclosesPerWindow: 3,
  windowS: 3600,
  residentMayRelease: false,
};

/**
 * The one rule that every site starts with, in alarm only. 0.995 lies between the recorded vacuum cleaner (at most 0.988, its
 * inrush included) and the kettle (at least 0.9999 once settled); 500 W is below the smallest common immersion heater and above
 * a room's lamps and chargers. Two settled samples of three: with polls of up to 2 s a kettle is found within 5 s of its switch.
 * The level threshold is three steps: what creeps up that far in half an hour without one step is a heater on a dimmer, not a
 * room.
 */
export const defaultViciousLoadRule: ViciousLoadRule = {
  version: 2,
  mode: "alarm",
  stepThresholdW: 500,
  factorThresholdMilli: 995,
  ranges: [{ fromW: 500, toW: 10_000 }],
  settleMs: 1500,
  confirm: { m: 2, n: 3 },
  levelThresholdW: 1500,
  levelWindowS: 1800,
  probeAfterS: 300,
  tripsPerDay: 3,
};

/** Warn at 10.00, remind at 5.00 of a currency with two digits; nothing opens by default. */
export const defaultReminderRule: ReminderRule = {
  level1Minor: 1000,
  level2Minor: 500,
  mode: "warn",
  recloseAfterS: 300,
};
