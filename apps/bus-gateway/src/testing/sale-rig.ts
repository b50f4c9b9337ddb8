import { acrelAdf400l, profileVariant, type Sale, type SaleResult } from "@hallmeter/meter-model";
import { pino } from "pino";
import type { Bus, ReadReply, ReadRequest, WriteRequest } from "../bus/bus.ts";
import { VirtualClock } from "../clock.ts";
import type { CircuitWire } from "../control/operate-relay.ts";
import { SaleDesk } from "../control/sale/sale-desk.ts";
import { GatewayError, type GatewayErrorCode } from "../errors.ts";
import { DEFAULT_OUTBOX_LIMITS } from "../store/acceptance.ts";
import { GatewayStore } from "../store/gateway-store.ts";
import { MemoryTables } from "./memory-tables.ts";

const VARIANT = profileVariant(acrelAdf400l, "single-phase");
/** Manual V1.2, 9.4: remaining 030A, count 030E; purchase amount 050D, count 050F. */
const REMAINING = 0x030a;
const PURCHASE = 0x050d;
const ANSWER_MS = 60;
const TIMEOUT_MS = 400;

/** A meter that credits as the manual says: a purchase counts only under the count that follows its own. */
export class CreditMeter {
  remainingMinor = 2000;
  count = 7;
  /** Amounts credited, in order. */
  readonly credited: number[] = [];

  credit(amountMinor: number, count: number): boolean {
    if (count !== (this.count + 1) % 0x1_0000) return false;
    this.count = count;
    this.remainingMinor += amountMinor;
    this.credited.push(amountMinor);
    return true;
  }

  words(address: number, length: number): number[] {
    const words = new Map([
      [REMAINING, (this.remainingMinor >>> 16) & 0xffff],
      [REMAINING + 1, this.remainingMinor & 0xffff],
      [REMAINING + 4, this.count],
    ]);
    return Array.from({ length }, (_, index) => words.get(address + index) ?? 0);
  }
}

/** What the line does with one request. */
export type Fate =
  | { type: "ok" }
  /** Never goes out. */
  | { type: "not-sent"; code: Extract<GatewayErrorCode, "bus-down" | "expired" | "queue-full"> }
  /** Lost on the way there. */
  | { type: "request-lost" }
  /** Carried out; the answer is lost. */
  | { type: "answer-lost" }
  /** Carried out this long after the master has given up. */
  | { type: "late"; ms: number }
  /** Answered with an exception, and not carried out. */
  | { type: "refused" };

/** For tests only: a sale desk before a meter, on a line that does what the test says, in a process that can be killed. */
export class SaleRig {
  readonly clock = new VirtualClock();
  readonly meter = new CreditMeter();
  tables = new MemoryTables();
  nextFate: (request: "read" | "write") => Fate = () => ({ type: "ok" });
  writes = 0;
  #run = 0;
  #desk: SaleDesk | null = null;
  #store: GatewayStore | null = null;

  get desk(): SaleDesk {
    if (this.#desk === null) throw new Error("the gateway is not running");
    return this.#desk;
  }

  start(wireOf: () => CircuitWire | undefined = () => this.#wire(this.#run)): void {
    this.#run += 1;
    const log = pino({ enabled: false });
    const limits = { ...DEFAULT_OUTBOX_LIMITS, reserveBytes: 0 };
    this.#store = new GatewayStore({ tables: this.tables, clock: this.clock, log, limits });
    this.#desk = new SaleDesk({
      store: this.#store,
      clock: this.clock,
      log,
      wire: wireOf,
      isConfigured: () => true,
    });
    this.#desk.resume();
  }

  /** `kill -9`: what the dead process was doing never comes back to it, but what it sent may still arrive. */
  kill(): void {
    this.#run += 1;
    this.desk.close();
    this.tables = this.tables.afterKill();
    this.#desk = null;
  }

  sale(id: string, amountMinor: number, validMs = 3_600_000): Sale {
    const nowMs = this.clock.nowMs();
    const at = (ms: number) => new Date(ms).toISOString();
    return { id, circuitId: "c1", amountMinor, issuedAt: at(nowMs), expiresAt: at(nowMs + validMs) };
  }

  /** What the server was told, oldest first. */
  results(saleId: string): SaleResult[] {
    return this.tables.entries("outbox").flatMap(({ value }) => {
      const { i } = value as { i?: { type: string; result: SaleResult } };
      return i?.type === "sale-result" && i.result.saleId === saleId ? [i.result] : [];
    });
  }

  #wire(run: number): CircuitWire {
    const bus: Pick<Bus, "read" | "write"> = {
      read: (request) => this.#read(run, request),
      write: (request) => this.#writeOnce(run, request),
    };
    return {
      circuitId: "c1",
      bus: bus as Bus,
      unitId: 13,
      profile: acrelAdf400l,
      variant: VARIANT,
      timeZone: "UTC",
    };
  }

  async #pass(run: number, ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.clock.setTimer(resolve, ms));
    if (run !== this.#run) await new Promise<never>(() => {});
  }

  async #read(run: number, { block }: ReadRequest): Promise<ReadReply> {
    if (!("address" in block)) throw new GatewayError("function-refused");
    const fate = this.nextFate("read");
    if (fate.type === "not-sent") throw new GatewayError(fate.code);
    if (fate.type !== "ok") {
      await this.#pass(run, TIMEOUT_MS);
      throw new GatewayError("reply-timeout");
    }
    await this.#pass(run, ANSWER_MS);
    return { words: this.meter.words(block.address, block.count), at: this.clock.nowMs() };
  }

  async #writeOnce(run: number, { write }: WriteRequest): Promise<void> {
    if (!("words" in write) || write.address !== PURCHASE) throw new GatewayError("address-refused");
    const [high = 0, low = 0, count = 0] = write.words;
    const carryOut = () => this.meter.credit(high * 0x1_0000 + low, count);
    const fate = this.nextFate("write");
    if (fate.type === "not-sent") throw new GatewayError(fate.code);
    this.writes += 1;
    switch (fate.type) {
      case "ok":
        this.clock.setTimer(carryOut, ANSWER_MS / 2);
        return this.#pass(run, ANSWER_MS);
      case "refused":
        await this.#pass(run, ANSWER_MS);
        throw new GatewayError("value-refused");
      case "answer-lost":
        this.clock.setTimer(carryOut, ANSWER_MS / 2);
        break;
      case "late":
        this.clock.setTimer(carryOut, TIMEOUT_MS + fate.ms);
        break;
      case "request-lost":
        break;
    }
    await this.#pass(run, TIMEOUT_MS);
    throw new GatewayError("write-unconfirmed");
  }
}
