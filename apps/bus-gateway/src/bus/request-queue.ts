import type { ReadBlock, UnitId } from "@hallmeter/meter-model";
import { GatewayError } from "../errors.ts";
import { covers, placeOf, wordsWithin } from "./blocks.ts";
import { LANES, type Lane, type ReadReply, type ReadRequest, type WriteRequest } from "./bus.ts";
import { LANE_TABLE } from "./lanes.ts";

interface Waiter<T> {
  resolve: (value: T) => void;
  reject: (error: GatewayError) => void;
}

interface Waiting {
  /** Monotonic. */
  queuedMs: number;
  /** Monotonic; earlier ones go first within their lane. */
  deadlineMs: number;
  lane: Lane;
  unitId: UnitId;
  /** Wall clock. */
  expiresAtMs: number;
}

export interface WaitingRead extends Waiting {
  kind: "read";
  request: ReadRequest;
  key: string;
  waiters: Waiter<ReadReply>[];
}

export interface WaitingWrite extends Waiting {
  kind: "write";
  request: WriteRequest;
  waiters: Waiter<void>[];
}

export type WaitingRequest = WaitingRead | WaitingWrite;

/** The two clocks at one moment. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

/** A request without expiry is due after so many times the age of its lane, so that those with one do not starve it. */
const PATIENCE_IN_AGES = 10;

/** One-shot requests by lane, earliest deadline first. Merging, superseding, expiry and bounds; time is passed in. */
export class RequestQueue {
  readonly #lanes: Record<Lane, WaitingRequest[]> = {
    trip: [],
    restore: [],
    sale: [],
    person: [],
    watch: [],
    poll: [],
    backfill: [],
    scan: [],
  };

  addRead(request: ReadRequest, now: Moment, waiter: Waiter<ReadReply>): void {
    const { lane, unitId, block } = request;
    const key = request.key ?? `${lane}:${unitId}:${placeOf(block)}`;
    const added: WaitingRead = {
      kind: "read",
      request,
      key,
      lane,
      unitId,
      waiters: [waiter],
      ...instants(request, now),
    };
    const alike = this.#find((waiting) => waiting.kind === "read" && waiting.key === key);
    if (alike?.kind !== "read" || !sameRead(alike.request, request)) {
      this.#add(added);
      return;
    }
    if (alike.waiters.length >= LANE_TABLE[lane].bound) {
      waiter.reject(new GatewayError("queue-full", `lane ${lane}`));
      return;
    }
    alike.waiters.push(waiter);
    this.#remove(alike);
    alike.expiresAtMs = Math.max(alike.expiresAtMs, added.expiresAtMs);
    alike.deadlineMs = Math.min(alike.deadlineMs, added.deadlineMs);
    if (LANE_TABLE[lane].rank < LANE_TABLE[alike.lane].rank) alike.lane = lane;
    this.#insert(alike);
  }

  addWrite(request: WriteRequest, now: Moment, waiter: Waiter<void>): void {
    const { lane, unitId, supersedeKey } = request;
    if (supersedeKey !== undefined) {
      const older = this.#find(
        (waiting) => waiting.kind === "write" && waiting.request.supersedeKey === supersedeKey,
      );
      if (older) {
        this.#remove(older);
        rejectAll(older, new GatewayError("superseded"));
      }
    }
    this.#add({ kind: "write", request, lane, unitId, waiters: [waiter], ...instants(request, now) });
  }

  /** The first request of the lane whose unit can be served now; it stays in the queue. */
  head(lane: Lane, canServe: (unitId: UnitId) => boolean): WaitingRequest | undefined {
    return this.#lanes[lane].find((waiting) => canServe(waiting.unitId));
  }

  take(waiting: WaitingRequest): void {
    this.#remove(waiting);
  }

  /** Reads of the unit that wait. */
  readsOf(unitId: UnitId): WaitingRead[] {
    const reads: WaitingRead[] = [];
    for (const lane of LANES)
      for (const waiting of this.#lanes[lane])
        if (waiting.kind === "read" && waiting.unitId === unitId) reads.push(waiting);
    return reads;
  }

  /** Gives everybody who waits for a part of this block of the unit what they asked for. */
  answer(unitId: UnitId, block: ReadBlock, reply: ReadReply): void {
    for (const waiting of this.readsOf(unitId)) {
      if (!covers(block, waiting.request.block)) continue;
      this.#remove(waiting);
      for (const waiter of waiting.waiters)
        waiter.resolve({ words: wordsWithin(reply.words, block, waiting.request.block), at: reply.at });
    }
  }

  waitingCount(lane: Lane): number {
    return this.#lanes[lane].length;
  }

  /** Units somebody waits for. */
  unitIds(): Set<UnitId> {
    const units = new Set<UnitId>();
    for (const lane of LANES) for (const { unitId } of this.#lanes[lane]) units.add(unitId);
    return units;
  }

  /** When the next request expires, wall clock; infinity when none does. */
  nextExpiryMs(): number {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const lane of LANES)
      for (const { expiresAtMs } of this.#lanes[lane]) firstMs = Math.min(firstMs, expiresAtMs);
    return firstMs;
  }

  /** Rejects what is too late at this wall clock time. */
  expire(wallMs: number): void {
    for (const lane of LANES)
      for (const waiting of this.#lanes[lane].filter(({ expiresAtMs }) => expiresAtMs <= wallMs)) {
        this.#remove(waiting);
        rejectAll(waiting, new GatewayError("expired"));
      }
  }

  rejectEverything(error: GatewayError): void {
    for (const lane of LANES) for (const waiting of this.#lanes[lane].splice(0)) rejectAll(waiting, error);
  }

  #add(waiting: WaitingRequest): void {
    if (this.#lanes[waiting.lane].length < LANE_TABLE[waiting.lane].bound) this.#insert(waiting);
    else rejectAll(waiting, new GatewayError("queue-full", `lane ${waiting.lane}`));
  }

  /** Behind those with the same deadline: first come, first served. */
  #insert(waiting: WaitingRequest): void {
    const lane = this.#lanes[waiting.lane];
    let index = lane.length;
    while (index > 0 && (lane[index - 1]?.deadlineMs ?? 0) > waiting.deadlineMs) index--;
    lane.splice(index, 0, waiting);
  }

  #remove(waiting: WaitingRequest): void {
    const lane = this.#lanes[waiting.lane];
    const index = lane.indexOf(waiting);
    if (index >= 0) lane.splice(index, 1);
  }

  #find(isWanted: (waiting: WaitingRequest) => boolean): WaitingRequest | undefined {
    for (const lane of LANES) {
      const found = this.#lanes[lane].find(isWanted);
      if (found) return found;
    }
    return undefined;
  }
}

export function rejectAll(waiting: WaitingRequest, error: GatewayError): void {
  for (const waiter of waiting.waiters) waiter.reject(error);
}

function instants({ lane, expiresAtMs = Number.POSITIVE_INFINITY }: ReadRequest | WriteRequest, now: Moment) {
  const patienceMs = LANE_TABLE[lane].agesAfterMs * PATIENCE_IN_AGES;
  const deadlineMs = now.monotonicMs + Math.min(patienceMs, expiresAtMs - now.wallMs);
  return { queuedMs: now.monotonicMs, deadlineMs, expiresAtMs };
}

function sameRead(a: ReadRequest, b: ReadRequest): boolean {
  return a.unitId === b.unitId && placeOf(a.block) === placeOf(b.block);
}
