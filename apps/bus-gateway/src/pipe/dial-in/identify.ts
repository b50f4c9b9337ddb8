import type { BytePattern } from "@hallmeter/meter-model";

/** How a registration packet ends; without either, it ends where it fits, or where the unit falls silent. */
export interface PacketEnd {
  terminator?: BytePattern;
  bytes?: number;
}

export type Identified<T> =
  /** More bytes may come, and what came may be the beginning of a registration. */
  { kind: "waiting" } | { kind: "known"; registered: T; rest: Uint8Array } | { kind: "stranger" };

/** Whether the pattern fits at `start`, as far as the bytes go. */
export function fitsAt(pattern: BytePattern, bytes: Uint8Array, start: number): boolean {
  const overlap = Math.min(pattern.length, bytes.length - start);
  for (let index = 0; index < overlap; index++) {
    const wanted = pattern[index];
    if (wanted !== null && wanted !== bytes[start + index]) return false;
  }
  return true;
}

/**
 * Who has sent these bytes, the first of a connection.
 * @param isOver the unit has fallen silent: what has not come by now does not come
 */
export function identify<T extends { registration: BytePattern }>(
  bytes: Uint8Array,
  known: Iterable<T>,
  end: PacketEnd,
  isOver: boolean,
): Identified<T> {
  if (end.terminator !== undefined || end.bytes !== undefined)
    return identifyPacket(bytes, known, end, isOver);
  const candidates = [...known].filter(({ registration }) => fitsAt(registration, bytes, 0));
  const mayGrow = candidates.some(({ registration }) => registration.length > bytes.length);
  if (mayGrow && !isOver) return { kind: "waiting" };
  const whole = candidates.filter(({ registration }) => registration.length <= bytes.length);
  const [longest] = whole.sort((a, b) => b.registration.length - a.registration.length);
  if (longest === undefined) return { kind: "stranger" };
  return { kind: "known", registered: longest, rest: bytes.subarray(longest.registration.length) };
}

function identifyPacket<T extends { registration: BytePattern }>(
  bytes: Uint8Array,
  known: Iterable<T>,
  end: PacketEnd,
  isOver: boolean,
): Identified<T> {
  const packet = firstPacket(bytes, end);
  if (packet === null) return { kind: isOver ? "stranger" : "waiting" };
  for (const registered of known) {
    const { registration } = registered;
    if (registration.length === packet.bytes.length && fitsAt(registration, packet.bytes, 0))
      return { kind: "known", registered, rest: packet.rest };
  }
  return { kind: "stranger" };
}

function firstPacket(
  bytes: Uint8Array,
  { terminator, bytes: length }: PacketEnd,
): { bytes: Uint8Array; rest: Uint8Array } | null {
  if (length !== undefined)
    return bytes.length < length ? null : { bytes: bytes.subarray(0, length), rest: bytes.subarray(length) };
  if (terminator === undefined) return null;
  for (let at = 0; at + terminator.length <= bytes.length; at++) {
    if (fitsAt(terminator, bytes, at))
      return { bytes: bytes.subarray(0, at), rest: bytes.subarray(at + terminator.length) };
  }
  return null;
}
