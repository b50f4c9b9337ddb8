/** domain.md: "energy against power mismatch > 5 % over an hour". */
const TOLERANCE_PERCENT = 5;
/** Both ends of a difference are known to one register step. */
const REGISTER_STEPS = 2;
/**
 * Between two samples the power is taken to lie between theirs. Further apart, a kettle may have come and gone unseen, and
 * nothing is concluded. Range 5–300 s.
 */
const MOST_APART_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Less than that of an hour is judged together with the next one. Range 30–60 min. */
const LEAST_MS = 45 * 60_000;
const MS_PER_HOUR = 3_600_000;

/** The hour that is being compared: what the register and what the power say was used. */
export interface HourWindow<Rated> {
  fromAt: Date;
  fromWh: number;
  endsAt: Date;
  /** W × ms: the least and the most that the powers at the samples allow. */
  leastWms: number;
  mostWms: number;
  /** Samples lay too far apart, or a part is held already: no verdict. */
  isBroken: boolean;
  /** What to go back to when the hour is held. */
  rated: Rated;
}

export function beginHour<Rated>(fromAt: Date, fromWh: number, rated: Rated): HourWindow<Rated> {
  const endsAt = new Date(Math.ceil((fromAt.getTime() + LEAST_MS) / HOUR_MS) * HOUR_MS);
  return { fromAt, fromWh, endsAt, leastWms: 0, mostWms: 0, isBroken: false, rated };
}

export function addToHour<Rated>(
  hour: HourWindow<Rated>,
  powersW: { before: number | null; now: number },
  durationMs: number,
): HourWindow<Rated> {
  if (powersW.before === null || durationMs > MOST_APART_MS) return { ...hour, isBroken: true };
  const before = Math.max(0, powersW.before);
  const now = Math.max(0, powersW.now);
  return {
    ...hour,
    leastWms: hour.leastWms + Math.min(before, now) * durationMs,
    mostWms: hour.mostWms + Math.max(before, now) * durationMs,
  };
}

/** True when the energy of a whole window lies outside what its power allows. */
export function hourDisagrees(
  hour: HourWindow<unknown>,
  to: { atMs: number; readingWh: number },
  registerStepWh: number,
): boolean {
  if (hour.isBroken || to.atMs - hour.fromAt.getTime() < LEAST_MS) return false;
  const usedWh = to.readingWh - hour.fromWh;
  const leastWh = (hour.leastWms / MS_PER_HOUR) * (1 - TOLERANCE_PERCENT / 100);
  const mostWh = (hour.mostWms / MS_PER_HOUR) * (1 + TOLERANCE_PERCENT / 100);
  const stepsWh = REGISTER_STEPS * registerStepWh;
  return usedWh < leastWh - stepsWh || usedWh > mostWh + stepsWh;
}
