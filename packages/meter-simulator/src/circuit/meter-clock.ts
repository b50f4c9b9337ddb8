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

/** 090B–090E: second/minute, hour/weekday, day/month, year/reserved, one binary byte each. The weekday is 1 (Monday) to 7. */
export function clockWords(localMs: number): number[] {
  const local = new Date(localMs);
  return [
    (local.getUTCSeconds() << 8) | local.getUTCMinutes(),
    (local.getUTCHours() << 8) | (local.getUTCDay() || 7),
    (local.getUTCDate() << 8) | (local.getUTCMonth() + 1),
    (local.getUTCFullYear() % 100) << 8,
  ];
}

/** The local time of four clock words, or undefined when they show no real date. */
export function localMsOfClockWords(words: readonly number[]): number | undefined {
  const [secondMinute = 0, hourWeekday = 0, dayMonth = 0, year = 0] = words;
  const fields = [
    2000 + (year >>> 8),
    (dayMonth & 0xff) - 1,
    dayMonth >>> 8,
    hourWeekday >>> 8,
    secondMinute & 0xff,
    secondMinute >>> 8,
  ] as const;
  const localMs = Date.UTC(...fields);
  const back = new Date(localMs);
  const shown = [
    back.getUTCFullYear(),
    back.getUTCMonth(),
    back.getUTCDate(),
    back.getUTCHours(),
    back.getUTCMinutes(),
    back.getUTCSeconds(),
  ];
  return shown.every((value, index) => value === fields[index]) ? localMs : undefined;
}
