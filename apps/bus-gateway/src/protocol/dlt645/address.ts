import type { UnitId } from "@hallmeter/meter-model";

export const ADDRESS_BYTES = 6;
/** DL/T 645-2007, address field: whole bytes of AA from the top stand for any digits, in reads only. */
const ADDRESS_PATTERN = /^(?:AA)*(?:\d\d)*$/;
const WILDCARD_BYTE = 0xaa;

/** DL/T 645-2007, address field: special commands such as the time go to every meter at once; none answers. */
export const BROADCAST_ADDRESS = "999999999999";
/** Whoever is there: for a line with a single meter. */
export const ANY_ADDRESS = "AAAAAAAAAAAA";

/** Twelve digits, first digit first, or fewer low digits behind AA pairs. */
export function isAddressPattern(text: string): boolean {
  return text.length === 2 * ADDRESS_BYTES && ADDRESS_PATTERN.test(text);
}

export function isWholeAddress(text: string): boolean {
  return /^\d{12}$/.test(text);
}

/** Not a pattern that several meters may answer to, over each other. */
export function namesOneUnit(unitId: UnitId): boolean {
  return typeof unitId === "number" || isWholeAddress(unitId);
}

/** Two digits a byte, low byte first. */
export function addressBytes(address: string): number[] {
  const bytes: number[] = [];
  for (let end = address.length; end > 0; end -= 2)
    bytes.push(Number.parseInt(address.slice(end - 2, end), 16));
  return bytes;
}

/** The address in six bytes of a frame; null when they are neither digits nor a wildcard above digits. */
export function addressOf(bytes: ArrayLike<number>): string | null {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase());
  const text = pairs.reverse().join("");
  return isAddressPattern(text) ? text : null;
}

/** Whether a meter with an address that begins with these bytes of the wire would have been meant. */
export function addressFits(asked: Uint8Array, answered: Uint8Array): boolean {
  return answered.every((byte, index) => asked[index] === WILDCARD_BYTE || asked[index] === byte);
}
