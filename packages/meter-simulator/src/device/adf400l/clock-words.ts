import { clockFields, localMsOfFields } from "../../circuit/meter-clock.ts";

/** 090B–090E: second/minute, hour/weekday, day/month, year/reserved, one binary byte each. */
export function clockWords(localMs: number): number[] {
  const { year, month, day, weekday, hour, minute, second } = clockFields(localMs);
  return [(second << 8) | minute, (hour << 8) | weekday, (day << 8) | month, year << 8];
}

/** The local time of four clock words, or undefined when they show no real date. */
export function localMsOfClockWords(words: readonly number[]): number | undefined {
  const [secondMinute = 0, hourWeekday = 0, dayMonth = 0, year = 0] = words;
  return localMsOfFields({
    year: year >>> 8,
    month: dayMonth & 0xff,
    day: dayMonth >>> 8,
    hour: hourWeekday >>> 8,
    minute: secondMinute & 0xff,
    second: secondMinute >>> 8,
  });
}
