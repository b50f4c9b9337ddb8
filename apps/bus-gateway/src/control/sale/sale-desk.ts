import {
  holdsSaleableCredit,
  type MeterCreditReading,
  MeterModelError,
  nextPurchaseCount,
  purchaseWrite,
  type RegisterWrite,
  type Sale,
  type SaleCode,
  type SaleResult,
  type SaleState,
  type UplinkItem,
} from "@hallmeter/meter-model";
import type { Logger } from "pino";
import type { Lane } from "../../bus/bus.ts";
import type { Cancel, Clock } from "../../clock.ts";
import { type GatewayErrorCode, isGatewayError } from "../../errors.ts";
import type { GatewayStore } from "../../store/gateway-store.ts";
import type { SaleIntent, SaleRecord } from "../../store/records.ts";
import { type CircuitWire, NOT_SENT, REFUSED } from "../operate-relay.ts";
import { readMeterCredit } from "./read-meter-credit.ts";
import { judgeIntent } from "./sale-steps.ts";

/** What the desk needs of the rest. */
export interface SaleSurroundings {
  store: GatewayStore;
  clock: Clock;
  log: Logger;
  /** Undefined for a circuit that the configuration does not have. */
  wire: (circuitId: string) => CircuitWire | undefined;
  /** Without a configuration no circuit is known yet. */
  isConfigured: () => boolean;
}

const LANE: Lane = "sale";
/** A write that has not begun by then is not begun. Range 1–30 s: what may be on its way is waited for that much longer. */
const WRITE_VALID_MS = 5000;
/** The count is looked at this often while a write may be on its way. Range 0.2–2 s. */
const LOOK_AGAIN_MS = 500;
/** A meter or store that does not answer is asked again after this, doubled each time… Range 0.5–5 s. */
const FIRST_PAUSE_MS = 1000;
/** …up to this. Range 10 s–10 min: an offline meter's credit arrives soon after it is back. */
const LONGEST_PAUSE_MS = 60_000;

/** What a write of the wire may take beyond the meter's own latency, doubled for a serial server's buffer. */
function settleMsOf({ profile }: CircuitWire): number {
  return 2 * profile.longestLatencyMs + WRITE_VALID_MS;
}

function codeOf(error: unknown): GatewayErrorCode | undefined {
  if (isGatewayError(error)) return error.code;
  if (error instanceof MeterModelError && error.failureClass === "transient") return undefined;
  throw error;
}

/** A pause until the sale is looked at again, ms; null when it is settled. */
type Pause = number | null;

/**
 * Credits purchases in meters that hold their credit: intent to disk, one write, count and balance read back, commit. One at
 * a time and in order for each circuit, for the meter's count numbers them. After a restart or a lost answer the count says
 * what happened; nothing goes out again unless it proves that nothing was credited.
 */
export class SaleDesk {
  readonly #around: SaleSurroundings;
  /** Not settled, by sale id, in the order in which they came. */
  readonly #open = new Map<string, SaleRecord>();
  readonly #failures = new Map<string, number>();
  readonly #working = new Set<string>();
  readonly #timers = new Map<string, Cancel>();
  #nextOrder: number;
  #isClosed = false;

  constructor(around: SaleSurroundings) {
    this.#around = around;
    const kept = around.store.sales();
    this.#nextOrder = Math.max(0, ...kept.map(({ order }) => order)) + 1;
    for (const record of kept.filter(({ isOpen }) => isOpen).sort((a, b) => a.order - b.order))
      this.#open.set(record.sale.id, record);
  }

  get waiting(): number {
    return this.#open.size;
  }

  /** Goes on with what an earlier run left. To be called again when the configuration changes. */
  resume(): void {
    for (const circuitId of new Set([...this.#open.values()].map(({ sale }) => sale.circuitId)))
      this.#wake(circuitId, 0);
  }

  /**
   * Resolves once the sale is on disk; taken before, what became of it is told again.
   * @throws GatewayError "store-unavailable": it was not taken
   */
  async take(sale: Sale): Promise<void> {
    const { store } = this.#around;
    const known = this.#open.get(sale.id) ?? store.sale(sale.id);
    if (known !== undefined) {
      if (known.result !== null)
        await store.commit(store.sending([{ type: "sale-result", result: known.result }]));
      return;
    }
    const record: SaleRecord = { sale, order: this.#nextOrder++, intent: null, result: null, isOpen: true };
    // A journal that was lost with its disk may have held it: nobody but the meter's own records knows.
    if (Date.parse(sale.issuedAt) < store.journalSinceMs) {
      const result = this.#result(record, "unknown", true, "journal-lost");
      const settled = { ...record, result, isOpen: false };
      return store.commit([store.saleChange(settled), ...store.sending([{ type: "sale-result", result }])]);
    }
    await store.commit([store.saleChange(record)]);
    this.#open.set(sale.id, record);
    this.#wake(sale.circuitId, 0);
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #wake(circuitId: string, afterMs: number): void {
    this.#timers.get(circuitId)?.();
    if (this.#isClosed) return;
    const cancel = this.#around.clock.setTimer(() => {
      this.#timers.delete(circuitId);
      void this.#work(circuitId);
    }, afterMs);
    this.#timers.set(circuitId, cancel);
  }

  async #work(circuitId: string): Promise<void> {
    if (this.#working.has(circuitId)) return;
    this.#working.add(circuitId);
    let pauseMs: Pause = null;
    try {
      for (let next = this.#next(circuitId); next !== undefined && !this.#isClosed; ) {
        pauseMs = await this.#advance(next);
        if (pauseMs !== null) break;
        next = this.#next(circuitId);
      }
    } catch (error) {
      this.#around.log.error({ circuitId, err: error }, "a sale could not be carried on");
      pauseMs = LONGEST_PAUSE_MS;
    } finally {
      this.#working.delete(circuitId);
    }
    if (pauseMs !== null) this.#wake(circuitId, pauseMs);
  }

  #next(circuitId: string): SaleRecord | undefined {
    return [...this.#open.values()].find(({ sale }) => sale.circuitId === circuitId);
  }

  /** One look at the meter, and what follows from it. */
  async #advance(record: SaleRecord): Promise<Pause> {
    const { clock, wire: wireOf, isConfigured } = this.#around;
    const { sale, intent } = record;
    const wire = wireOf(sale.circuitId);
    if (wire === undefined) {
      if (!isConfigured() || intent !== null) return this.#pause(record);
      return this.#settle(record, "failed", "unknown-circuit");
    }
    if (intent === null) {
      if (!holdsSaleableCredit(wire.variant)) return this.#settle(record, "failed", "not-supported");
      if (clock.nowMs() > Date.parse(sale.expiresAt)) return this.#settle(record, "failed", "late");
    }
    const reading = await this.#read(wire);
    if (reading === null) return this.#unanswered(record);
    this.#failures.delete(sale.id);
    if (intent === null) return this.#begin(record, wire, reading);

    const verdict = judgeIntent(intent, sale.amountMinor, reading, {
      nowMs: clock.nowMs(),
      settleMs: settleMsOf(wire),
    });
    switch (verdict.type) {
      case "settled":
        return this.#settle(record, verdict.state, verdict.code, reading);
      case "wait":
        return Math.min(verdict.ms, LOOK_AGAIN_MS);
      case "write":
        return this.#write(record, wire, {
          ...intent,
          remainingBeforeMinor: reading.remainingMinor,
          writes: intent.writes + 1,
        });
    }
  }

  async #begin(record: SaleRecord, wire: CircuitWire, reading: MeterCreditReading): Promise<Pause> {
    return this.#write(record, wire, {
      countBefore: reading.purchaseCount,
      remainingBeforeMinor: reading.remainingMinor,
      count: nextPurchaseCount(wire.variant, reading.purchaseCount),
      writes: 1,
      lastWriteAtMs: 0,
      isRefused: false,
    });
  }

  /** The intent is on disk before the bus is asked; without a store nothing goes out. */
  async #write(record: SaleRecord, wire: CircuitWire, begun: SaleIntent): Promise<Pause> {
    const { clock, log } = this.#around;
    const write = purchaseOf(record.sale, wire, begun);
    if (write === null) return this.#settle(record, "failed", "amount-unfit");
    const nowMs = clock.nowMs();
    const intent: SaleIntent = { ...begun, lastWriteAtMs: nowMs, isRefused: false };
    const intended: SaleRecord = { ...record, intent };
    if (!(await this.#keep(intended))) return this.#pause(record);
    try {
      await wire.bus.write({
        lane: LANE,
        unitId: wire.unitId,
        write,
        profile: wire.profile,
        expiresAtMs: nowMs + WRITE_VALID_MS,
      });
    } catch (error) {
      const code = codeOf(error);
      log.warn(
        { saleId: record.sale.id, circuitId: record.sale.circuitId, code },
        "a sale was not confirmed",
      );
      // A bus that is being closed may have sent it: only the count knows.
      if (code !== undefined && code !== "bus-closed" && NOT_SENT.has(code)) {
        await this.#keep(record);
        return this.#pause(record);
      }
      if (code !== undefined && REFUSED.has(code))
        await this.#keep({ ...record, intent: { ...intent, isRefused: true } });
    }
    return 0;
  }

  async #read(wire: CircuitWire): Promise<MeterCreditReading | null> {
    try {
      return await readMeterCredit(wire, LANE, this.#around.clock.nowMs() + WRITE_VALID_MS);
    } catch (error) {
      codeOf(error);
      return null;
    }
  }

  async #unanswered(record: SaleRecord): Promise<Pause> {
    if (record.intent !== null && record.result === null) {
      const result = this.#result(record, "unknown", false, "no-answer");
      await this.#keep({ ...record, result }, result);
    }
    return this.#pause(record);
  }

  #pause({ sale }: SaleRecord): number {
    const failures = (this.#failures.get(sale.id) ?? 0) + 1;
    this.#failures.set(sale.id, failures);
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
  }

  async #settle(
    record: SaleRecord,
    state: SaleState,
    code?: SaleCode,
    reading?: MeterCreditReading,
  ): Promise<Pause> {
    const result = this.#result(record, state, true, code, reading);
    if (!(await this.#keep({ ...record, result, isOpen: false }, result))) return this.#pause(record);
    this.#around.log.info({ ...result, circuitId: record.sale.circuitId }, "sale settled");
    this.#failures.delete(record.sale.id);
    return null;
  }

  #result(
    { sale }: SaleRecord,
    state: SaleState,
    isFinal: boolean,
    code?: SaleCode,
    reading?: MeterCreditReading,
  ): SaleResult {
    return {
      saleId: sale.id,
      state,
      isFinal,
      at: new Date(this.#around.clock.nowMs()).toISOString(),
      ...(code === undefined ? {} : { code }),
      ...reading,
    };
  }

  /** To disk, with what the server shall hear; false when the store cannot, and then nothing has changed. */
  async #keep(record: SaleRecord, result?: SaleResult): Promise<boolean> {
    const { store, log } = this.#around;
    const told = result === undefined ? [] : store.sending(newsOf(record, result));
    try {
      await store.commit([store.saleChange(record), ...told]);
    } catch (error) {
      log.error({ saleId: record.sale.id, err: error }, "a sale could not be journalled");
      return false;
    }
    if (record.isOpen) this.#open.set(record.sale.id, record);
    else this.#open.delete(record.sale.id);
    return true;
  }
}

/** The result, and with it what the meter said of its credit. */
function newsOf({ sale: { circuitId } }: SaleRecord, result: SaleResult): UplinkItem[] {
  const { at, remainingMinor, purchaseCount } = result;
  const told: UplinkItem = { type: "sale-result", result };
  if (remainingMinor === undefined || purchaseCount === undefined) return [told];
  return [told, { type: "meter-credit", report: { circuitId, at, remainingMinor, purchaseCount } }];
}

/** Null when the meter's register cannot hold the amount. */
function purchaseOf(
  { amountMinor }: Sale,
  { variant, loop }: CircuitWire,
  { count }: SaleIntent,
): RegisterWrite | null {
  try {
    return purchaseWrite(variant, { amountMinor, count }, { loop });
  } catch (error) {
    if (error instanceof MeterModelError && error.code === "value-unfit") return null;
    throw error;
  }
}
