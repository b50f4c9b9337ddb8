import { INTERVAL_MS, INTERVALS_PER_DAY } from "../../../apps/vending-api/src/rating/profile-marks.ts";

/** Registers of the meters count hundredths of a kWh. */
const REGISTER_STEP_WH = 10;
/** Mean power by the hour of the local day: a room in which somebody sleeps, leaves, comes back and cooks. */
const HOUR_W = [
  60, 40, 40, 40, 40, 50, 120, 180, 110, 60, 60, 70, 160, 120, 70, 60, 70, 110, 260, 320, 280, 240, 180, 90,
] as const;
const SUMMER_W = 220;
const DAYS_OF_YEAR = 365;

/** What the register of one circuit showed at the ends of quarters of an hour. */
export interface RegisterPast {
  /** The first interval, counted since the epoch. */
  first: number;
  /** At its beginning. */
  firstWh: number;
  /** At the end of each. */
  readingsWh: number[];
}

/** Made up, and the same for the same circuit at the same time. `localOffsetMs`: the site's clock less UTC. */
export function registerPast(
  circuit: number,
  {
    fromMs,
    toMs,
    firstWh,
    localOffsetMs,
  }: { fromMs: number; toMs: number; firstWh: number; localOffsetMs: number },
): RegisterPast {
  const first = Math.floor(fromMs / INTERVAL_MS);
  const end = Math.floor(toMs / INTERVAL_MS);
  const habit = 0.6 + ((circuit * 37) % 11) / 10;
  const readingsWh: number[] = [];
  let exactWh = firstWh;
  for (let interval = first; interval < end; interval += 1) {
    const local = interval + localOffsetMs / INTERVAL_MS;
    const hour = Math.floor((local % INTERVALS_PER_DAY) / 4);
    const day = Math.floor(local / INTERVALS_PER_DAY);
    const warmth = Math.max(0, -Math.cos((2 * Math.PI * (day % DAYS_OF_YEAR)) / DAYS_OF_YEAR));
    const dice = ((interval * 7919 + circuit * 104_729) % 97) / 97;
    const powerW = ((HOUR_W[hour] ?? 0) + SUMMER_W * warmth * (hour > 17 ? 1 : 0.2)) * habit * (0.5 + dice);
    exactWh += powerW / 4;
    readingsWh.push(Math.floor(exactWh / REGISTER_STEP_WH) * REGISTER_STEP_WH);
  }
  return { first, firstWh, readingsWh };
}

export function readingAtWh({ first, firstWh, readingsWh }: RegisterPast, atMs: number): number {
  const past = Math.floor(atMs / INTERVAL_MS) - first;
  return past <= 0 ? firstWh : (readingsWh[Math.min(past, readingsWh.length) - 1] ?? firstWh);
}
