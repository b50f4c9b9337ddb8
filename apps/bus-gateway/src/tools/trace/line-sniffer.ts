import {
  DATA_AT,
  frameBytes,
  LENGTH_AT,
  parseFrame,
  SECOND_START_AT,
  START,
  wakeUpCount,
} from "../../protocol/dlt645/frame.ts";
import { hasValidCrc } from "../../protocol/modbus/crc16.ts";

/** What a listener made of some bytes: a whole frame with a good checksum, or bytes that belong to none. */
export interface OverheardFrame {
  protocol: "modbus" | "dlt645" | "noise";
  /** Milliseconds, by whatever clock the bytes came with: arrival of the last byte. */
  atMs: number;
  /** Without the bytes that wake a DL/T 645 meter up. */
  bytes: Uint8Array;
}

/**
 * After so much silence a frame that is not whole stays so: DL/T 645-2007 lets 500 ms pass between two bytes, and serial
 * servers add their own packets. Range 50–2000 ms.
 */
const SILENCE_MS = 600;
/** Unit and function; reads say their length in the third byte, writes in the seventh. */
const MODBUS_HEADER_BYTES = 2;
const EXCEPTION_BIT = 0x80;

interface Candidate {
  protocol: "modbus" | "dlt645";
  /** Undefined while too few bytes are there to say. */
  length: number | undefined;
}

/**
 * Finds frames in what passes on a line that somebody else owns. Packets of a serial server tear gaps and frames apart, so
 * length and checksum decide, not time; what fits nothing is given byte by byte to the noise before the next frame.
 */
export class LineSniffer {
  #heard: number[] = [];
  #noise: number[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  take(bytes: Uint8Array, atMs: number): OverheardFrame[] {
    const found = this.settle(atMs);
    this.#heard.push(...bytes);
    this.#lastMs = atMs;
    return [...found, ...this.#frames()];
  }

  /** To be asked now and then: after a silence, what is left is noise. */
  settle(nowMs: number): OverheardFrame[] {
    if (nowMs - this.#lastMs < SILENCE_MS) return [];
    const found: OverheardFrame[] = [];
    while (this.#heard.length > 0) {
      this.#giveUpOne();
      found.push(...this.#frames());
    }
    return [...found, ...this.#takeNoise()];
  }

  #frames(): OverheardFrame[] {
    const found: OverheardFrame[] = [];
    while (this.#heard.length > 0) {
      const wakeUps = wakeUpCount(Uint8Array.from(this.#heard));
      const bytes = Uint8Array.from(this.#heard.slice(wakeUps));
      const candidates = [...dlt645Candidates(bytes), ...(wakeUps === 0 ? modbusCandidates(bytes) : [])];
      const whole = candidates.find((candidate) => isWhole(candidate, bytes));
      if (whole?.length !== undefined) {
        found.push(...this.#takeNoise());
        found.push({
          protocol: whole.protocol,
          atMs: this.#lastMs,
          bytes: bytes.subarray(0, whole.length),
        });
        this.#heard.splice(0, wakeUps + whole.length);
        continue;
      }
      if (candidates.some(({ length }) => length === undefined || length > bytes.length)) break;
      this.#giveUpOne();
    }
    return found;
  }

  #giveUpOne(): void {
    this.#noise.push(...this.#heard.splice(0, 1));
  }

  #takeNoise(): OverheardFrame[] {
    if (this.#noise.length === 0) return [];
    return [{ protocol: "noise", atMs: this.#lastMs, bytes: Uint8Array.from(this.#noise.splice(0)) }];
  }
}

function isWhole({ protocol, length }: Candidate, bytes: Uint8Array): boolean {
  if (length === undefined || length > bytes.length) return false;
  const frame = bytes.subarray(0, length);
  return protocol === "dlt645" ? parseFrame(frame) !== null : hasValidCrc(frame);
}

function dlt645Candidates(bytes: Uint8Array): Candidate[] {
  if (bytes.length === 0) return [{ protocol: "dlt645", length: undefined }];
  if (bytes[0] !== START) return [];
  if (bytes.length > SECOND_START_AT && bytes[SECOND_START_AT] !== START) return [];
  const length = bytes.length < DATA_AT ? undefined : frameBytes(bytes[LENGTH_AT] ?? 0);
  return [{ protocol: "dlt645", length }];
}

/** Lengths that a request or an answer with these first bytes can have (Modbus Application Protocol V1.1b3, clause 6). */
function modbusCandidates(bytes: Uint8Array): Candidate[] {
  const [, code = 0, count] = bytes;
  if (bytes.length < MODBUS_HEADER_BYTES)
    return bytes.length === 0 ? [] : [{ protocol: "modbus", length: undefined }];
  if (code & EXCEPTION_BIT) return [{ protocol: "modbus", length: 5 }];
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
      return lengths(8, count === undefined ? undefined : 5 + count);
    case 5:
    case 6:
      return lengths(8);
    case 15:
    case 16:
      return lengths(8, bytes.length < 7 ? undefined : 9 + (bytes[6] ?? 0));
    default:
      return [];
  }
}

function lengths(...known: (number | undefined)[]): Candidate[] {
  return known.map((length) => ({ protocol: "modbus", length }));
}
