import { ApiError } from "../errors.ts";
import { INTERVALS_PER_DAY } from "./profile-marks.ts";

/** What is known of one circuit on one UTC day. */
export interface DayReadings {
  /** Reading at the end of each interval, or the newest within it; null where none is known. */
  readings: (number | null)[];
  flags: number[];
}

const FORMAT = 1;
const BITMAP_BYTES = INTERVALS_PER_DAY / 8;

/**
 * A day that is over in about 150 bytes instead of 1800: format byte · runs of flags (flag, length) · bitmap of known readings
 * · their differences as zigzag varints, the first from zero. Readings up to 2⁵¹ Wh.
 */
export function packDay({ readings, flags }: DayReadings): Uint8Array {
  const bytes: number[] = [FORMAT];
  for (let slot = 0; slot < INTERVALS_PER_DAY; ) {
    const flag = flags[slot] ?? 0;
    let end = slot + 1;
    while (end < INTERVALS_PER_DAY && (flags[end] ?? 0) === flag) end += 1;
    bytes.push(flag, end - slot);
    slot = end;
  }
  for (let byte = 0; byte < BITMAP_BYTES; byte += 1) {
    let bits = 0;
    for (let bit = 0; bit < 8; bit += 1) if (readings[byte * 8 + bit] != null) bits |= 1 << bit;
    bytes.push(bits);
  }
  let last = 0;
  for (const reading of readings) {
    if (reading === null) continue;
    putVarint(bytes, zigzag(reading - last));
    last = reading;
  }
  return Uint8Array.from(bytes);
}

/** Throws `internal` on bytes that `packDay` did not write. */
export function unpackDay(bytes: Uint8Array): DayReadings {
  if (bytes[0] !== FORMAT) throw new ApiError("internal", `a load profile is packed in format ${bytes[0]}`);
  const flags: number[] = [];
  let at = 1;
  while (flags.length < INTERVALS_PER_DAY) {
    const [flag = 0, length = 0] = [bytes[at], bytes[at + 1]];
    if (length === 0) throw new ApiError("internal", "a packed load profile is cut off");
    for (let count = 0; count < length; count += 1) flags.push(flag);
    at += 2;
  }
  const bitmapAt = at;
  at += BITMAP_BYTES;
  let last = 0;
  const readings = new Array<number | null>(INTERVALS_PER_DAY).fill(null);
  for (let slot = 0; slot < INTERVALS_PER_DAY; slot += 1) {
    if ((((bytes[bitmapAt + (slot >> 3)] ?? 0) >> (slot & 7)) & 1) === 0) continue;
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) throw new ApiError("internal", "a packed load profile is cut off");
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    last += value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    readings[slot] = last;
  }
  return { readings, flags };
}

// Beyond 32 bits: registers are safe integers, so bit operators would cut them.
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function putVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}
