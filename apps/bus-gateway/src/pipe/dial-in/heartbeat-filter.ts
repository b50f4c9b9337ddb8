import type { BytePattern } from "@hallmeter/meter-model";
import { fitsAt } from "./identify.ts";

/** A shorter heartbeat may well stand in a meter's answer: it is taken out only where nothing else came with it. */
const LEAST_BYTES_BESIDE_OTHERS = 4;
/** So much of a heartbeat's beginning, behind other bytes, is waited for; less is too often the end of an answer. */
const LEAST_BEGINNING_BYTES = 2;

export interface Filtered {
  /** What is not a heartbeat. */
  passed: Uint8Array;
  heartbeats: number;
}

/**
 * Takes a unit's heartbeats out of the bytes of its line. A unit puts them between the packets of its serial side, so they
 * stand at an end of what arrives together, or come in pieces; never amid an answer.
 */
export class HeartbeatFilter {
  readonly #patterns: readonly BytePattern[];
  readonly #long: readonly BytePattern[];
  #held = new Uint8Array(0);

  constructor(patterns: readonly BytePattern[]) {
    this.#patterns = patterns;
    this.#long = patterns.filter(({ length }) => length >= LEAST_BYTES_BESIDE_OTHERS);
  }

  /** Whether the beginning of a heartbeat is held back, until the rest of it comes or `release` says that it does not. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  take(bytes: Uint8Array): Filtered {
    const all = this.isHolding ? Buffer.concat([this.#held, bytes]) : bytes;
    this.#held = new Uint8Array(0);
    const alone = heartbeatsFrom(all, 0, this.#patterns);
    const rest = all.subarray(alone.end);
    if (rest.length === 0 || this.#patterns.some((pattern) => begins(pattern, rest, 0))) {
      this.#held = Uint8Array.from(rest);
      return { passed: new Uint8Array(0), heartbeats: alone.count };
    }
    return this.#trim(all);
  }

  /** What was held back was no heartbeat after all. */
  release(): Uint8Array {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held;
  }

  /** Heartbeats at both ends, with other bytes between them. */
  #trim(all: Uint8Array): Filtered {
    const head = heartbeatsFrom(all, 0, this.#long);
    let heartbeats = head.count;
    let end = all.length;
    for (let last = this.#endingAt(all, head.end, end); last; last = this.#endingAt(all, head.end, end)) {
      end -= last.length;
      heartbeats += 1;
    }
    const held = end === all.length ? this.#beginningBefore(all, head.end) : 0;
    this.#held = Uint8Array.from(all.subarray(end - held, end));
    return { passed: all.subarray(head.end, end - held), heartbeats };
  }

  #endingAt(all: Uint8Array, start: number, end: number): BytePattern | undefined {
    const bytes = all.subarray(0, end);
    return this.#long.find(
      (pattern) => end - pattern.length >= start && fitsAt(pattern, bytes, end - pattern.length),
    );
  }

  /** Length of the longest beginning of a heartbeat that the bytes end with. */
  #beginningBefore(all: Uint8Array, start: number): number {
    for (let at = start; at <= all.length - LEAST_BEGINNING_BYTES; at++) {
      if (this.#long.some((pattern) => begins(pattern, all, at))) return all.length - at;
    }
    return 0;
  }
}

/** As many whole heartbeats as follow each other from `start`. */
function heartbeatsFrom(bytes: Uint8Array, start: number, patterns: readonly BytePattern[]) {
  const isWhole = (pattern: BytePattern) =>
    pattern.length <= bytes.length - end && fitsAt(pattern, bytes, end);
  let end = start;
  let count = 0;
  for (let next = patterns.find(isWhole); next && end < bytes.length; next = patterns.find(isWhole)) {
    end += next.length;
    count += 1;
  }
  return { end, count };
}

/** Whether everything from `start` is the beginning of the pattern, and not all of it. */
function begins(pattern: BytePattern, bytes: Uint8Array, start: number): boolean {
  return bytes.length - start < pattern.length && fitsAt(pattern, bytes, start);
}
