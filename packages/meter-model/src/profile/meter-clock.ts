import { DateTime } from "luxon";
import { z } from "zod";
import { MeterModelError } from "../errors.ts";
import { ianaZone } from "../time/wall-clock.ts";
import { bcdBytes, dlt645DataWrite } from "./dlt645-write.ts";
import type { Profile, ReadBlock } from "./profile.ts";
import type { MeterAccess, RegisterWrite } from "./relay-control.ts";

/** DL/T 645-2007, annex A, parameters: date with weekday, WW DD MM YY on the wire; time of day, ss mm hh. */
const DATE_AND_WEEKDAY = 0x04000101;
const TIME_OF_DAY = 0x04000102;
/** Meters show two digits of the year. */
const CENTURY = 2000;

const CLOCK_PARTS = ["second", "minute", "hour", "weekday", "day", "month", "year"] as const;
type ClockPart = (typeof CLOCK_PARTS)[number];
/** Binary numbers; weekday 0 or 7 is Sunday, year 0–99. */
type ClockParts = Record<ClockPart, number>;

/** How a Modbus meter lays its clock out: one entry a byte, high byte of the first register first, binary. */
export const modbusClockSchema = z.strictObject({
  address: z.int().min(0).max(0xffff),
  bytes: z
    .array(z.enum([...CLOCK_PARTS, "unused"]))
    .min(6)
    .refine(({ length }) => length % 2 === 0, "does not fill whole registers"),
  /** What the meter shows on a Sunday. */
  sunday: z.union([z.literal(0), z.literal(7)]),
  unsure: z.string().optional(),
});
export type ModbusClock = z.infer<typeof modbusClockSchema>;

/** Where a meter keeps its clock. Every DL/T 645 meter keeps it in the same two places. */
export type MeterClock = ModbusClock | "dlt645";

/** Undefined: the meter has no clock, or its profile does not say where. */
export function meterClock({ protocol, clock }: Pick<Profile, "protocol" | "clock">): MeterClock | undefined {
  return protocol === "dlt645" ? "dlt645" : clock;
}

export interface ClockContext {
  /** The meter shows this zone's wall clock. */
  timeZone: string;
  /** A DL/T 645 meter is set by nobody without it. */
  access?: MeterAccess;
}

/** What has to be read, in this order, to know what the meter's clock shows. */
export function clockBlocks(clock: MeterClock): ReadBlock[] {
  if (clock === "dlt645") {
    return [
      { name: "date", dataId: DATE_AND_WEEKDAY, bytes: 4 },
      { name: "time", dataId: TIME_OF_DAY, bytes: 3 },
    ];
  }
  return [{ name: "clock", function: 3, address: clock.address, count: clock.bytes.length / 2 }];
}

/**
 * The instant that the meter's clock shows, milliseconds since the epoch; null when it shows none, such as 30 February.
 * Of a wall-clock time that comes twice, in autumn, the one nearer to `nearMs` is meant. A DL/T 645 meter answers date and
 * time apart: read across midnight they are a day off, so a clock that is off by hours is read again before it is believed.
 * @throws MeterModelError "unknown-time-zone"
 */
export function clockInstantMs(
  clock: MeterClock,
  replies: readonly (readonly number[])[],
  timeZone: string,
  nearMs: number,
): number | null {
  const parts = clock === "dlt645" ? dlt645Parts(replies) : modbusParts(clock, replies[0] ?? []);
  if (parts === null) return null;
  const { year, month, day, hour, minute, second } = parts;
  const wallClock = { year: CENTURY + year, month, day, hour, minute, second };
  const shown = DateTime.fromObject(wallClock, { zone: ianaZone(timeZone) });
  // luxon moves a time that summer time skips; such a clock shows no instant.
  if (!shown.isValid || shown.hour !== hour || shown.minute !== minute) return null;
  const candidates = shown.getPossibleOffsets().map((each) => each.toMillis());
  return candidates.reduce((best, each) => (Math.abs(each - nearMs) < Math.abs(best - nearMs) ? each : best));
}

/**
 * What has to be written, in this order, to set the meter's clock to an instant; the time of day goes last, because it is
 * what drifts while the others are on the wire. Whether the clock may be set is for the tariff's rules to say.
 * @throws MeterModelError "access-missing", "unknown-time-zone"
 */
export function clockWrites(clock: MeterClock, atMs: number, context: ClockContext): RegisterWrite[] {
  const shown = DateTime.fromMillis(atMs, { zone: ianaZone(context.timeZone) });
  if (clock === "dlt645") {
    const { access } = context;
    if (access === undefined)
      throw new MeterModelError(
        "access-missing",
        "this meter's clock is set with a password, and none is set",
      );
    const weekday = String(shown.weekday % 7).padStart(2, "0");
    return [
      dlt645DataWrite(DATE_AND_WEEKDAY, bcdBytes(shown.toFormat("yyMMdd") + weekday), access),
      dlt645DataWrite(TIME_OF_DAY, bcdBytes(shown.toFormat("HHmmss")), access),
    ];
  }
  const parts = { ...shown.toObject(), year: shown.year - CENTURY, weekday: sundayAs(clock, shown.weekday) };
  const bytes = clock.bytes.map((part) => (part === "unused" ? 0 : (parts[part] ?? 0)));
  return [{ address: clock.address, words: pairs(bytes).map(([high, low]) => high * 0x100 + low) }];
}

function sundayAs({ sunday }: ModbusClock, isoWeekday: number): number {
  return isoWeekday === 7 ? sunday : isoWeekday;
}

function dlt645Parts(replies: readonly (readonly number[])[]): ClockParts | null {
  const digits = [...(replies[0] ?? []), ...(replies[1] ?? [])].map(fromBcd);
  const [weekday = null, day = null, month = null, year = null, second = null, minute = null, hour = null] =
    digits;
  const parts = { weekday, day, month, year, second, minute, hour };
  return isWhole(parts) ? parts : null;
}

function modbusParts(clock: ModbusClock, words: readonly number[]): ClockParts | null {
  const bytes = words.flatMap((word) => [word >>> 8, word & 0xff]);
  const at = (part: ClockPart) => bytes[clock.bytes.indexOf(part)] ?? null;
  const parts = {
    second: at("second"),
    minute: at("minute"),
    hour: at("hour"),
    weekday: at("weekday") ?? 0,
    day: at("day"),
    month: at("month"),
    year: at("year"),
  };
  return isWhole(parts) ? parts : null;
}

function isWhole(parts: Record<ClockPart, number | null>): parts is ClockParts {
  return CLOCK_PARTS.every((part) => parts[part] !== null);
}

function fromBcd(byte: number): number | null {
  const high = byte >>> 4;
  const low = byte & 0x0f;
  return high > 9 || low > 9 ? null : high * 10 + low;
}

function pairs(bytes: readonly number[]): [number, number][] {
  return Array.from({ length: bytes.length / 2 }, (_, n) => [bytes[2 * n] ?? 0, bytes[2 * n + 1] ?? 0]);
}
