import { parseRequest } from "../../apps/bus-gateway/src/testing/slave-frames.ts";
import { hasGoodCrc } from "../../packages/meter-simulator/src/modbus/crc.ts";
import { GROUP, type Label, labelsOf, placeOf } from "./labelled-registers.ts";

/** What must never happen, however bad the line is. */
export type Violation =
  | "a value of another unit"
  | "a value of another address"
  | "a value in pieces"
  | "garbled answers passed more often than by chance"
  | "an answer to an earlier request"
  | "a value that was not just read"
  | "a confirmed write that did not happen"
  | "a write that happened and was reported as not done"
  | "a write that was sent twice"
  | "a request that was never settled"
  | "a living unit that was not read for long"
  | "a value of an address that two meters share"
  | "a register that is there was refused for good"
  | "a line on which nothing is polled any more"
  | "an address of two meters that was not told"
  | "the error of a request is not the bus' own";

export interface Finding {
  violation: Violation;
  detail: string;
}

interface AskedRequest {
  number: number;
  unitId: number;
  address: number;
  /** Taken as answered by the bus; virtual, monotonic. */
  answeredMs: number | null;
}

/** Requests kept to compare values with; a poll of several blocks is told when the last is in. */
const REQUESTS_KEPT = 4096;
/** A value is told at once, or with the last block of its poll; a unit in quarantine may come between. */
const OLDEST_VALUE_MS = 30_000;
/** After a sign of two meters with one address, the bus promises to believe neither for so long. */
const DISTRUST_MS = 600_000;

/** Values of a CRC-16. */
const CHECKSUMS = 65_536;
/** So many more than twice the expected number are no proof of anything yet. */
const CHANCE = 3;

/** Watches the wire and what the bus makes of it. Knows the line only from its frames. */
export class Judge {
  readonly findings: Finding[] = [];
  /**
   * Values told under an address that two meters share, before the bus knew. One answer alone cannot be told from the
   * other's, nor a late one of the second from an early one of the first.
   */
  sharedValues = 0;
  /**
   * Answers that a collision garbled and whose checksum is right all the same: one in 65,536, which no receiver can see. No meter
   * says groups that do not belong together, so that they are known here.
   */
  pastChecksum = 0;
  /** Of the last of them, by unit. */
  readonly #pastChecksumMs = new Map<number, number>();
  readonly #twinIds: ReadonlySet<number>;
  readonly #monotonicMs: () => number;
  readonly #toldMs = new Map<number, number>();
  readonly #requests = new Map<number, AskedRequest>();
  #last: AskedRequest = { number: 0, unitId: 0, address: 0, answeredMs: null };

  constructor(twinIds: ReadonlySet<number>, monotonicMs: () => number) {
    this.#twinIds = twinIds;
    this.#monotonicMs = monotonicMs;
  }

  get asked(): { number: number; unitId: number } {
    return this.#last;
  }

  report(violation: Violation, detail: string): void {
    this.findings.push({ violation, detail });
  }

  /** The bus hands a request over. */
  sent(frame: Uint8Array): void {
    const { unitId, address } = parseRequest(frame);
    this.#last = { number: this.#last.number + 1, unitId, address, answeredMs: null };
    this.#requests.set(this.#last.number, this.#last);
    this.#requests.delete(this.#last.number - REQUESTS_KEPT);
  }

  /** The bus takes a frame as the answer to what it asked last. */
  received(frame: Uint8Array): void {
    const { number, unitId, address } = this.#last;
    this.#last.answeredMs = this.#monotonicMs();
    if (frame[1] !== 3) return;
    const labels = labelsOf(wholeGroups(address, wordsOf(frame)));
    if (labels.includes(null) && hasGoodCrc(frame)) {
      this.pastChecksum += 1;
      this.#pastChecksumMs.set(unitId, this.#monotonicMs());
    }
    for (const label of labels) {
      if (label === null) this.#inPieces(unitId, `request ${number}`);
      else this.#checkOwner(label, unitId, `request ${number}`);
      if (label && label.requestNumber !== number && !this.#twinIds.has(unitId))
        this.report(
          "an answer to an earlier request",
          `request ${number} to unit ${unitId} got the answer to ${label.requestNumber}`,
        );
    }
  }

  /** The bus says that two meters answer to this address. */
  toldShared(unitId: number): void {
    this.#toldMs.set(unitId, this.#monotonicMs());
  }

  /** The bus hands words over as those of this unit and address. */
  delivered(unitId: number, address: number, words: readonly number[]): void {
    if (this.#twinIds.has(unitId)) this.sharedValues += 1;
    const toldMs = this.#toldMs.get(unitId) ?? Number.NEGATIVE_INFINITY;
    if (this.#monotonicMs() - toldMs < DISTRUST_MS)
      this.report("a value of an address that two meters share", `unit ${unitId}`);
    const where = `unit ${unitId}, address ${address}`;
    for (const [index, label] of labelsOf(words).entries()) {
      if (label === null) {
        this.#inPieces(unitId, where);
        continue;
      }
      this.#checkOwner(label, unitId, where);
      if (label.place !== placeOf(address + index * GROUP))
        this.report("a value of another address", `${where} got place ${label.place}`);
      const request = this.#requests.get(label.requestNumber);
      const isFresh =
        request?.unitId === unitId &&
        request.answeredMs !== null &&
        this.#monotonicMs() - request.answeredMs <= OLDEST_VALUE_MS;
      if (!isFresh)
        this.report("a value that was not just read", `${where} got request ${label.requestNumber}`);
    }
  }

  #inPieces(unitId: number, where: string): void {
    const sinceMs = this.#monotonicMs() - (this.#pastChecksumMs.get(unitId) ?? Number.NEGATIVE_INFINITY);
    if (sinceMs > OLDEST_VALUE_MS) this.report("a value in pieces", where);
  }

  /** @param collided characters that met others: at least one in each garbled answer */
  judgeChance(collided: number): void {
    const most = (2 * collided) / CHECKSUMS + CHANCE;
    if (this.pastChecksum > most)
      this.report("garbled answers passed more often than by chance", `${this.pastChecksum}`);
  }

  #checkOwner(label: Label, unitId: number, where: string): void {
    const isOwn = label.unitId === unitId && (!label.isTwin || this.#twinIds.has(unitId));
    if (!isOwn) this.report("a value of another unit", `${where} got unit ${label.unitId}`);
  }
}

function wordsOf(frame: Uint8Array): number[] {
  return Array.from(
    { length: (frame[2] ?? 0) >> 1 },
    (_, index) => ((frame[3 + 2 * index] ?? 0) << 8) | (frame[4 + 2 * index] ?? 0),
  );
}

/** The bus may read more than anybody asked for; only whole groups say something. */
function wholeGroups(address: number, words: readonly number[]): number[] {
  const first = (GROUP - (address % GROUP)) % GROUP;
  const groups = Math.floor(Math.max(0, words.length - first) / GROUP);
  return words.slice(first, first + groups * GROUP);
}
