/** Frames of a DL/T 645-2007 meter, built without anything the gateway itself uses. */

/** @param address twelve digits, first digit first  @param data before 33h is added */
export function meterFrame(address: string, control: number, data: readonly number[]): Uint8Array {
  const digits = address.match(/../g) ?? [];
  const body = [
    0x68,
    ...digits.map((pair) => Number.parseInt(pair, 16)).reverse(),
    0x68,
    control,
    data.length,
    ...data.map((byte) => (byte + 0x33) % 256),
  ];
  return Uint8Array.from([...body, body.reduce((sum, byte) => sum + byte, 0) % 256, 0x16]);
}
