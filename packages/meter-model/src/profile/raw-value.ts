import { isModbusRegister, type Register } from "./profile.ts";

/** Two decimal digits; null where a nibble is none. */
function bcdByte(byte: number): number | null {
  const high = byte >> 4;
  const low = byte & 0x0f;
  return high > 9 || low > 9 ? null : high * 10 + low;
}

function bcd(bytes: readonly number[]): number | null {
  let value = 0;
  for (let index = bytes.length - 1; index >= 0; index -= 1) {
    const digits = bcdByte(bytes[index] ?? 0);
    if (digits === null) return null;
    value = value * 100 + digits;
  }
  return value;
}

/** DL/T 645-2007, annex A: the top bit of the highest byte is the sign, the rest are digits. */
function signedBcd(bytes: readonly number[]): number | null {
  const last = bytes.at(-1) ?? 0;
  const magnitude = bcd([...bytes.slice(0, -1), last & 0x7f]);
  if (magnitude === null) return null;
  return (last & 0x80) === 0 || magnitude === 0 ? magnitude : -magnitude;
}

function bits(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 0x100 + byte, 0);
}

function float32(high: number, low: number): number | null {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, high);
  view.setUint16(2, low);
  const value = view.getFloat32(0);
  return Number.isFinite(value) ? value : null;
}

/**
 * The number as it lies in the register's own words (16-bit registers, or bytes), `count` of them from `index` on, before
 * the scale; null where they hold none: a digit that is none, not a number, infinity. Only f32 gives fractions.
 */
export function rawValue(
  register: Register,
  words: readonly number[],
  index = 0,
  count = words.length,
): number | null {
  const first = words[index] ?? 0;
  const second = words[index + 1] ?? 0;
  const [high, low] =
    isModbusRegister(register) && register.wordOrder === "lh" ? [second, first] : [first, second];
  const unsigned = high * 0x1_0000 + low;
  switch (register.type) {
    case "u16":
      return first;
    case "s16":
      return first >= 0x8000 ? first - 0x1_0000 : first;
    case "u32":
      return unsigned;
    case "s32":
      return unsigned >= 0x8000_0000 ? unsigned - 0x1_0000_0000 : unsigned;
    case "f32":
      return float32(high, low);
    case "bcd":
      return bcd(words.slice(index, index + count));
    case "signed-bcd":
      return signedBcd(words.slice(index, index + count));
    case "bits":
      return bits(words.slice(index, index + count));
  }
}

/**
 * raw × numerator / denominator as an integer, rounded half away from zero; null beyond 2⁵³, where an integer would no
 * longer be exact.
 */
export function scaled(raw: number, [numerator, denominator]: Register["scale"]): number | null {
  const product = raw * numerator;
  if (Math.abs(product) > Number.MAX_SAFE_INTEGER) return null;
  const rounded = Math.round(Math.abs(product) / denominator);
  return product < 0 && rounded !== 0 ? -rounded : rounded;
}
