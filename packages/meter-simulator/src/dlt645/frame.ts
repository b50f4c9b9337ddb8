/** DL/T 645-2007, 5.2: 68 A0…A5 68 C L DATA CS 16; every data byte travels with 33h added. */
export const START = 0x68;
export const END = 0x16;
const OFFSET = 0x33;
/** Start, address, start, control, length; checksum and end. */
const HEAD_BYTES = 10;
const TAIL_BYTES = 2;
const WAKE_UP = 0xfe;
/** 5.2.1: up to four FE before a frame wake a receiver. */
export const WAKE_UP_BYTES = 4;

/** Control code bits, 5.2.4. */
export const FROM_METER = 0x80;
export const REFUSED = 0x40;
export const MORE_FRAMES = 0x20;

export interface Dlt645Frame {
  /** Twelve hexadecimal digits as on the name plate, high byte first; AA and 99 stand for any. */
  address: string;
  control: number;
  /** 33h taken off, in the order of the wire. */
  data: number[];
}

function checksum(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}

const hexByte = (byte: number) => byte.toString(16).padStart(2, "0");

/** High byte first to low byte first. */
export function addressBytes(address: string): number[] {
  return [...address.matchAll(/../g)].map(([pair]) => Number.parseInt(pair, 16)).reverse();
}

export function addressOf(bytes: readonly number[]): string {
  return [...bytes].reverse().map(hexByte).join("");
}

export function encodeFrame({ address, control, data }: Dlt645Frame, wakeUpBytes = 0): Uint8Array {
  const body = [
    START,
    ...addressBytes(address),
    START,
    control,
    data.length,
    ...data.map((byte) => (byte + OFFSET) & 0xff),
  ];
  return Uint8Array.from([...Array<number>(wakeUpBytes).fill(WAKE_UP), ...body, checksum(body), END]);
}

export type FrameSearch =
  /** A good frame, and how many bytes it and what stood before it take. */
  | { kind: "frame"; frame: Dlt645Frame; bytes: number }
  /** Nothing yet; so many bytes from the front can never begin one. */
  | { kind: "unfinished"; bytes: number };

function frameAt(bytes: readonly number[], at: number): Dlt645Frame | "short" | undefined {
  if (bytes.length < at + HEAD_BYTES)
    return bytes.length > at + 7 && bytes[at + 7] !== START ? undefined : "short";
  if (bytes[at + 7] !== START) return undefined;
  const length = bytes[at + 9] ?? 0;
  const end = at + HEAD_BYTES + length;
  if (bytes.length < end + TAIL_BYTES) return "short";
  if (bytes[end + 1] !== END || bytes[end] !== checksum(bytes.slice(at, end))) return undefined;
  return {
    address: addressOf(bytes.slice(at + 1, at + 7)),
    control: bytes[at + 8] ?? 0,
    data: bytes.slice(at + HEAD_BYTES, end).map((byte) => (byte - OFFSET) & 0xff),
  };
}

/** The first frame in what has been heard; wake-up bytes and noise before it are passed over. */
export function findFrame(heard: readonly number[]): FrameSearch {
  for (let at = heard.indexOf(START); at !== -1; at = heard.indexOf(START, at + 1)) {
    const frame = frameAt(heard, at);
    if (frame === "short") return { kind: "unfinished", bytes: at };
    if (frame) return { kind: "frame", frame, bytes: at + HEAD_BYTES + frame.data.length + TAIL_BYTES };
  }
  return { kind: "unfinished", bytes: heard.length };
}
