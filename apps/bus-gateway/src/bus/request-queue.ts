import { isModbusBlock, type ReadBlock, type UnitId } from "@hallmeter/meter-model";
import { GatewayError } from "../errors.ts";
import { LANES, type Lane, type ReadReply, type ReadRequest, type WriteRequest } from "./bus.ts";
import { LANE_TABLE } from "./lanes.ts";

interface Waiter<T> {
  resolve: (value: T) => void;
  reject: (error: GatewayError) => void;
}

interface Waiting {
  /** Monotonic. */
  queuedMs: number;
  lane: Lane;
  unitId: UnitId;
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

/** One-shot requests by lane, first come first served. Merging, superseding, expiry and bounds; time is passed in. */
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

  addRead(request: ReadRequest, nowMs: number, waiter: Waiter<ReadReply>): void {
    const { lane, unitId, block } = request;
    const key = request.key ?? `${lane}:${unitId}:${placeOf(block)}`;
    const expiresAtMs = request.expiresAtMs ?? Number.POSITIVE_INFINITY;
    const alike = this.#all().find((waiting) => waiting.kind === "read" && waiting.key === key);
    if (alike?.kind === "read" && sameRead(alike.request, request)) {
      alike.waiters.push(waiter);
      alike.expiresAtMs = Math.max(alike.expiresAtMs, expiresAtMs);
      if (LANE_TABLE[lane].rank < LANE_TABLE[alike.lane].rank) this.#moveTo(lane, alike);
      return;
    }
    this.#add({ kind: "read", request, key, lane, unitId, expiresAtMs, queuedMs: nowMs, waiters: [waiter] });
  }

  addWrite(request: WriteRequest, nowMs: number, waiter: Waiter<void>): void {
    const { lane, unitId, supersedeKey } = request;
    if (supersedeKey !== undefined) {
      const older = this.#all().find(
        (waiting) => waiting.kind === "write" && waiting.request.supersedeKey === supersedeKey,
      );
      if (older) {
        this.#remove(older);
        rejectAll(older, new GatewayError("superseded"));
      }
    }
    const expiresAtMs = request.expiresAtMs ?? Number.POSITIVE_INFINITY;
    this.#add({ kind: "write", request, lane, unitId, expiresAtMs, queuedMs: nowMs, waiters: [waiter] });
  }

  /** The oldest request of the lane whose unit can be served now; it stays in the queue. */
  head(lane: Lane, canServe: (unitId: UnitId) => boolean): WaitingRequest | undefined {
    return this.#lanes[lane].find((waiting) => canServe(waiting.unitId));
  }

  take(waiting: WaitingRequest): void {
    this.#remove(waiting);
  }

  waitingCount(lane: Lane): number {
    return this.#lanes[lane].length;
  }

  /** Units somebody waits for. */
  unitIds(): Set<UnitId> {
    return new Set(this.#all().map((waiting) => waiting.unitId));
  }

  /** When the next request expires, wall clock; infinity when none does. */
  nextExpiryMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#all().map((waiting) => waiting.expiresAtMs));
  }

  /** Rejects what is too late at this wall clock time. */
  expire(nowMs: number): void {
    for (const waiting of this.#all()) {
      if (waiting.expiresAtMs > nowMs) continue;
      this.#remove(waiting);
      rejectAll(waiting, new GatewayError("expired"));
    }
  }

  rejectEverything(error: GatewayError): void {
    for (const waiting of this.#all()) {
      this.#remove(waiting);
      rejectAll(waiting, error);
    }
  }

  #add(waiting: WaitingRequest): void {
    const lane = this.#lanes[waiting.lane];
    if (lane.length >= LANE_TABLE[waiting.lane].bound) {
      rejectAll(waiting, new GatewayError("queue-full", `lane ${waiting.lane}`));
      return;
    }
    lane.push(waiting);
  }

  #moveTo(lane: Lane, waiting: WaitingRequest): void {
    this.#remove(waiting);
    waiting.lane = lane;
    this.#lanes[lane].push(waiting);
  }

  #remove(waiting: WaitingRequest): void {
    const lane = this.#lanes[waiting.lane];
    const index = lane.indexOf(waiting);
    if (index >= 0) lane.splice(index, 1);
  }

  #all(): WaitingRequest[] {
    return LANES.flatMap((lane) => this.#lanes[lane]);
  }
}

export function rejectAll(waiting: WaitingRequest, error: GatewayError): void {
  for (const waiter of waiting.waiters) waiter.reject(error);
}

function sameRead(a: ReadRequest, b: ReadRequest): boolean {
  return a.unitId === b.unitId && placeOf(a.block) === placeOf(b.block);
}

function placeOf(block: ReadBlock): string {
  return isModbusBlock(block)
    ? `${block.function}:${block.address}:${block.count}`
    : `${block.dataId}:${block.bytes}`;
}
