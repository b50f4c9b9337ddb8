/** 1 Wh = 3600 Ws; 1 mW for 1 ms is 1 µWs. */
const MICRO_WS_PER_WH = 3_600_000_000;
const MICRO_WS_PER_MILLI_WH = MICRO_WS_PER_WH / 1000;

/** Exact energy: whole Wh and what has been counted towards the next, in µWs. Integers below 2^53. */
export interface EnergyReading {
  wh: number;
  microWs: number;
}

/**
 * Adds power × time without ever rounding. `powerMw` ≤ 10⁸ (100 kW) and `durationMs` ≤ 10⁷ keep the product exact; the
 * caller advances in steps of at most that.
 */
export function addEnergy(reading: EnergyReading, powerMw: number, durationMs: number): EnergyReading {
  const microWs = reading.microWs + powerMw * durationMs;
  const wholeWh = Math.floor(microWs / MICRO_WS_PER_WH);
  return { wh: reading.wh + wholeWh, microWs: microWs - wholeWh * MICRO_WS_PER_WH };
}

export function sumEnergies(readings: readonly EnergyReading[]): EnergyReading {
  return readings.reduce(
    (sum, { wh, microWs }) => addEnergy({ wh: sum.wh + wh, microWs: sum.microWs }, microWs, 1),
    { wh: 0, microWs: 0 },
  );
}

/** Thousandths of a Wh, rounded down. */
export function milliWh({ wh, microWs }: EnergyReading): number {
  return wh * 1000 + Math.floor(microWs / MICRO_WS_PER_MILLI_WH);
}
