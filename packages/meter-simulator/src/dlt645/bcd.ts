/** Two decimal digits a byte, low byte first, as all data of DL/T 645-2007; beyond its digits a value stays at the limit. */
export function bcd(value: number, byteCount: number): number[] {
  const limit = 100 ** byteCount - 1;
  let rest = Math.min(limit, Math.max(0, Math.trunc(value)));
  const bytes: number[] = [];
  for (let index = 0; index < byteCount; index++) {
    const pair = rest % 100;
    bytes.push((Math.floor(pair / 10) << 4) | (pair % 10));
    rest = Math.floor(rest / 100);
  }
  return bytes;
}

/** With the sign in the top bit of the last byte. */
export function signedBcd(value: number, byteCount: number): number[] {
  const bytes = bcd(Math.min(Math.abs(value), 8 * 100 ** byteCount - 1), byteCount);
  const last = bytes.at(-1) ?? 0;
  bytes[byteCount - 1] = (last & 0x7f) | (value < 0 ? 0x80 : 0);
  return bytes;
}

/** Undefined where a nibble is no digit. */
export function fromBcd(bytes: readonly number[]): number | undefined {
  let value = 0;
  for (const byte of [...bytes].reverse()) {
    if (byte >> 4 > 9 || (byte & 0x0f) > 9) return undefined;
    value = value * 100 + (byte >> 4) * 10 + (byte & 0x0f);
  }
  return value;
}

/** DI0…DI3, low byte first. */
export function dataIdOf(bytes: readonly number[]): number {
  const [di0 = 0, di1 = 0, di2 = 0, di3 = 0] = bytes;
  return ((di3 << 24) | (di2 << 16) | (di1 << 8) | di0) >>> 0;
}

export function dataIdBytes(dataId: number): number[] {
  return [dataId & 0xff, (dataId >>> 8) & 0xff, (dataId >>> 16) & 0xff, dataId >>> 24];
}
