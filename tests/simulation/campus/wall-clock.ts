/** What a wall clock at the site shows, asked of the platform's own calendar. */
export interface Wall {
  /** YYYY-MM-DD */
  day: string;
  /** Since the clock's own 00:00; a day in which it jumps has gaps or repetitions. */
  minute: number;
  /** 1 Monday … 7 Sunday. */
  weekday: number;
  /** GMT+02:00: tells a repeated hour from the first. */
  offset: string;
}

export const MINUTE_MS = 60_000;
export const QUARTER_MS = 15 * MINUTE_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Asked once for each quarter of an hour: no clock changes within one. */
export class WallClock {
  readonly #quarters = new Map<number, Wall>();
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      weekday: "short",
      timeZoneName: "longOffset",
    });
  }

  at(atMs: number): Wall {
    const quarterMs = Math.floor(atMs / QUARTER_MS) * QUARTER_MS;
    const wall = this.#quarters.get(quarterMs) ?? this.#ask(quarterMs);
    this.#quarters.set(quarterMs, wall);
    return { ...wall, minute: wall.minute + Math.floor((atMs - quarterMs) / MINUTE_MS) };
  }

  dayAt(atMs: number): string {
    return this.at(atMs).day;
  }

  /** The first instant of the day after that of `atMs`. */
  nextDayMs(atMs: number): number {
    const { day } = this.at(atMs);
    let ms = Math.floor(atMs / QUARTER_MS) * QUARTER_MS;
    // In steps of an hour until shortly before, then exactly.
    while (this.dayAt(ms + HOUR_MS) === day) ms += HOUR_MS;
    while (this.dayAt(ms) === day) ms += QUARTER_MS;
    return ms;
  }

  #ask(atMs: number): Wall {
    const parts: Record<string, string> = {};
    for (const { type, value } of this.#format.formatToParts(atMs)) parts[type] = value;
    return {
      day: `${parts.year}-${parts.month}-${parts.day}`,
      minute: Number(parts.hour) * 60 + Number(parts.minute),
      weekday: WEEKDAYS.indexOf(parts.weekday ?? "") + 1,
      offset: parts.timeZoneName ?? "",
    };
  }
}
