/** A meter's own clock: the host's wall clock, the site's offset from UTC, and its own error. */
export interface MeterClock {
  /** Local time of the meter as milliseconds, to be read with the UTC fields of a Date. */
  localMs(): number;
  /** Makes the clock show this local time. */
  set(localMs: number): void;
  jump(byMs: number): void;
  /** Error against the site's local time. */
  errorMs(): number;
}

/** Where a clock starts that has lost its battery: the first day that its registers can show. */
export const CLOCK_RESET_MS = Date.UTC(2000, 0, 1);

export function createMeterClock(nowMs: () => number, utcOffsetMinutes: number, errorMs = 0): MeterClock {
  let currentErrorMs = errorMs;
  const siteMs = () => nowMs() + utcOffsetMinutes * 60_000;
  return {
    localMs: () => siteMs() + currentErrorMs,
    set: (localMs) => {
      currentErrorMs = localMs - siteMs();
    },
    jump: (byMs) => {
      currentErrorMs += byMs;
    },
    errorMs: () => currentErrorMs,
  };
}

/** Year, month, day, weekday (1 Monday to 7), hour, minute, second of a clock. */
export interface ClockFields {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

export function clockFields(localMs: number): ClockFields {
  const local = new Date(localMs);
  return {
    year: local.getUTCFullYear() % 100,
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay() || 7,
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  };
}

/** The local time of such fields in 2000–2099, or undefined when they show no real date. */
export function localMsOfFields(fields: Omit<ClockFields, "weekday">): number | undefined {
  const { year, month, day, hour, minute, second } = fields;
  const localMs = Date.UTC(2000 + year, month - 1, day, hour, minute, second);
  const back = clockFields(localMs);
  const isReal =
    back.year === year &&
    back.month === month &&
    back.day === day &&
    back.hour === hour &&
    back.minute === minute &&
    back.second === second;
  return isReal ? localMs : undefined;
}
