/** Which of the meter's own controls want the relay open. ADF400L manual V1.2, 7.2. */
export interface OwnVerdict {
  arrears: boolean;
  overLimit: boolean;
  timeOff: boolean;
}

export const NO_VERDICT: OwnVerdict = { arrears: false, overLimit: false, timeOff: false };

export interface LoadControl {
  isOn: boolean;
  maxPowerW: number;
  tripCount: number;
  allowedTrips: number;
  recoveryMs: number;
}

/** When the load control closes again: a time, never by itself, or not tripped. */
export type LoadTrip = { untilMs: number | null } | undefined;

/** One step of the load control: too much power trips; after `allowedTrips` it stays open until the count is set back. */
export function stepLoadControl(
  trip: LoadTrip,
  control: LoadControl,
  activePowerW: number,
  atMs: number,
): { trip: LoadTrip; tripCount: number } {
  const { tripCount } = control;
  if (!control.isOn) return { trip: undefined, tripCount };
  if (trip) {
    const isOver = trip.untilMs === null ? tripCount <= control.allowedTrips : atMs >= trip.untilMs;
    return { trip: isOver ? undefined : trip, tripCount };
  }
  if (control.maxPowerW === 0 || activePowerW <= control.maxPowerW) return { trip, tripCount };
  const isLast = tripCount + 1 > control.allowedTrips;
  return { trip: { untilMs: isLast ? null : atMs + control.recoveryMs }, tripCount: tripCount + 1 };
}

interface SwitchEvent {
  isOn: boolean;
  minuteOfDay: number;
}

const EVENTS_PER_DAY = 8;

/** 8 × [switch, hour, minute], one byte each, two bytes a register; an entry 0 0 0 is unused. */
function switchEvents(table: readonly number[]): SwitchEvent[] {
  const bytes = table.flatMap((word) => [word >>> 8, word & 0xff]);
  const events: SwitchEvent[] = [];
  for (let index = 0; index < EVENTS_PER_DAY; index++) {
    const [isOn = 0, hour = 0, minute = 0] = bytes.slice(3 * index, 3 * index + 3);
    if (isOn || hour || minute) events.push({ isOn: isOn !== 0, minuteOfDay: 60 * hour + minute });
  }
  return events.sort((a, b) => a.minuteOfDay - b.minuteOfDay);
}

/** The last event of the day so far decides; before the first one, the last of the table. */
export function isTimeOff(table: readonly number[], localMs: number): boolean {
  const events = switchEvents(table);
  const minute = Math.floor(localMs / 60_000) % (24 * 60);
  const current = events.findLast(({ minuteOfDay }) => minuteOfDay <= minute) ?? events.at(-1);
  return current ? !current.isOn : false;
}

/** Rest days are the set bits of the word: bit 0 Monday to bit 6 Sunday (the manual names the word, not the bits). */
export function isRestDay(restDayWord: number, localMs: number): boolean {
  const weekday = new Date(localMs).getUTCDay() || 7;
  return (restDayWord & (1 << (weekday - 1))) !== 0;
}

/** The next full minute of a local clock, as ms since the start of the simulation. */
export function nextMinuteMs(localMs: number, atMs: number): number {
  return atMs + 60_000 - (((localMs % 60_000) + 60_000) % 60_000);
}
