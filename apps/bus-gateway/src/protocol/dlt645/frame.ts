import { addressBytes, addressOf } from "./address.ts";

/** DL/T 645-2007, frame format: both delimiters, the end, the bytes that wake a receiver, and what every data byte is shifted by. */
export const START = 0x68;
export const END = 0x16;
export const WAKE_UP = 0xfe;
const DATA_SHIFT = 0x33;
/** Four before every request; a meter may send any number, or none. */
const WAKE_UP_BYTES = 4;

/** Where a frame has its parts, from its first delimiter. */
export const ADDRESS_AT = 1;
export const SECOND_START_AT = 7;
export const CONTROL_AT = 8;
export const LENGTH_AT = 9;
export const DATA_AT = 10;
/** Checksum and end follow the data. */
export const TRAILER_BYTES = 2;

/** The identifier that data begins with, in reads and parameter writes. */
export const DATA_ID_BYTES = 4;

/** Length field: at most 200 data bytes in a read. */
export const MOST_DATA_BYTES = 200;

/** Control code: direction, error and continuation bits around the function. */
export const FROM_METER = 0x80;
export const REFUSED = 0x40;
export const MORE_FOLLOWS = 0x20;

export interface Dlt645Frame {
  /** Twelve digits, first digit first; AA pairs in a request to whoever fits. */
  address: string;
  control: number;
  /** With the shift taken off, in the order of the wire. */
  data: number[];
}

/** Bytes of a frame with so much data, without the bytes that wake up. */
export function frameBytes(dataBytes: number): number {
  return DATA_AT + dataBytes + TRAILER_BYTES;
}

/** Bytes that a request takes on the wire. */
export function requestBytes(dataBytes: number): number {
  return WAKE_UP_BYTES + frameBytes(dataBytes);
}

/** A request as it goes out, with the bytes that wake the meter up. */
export function buildRequest({ address, control, data }: Dlt645Frame): Uint8Array {
  const frame = [
    START,
    ...addressBytes(address),
    START,
    control,
    data.length,
    ...data.map((byte) => (byte + DATA_SHIFT) & 0xff),
  ];
  return Uint8Array.from([...Array<number>(WAKE_UP_BYTES).fill(WAKE_UP), ...frame, checksum(frame), END]);
}

/** Sum modulo 256 of everything from the first delimiter to the last data byte. */
export function checksum(bytes: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index++) sum += bytes[index] ?? 0;
  return sum & 0xff;
}

/** How many bytes that wake up come first. */
export function wakeUpCount(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== WAKE_UP);
  return first === -1 ? bytes.length : first;
}

/** Exactly one whole frame, without the bytes that wake up; null for anything else. */
export function parseFrame(bytes: Uint8Array): Dlt645Frame | null {
  const dataBytes = bytes[LENGTH_AT];
  if (dataBytes === undefined || bytes.length !== frameBytes(dataBytes)) return null;
  if (bytes[0] !== START || bytes[SECOND_START_AT] !== START || bytes[bytes.length - 1] !== END) return null;
  const body = bytes.subarray(0, bytes.length - TRAILER_BYTES);
  if (checksum(body) !== bytes[bytes.length - TRAILER_BYTES]) return null;
  const address = addressOf(bytes.subarray(ADDRESS_AT, SECOND_START_AT));
  if (address === null) return null;
  return {
    address,
    control: bytes[CONTROL_AT] ?? 0,
    data: Array.from(body.subarray(DATA_AT), (byte) => (byte - DATA_SHIFT) & 0xff),
  };
}
