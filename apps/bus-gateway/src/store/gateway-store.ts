import { type CreditPosition, creditPositionSchema, type UplinkItem } from "@hallmeter/meter-model";
import type { Logger } from "pino";
import { type ZodType, z } from "zod";
import type { Cancel, Clock } from "../clock.ts";
import { GatewayError } from "../errors.ts";
import { DEFAULT_OUTBOX_LIMITS, type OutboxLimits } from "./acceptance.ts";
import { Outbox } from "./outbox.ts";
import {
  type AlarmRecord,
  alarmRecordSchema,
  answeredBulkSchema,
  type CircuitRecord,
  circuitRecordSchema,
  type DownlinkMark,
  downlinkMarkSchema,
  EMPTY_UPLINK_MARK,
  type JournalEntry,
  journalEntrySchema,
  type KeptConfig,
  keptConfigSchema,
  type MeterRecord,
  meterRecordSchema,
  type SaleRecord,
  saleRecordSchema,
  type UplinkMark,
  type UsePoint,
  uplinkMarkSchema,
  usePointSchema,
} from "./records.ts";
import type { Change, Key, Range, TableName, Tables } from "./tables.ts";

/**
 * Writes that nothing waits for are grouped for this long. Range 0–2000 ms; 500 ms spares an SD card nine writes of ten,
 * and `kill -9` costs at most these samples, whose energy the next one carries.
 */
const GROUPING_MS = 500;
/** Once a second is soon enough to see a disk fill up. */
const SIZE_CHECK_MS = 1000;
/** The technician's event log. Range 1000–100,000. */
const EVENTS_KEPT = 20_000;
/** A command that comes again later than this is long expired. */
const JOURNAL_KEPT_MS = 7 * 86_400_000;
/** A settled sale that the server hands over again later than this has long been answered. */
const SALES_KEPT_MS = 90 * 86_400_000;
/** Important entries that could not be written wait in memory. */
const MOST_UNWRITTEN = 10_000;

interface Waiting {
  changes: readonly Change[];
  resolve(): void;
  reject(error: GatewayError): void;
}

interface GatewayStoreOptions {
  tables: Tables;
  clock: Clock;
  log: Logger;
  limits?: OutboxLimits;
}

/** Everything the gateway must still know after `kill -9`. One writer: this process. */
export class GatewayStore {
  readonly outbox: Outbox;
  /** Since when, by the wall clock, everything taken is remembered here. */
  readonly journalSinceMs: number;
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #outboxListeners = new Set<(urgent: boolean) => void>();
  readonly #fullListeners = new Set<(isFull: boolean) => void>();
  #deferred: Change[] = [];
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #isWanted = false;
  #cancelGrouping: Cancel | null = null;
  #cancelSizeCheck: Cancel;
  #nextEvent: number;
  #isFull = false;
  #closed = false;

  constructor({ tables, clock, log, limits = DEFAULT_OUTBOX_LIMITS }: GatewayStoreOptions) {
    this.#tables = tables;
    this.#clock = clock;
    this.#log = log;
    this.outbox = new Outbox(tables, limits, clock.nowMs());
    const lastEvent = tables.lastKey("events");
    this.#nextEvent = typeof lastEvent === "number" ? lastEvent + 1 : 1;
    this.#isFull = this.outbox.size().acceptance === "no-samples";
    this.#cancelSizeCheck = clock.setTimer(() => this.#checkSize(), SIZE_CHECK_MS);
    const journalSinceMs = this.#get(z.int(), "meta", "journal-since");
    this.journalSinceMs = journalSinceMs ?? clock.nowMs();
    if (journalSinceMs === undefined)
      this.defer([{ table: "meta", key: "journal-since", value: this.journalSinceMs }]);
    this.#dropOldCommands();
    this.#dropOldSales();
  }

  /** True while samples are refused for want of space. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Resolves once all of it, and everything deferred before, is on disk. Rejects with GatewayError "store-unavailable". */
  commit(changes: readonly Change[]): Promise<void> {
    if (this.#closed) return Promise.reject(new GatewayError("store-unavailable", "the store is closed"));
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject });
    });
    this.#startWriting();
    return written;
  }

  /** To be written soon; nothing waits for it. */
  defer(changes: readonly Change[]): void {
    if (this.#closed || changes.length === 0) return;
    this.#deferred.push(...changes);
    this.#cancelGrouping ??= this.#clock.setTimer(() => this.#startWriting(), GROUPING_MS);
  }

  /** Resolves when nothing is left to write. */
  async idle(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Entries for the outbox and the event log. */
  sending(items: readonly UplinkItem[]): Change[] {
    const events = items.flatMap((item): Change[] => {
      if (
        item.type !== "event" &&
        item.type !== "alarm" &&
        item.type !== "command-result" &&
        item.type !== "sale-result"
      )
        return [];
      const key = this.#nextEvent++;
      const oldest: Change[] = key > EVENTS_KEPT ? [{ table: "events", key: key - EVENTS_KEPT }] : [];
      // Evidence is for the server's judges; the log keeps what a person reads.
      const kept = item.type === "alarm" || item.type === "event" ? { ...item, evidence: undefined } : item;
      return [
        { table: "events", key, value: JSON.parse(JSON.stringify(kept)) as unknown, isExpendable: true },
        ...oldest,
      ];
    });
    return [...this.outbox.changesFor(items), ...events];
  }

  /** The newest entries of the event log, newest first. */
  recentEvents(limit: number): unknown[] {
    const from = Math.max(1, this.#nextEvent - limit);
    return [...this.#tables.entries("events", { from })].map(({ value }) => value).reverse();
  }

  onOutbox(listener: (urgent: boolean) => void): Cancel {
    this.#outboxListeners.add(listener);
    return () => void this.#outboxListeners.delete(listener);
  }

  onFull(listener: (isFull: boolean) => void): Cancel {
    this.#fullListeners.add(listener);
    return () => void this.#fullListeners.delete(listener);
  }

  config(): KeptConfig | undefined {
    return this.#get(keptConfigSchema, "meta", "config");
  }

  saveConfig(kept: KeptConfig): Promise<void> {
    return this.commit([{ table: "meta", key: "config", value: kept }]);
  }

  uplinkMark(): UplinkMark {
    return this.#get(uplinkMarkSchema, "meta", "uplink") ?? EMPTY_UPLINK_MARK;
  }

  uplinkMarkChange(mark: UplinkMark): Change {
    return { table: "meta", key: "uplink", value: mark };
  }

  downlinkMark(): DownlinkMark | undefined {
    return this.#get(downlinkMarkSchema, "meta", "downlink");
  }

  saveDownlinkMark(mark: DownlinkMark): Promise<void> {
    return this.commit([{ table: "meta", key: "downlink", value: mark }]);
  }

  circuit(circuitId: string): CircuitRecord | undefined {
    return this.#get(circuitRecordSchema, "circuits", circuitId);
  }

  circuitChange(circuitId: string, record: CircuitRecord): Change {
    return { table: "circuits", key: circuitId, value: record };
  }

  meter(circuitId: string): MeterRecord | undefined {
    return this.#get(meterRecordSchema, "meters", circuitId);
  }

  meterChange(circuitId: string, record: MeterRecord): Change {
    return { table: "meters", key: circuitId, value: record };
  }

  bulkAnswer(): z.infer<typeof answeredBulkSchema> | undefined {
    return this.#get(answeredBulkSchema, "meta", "bulk-answer");
  }

  bulkAnswerChange(answered: z.infer<typeof answeredBulkSchema>): Change {
    return { table: "meta", key: "bulk-answer", value: answered };
  }

  creditPositions(): CreditPosition[] {
    return this.#all(creditPositionSchema, "credit");
  }

  creditChange(position: CreditPosition): Change {
    return { table: "credit", key: position.householdId, value: position };
  }

  /** Oldest first. */
  usePoints(circuitId: string): UsePoint[] {
    return this.#all(usePointSchema, "use-points", {
      from: [circuitId, 0],
      to: [circuitId, Number.MAX_SAFE_INTEGER],
    });
  }

  usePointChange(circuitId: string, point: UsePoint): Change {
    return { table: "use-points", key: [circuitId, point.atMs], value: point };
  }

  usePointRemoval(circuitId: string, atMs: number): Change {
    return { table: "use-points", key: [circuitId, atMs] };
  }

  command(commandId: string): JournalEntry | undefined {
    return this.#get(journalEntrySchema, "commands", commandId);
  }

  commandChange(entry: JournalEntry): Change {
    return { table: "commands", key: entry.command.id, value: entry };
  }

  unfinishedCommands(): JournalEntry[] {
    return this.#all(journalEntrySchema, "commands").filter(({ result }) => result === null);
  }

  sale(saleId: string): SaleRecord | undefined {
    return this.#get(saleRecordSchema, "sales", saleId);
  }

  sales(): SaleRecord[] {
    return this.#all(saleRecordSchema, "sales");
  }

  saleChange(record: SaleRecord): Change {
    return { table: "sales", key: record.sale.id, value: record };
  }

  alarms(): AlarmRecord[] {
    return this.#all(alarmRecordSchema, "alarms");
  }

  alarmChange(record: AlarmRecord): Change {
    return { table: "alarms", key: record.key, value: record };
  }

  alarmRemoval(key: string): Change {
    return { table: "alarms", key };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#cancelSizeCheck();
    if (this.#deferred.length > 0) this.#startWriting();
    this.#closed = true;
    await this.idle();
    await this.#tables.close();
  }

  /** What another version left unreadable counts as absent: the gateway starts, and says so. */
  #parse<Schema extends ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> | undefined {
    if (value === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    this.#log.warn({ what, problem: z.prettifyError(parsed.error) }, "unreadable entry in the local store");
    return undefined;
  }

  #get<Schema extends ZodType>(schema: Schema, table: TableName, key: Key): z.infer<Schema> | undefined {
    return this.#parse(schema, this.#tables.get(table, key), `${table} ${String(key)}`);
  }

  #all<Schema extends ZodType>(schema: Schema, table: TableName, range: Range = {}): z.infer<Schema>[] {
    return [...this.#tables.entries(table, range)].flatMap(({ key, value }) => {
      const parsed = this.#parse(schema, value, `${table} ${String(key)}`);
      return parsed === undefined ? [] : [parsed];
    });
  }

  /** One write at a time; what comes meanwhile is written together after it. */
  #startWriting(): void {
    this.#isWanted = true;
    this.#writing ??= this.#writeWhileWanted().finally(() => {
      this.#writing = null;
      // Whoever was answered may have asked for more between the last look and here.
      if (this.#isWanted) this.#startWriting();
    });
  }

  async #writeWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#writeAll();
    }
  }

  async #writeAll(): Promise<void> {
    this.#cancelGrouping?.();
    this.#cancelGrouping = null;
    const deferred = this.#deferred;
    const waiting = this.#waiting;
    this.#deferred = [];
    this.#waiting = [];
    const all = [...deferred, ...waiting.flatMap(({ changes }) => changes)];
    if (all.length === 0) {
      for (const { resolve } of waiting) resolve();
      return;
    }
    let written: readonly Change[] = all;
    try {
      written = await this.#writeWhatFits(all);
    } catch (error) {
      const failure =
        error instanceof GatewayError ? error : new GatewayError("store-unavailable", String(error));
      this.#keepForLater(deferred);
      for (const { reject } of waiting) reject(failure);
      return;
    }
    for (const { resolve } of waiting) resolve();
    this.#tellOutbox(written);
  }

  /** A full disk costs samples first. */
  async #writeWhatFits(all: readonly Change[]): Promise<readonly Change[]> {
    try {
      await this.#tables.write(all);
      return all;
    } catch (error) {
      this.#log.error({ err: error, changes: all.length }, "the local store could not be written");
      this.outbox.judgeSize(this.#clock.nowMs(), true);
      this.#noteFull(true);
      const important = all.filter((change) => change.isExpendable !== true);
      if (important.length === all.length) throw error;
      if (important.length > 0) await this.#tables.write(important);
      return important;
    }
  }

  #keepForLater(deferred: readonly Change[]): void {
    const important = deferred.filter((change) => change.isExpendable !== true);
    this.#deferred.unshift(...important.slice(-MOST_UNWRITTEN));
    if (important.length > 0)
      this.#cancelGrouping ??= this.#clock.setTimer(() => this.#startWriting(), SIZE_CHECK_MS);
  }

  #tellOutbox(written: readonly Change[]): void {
    const put = written.filter(({ table, value }) => table === "outbox" && value !== undefined);
    if (put.length === 0) return;
    const urgent = put.some(({ isExpendable }) => isExpendable !== true);
    for (const listener of this.#outboxListeners) listener(urgent);
  }

  #checkSize(): void {
    this.#noteFull(this.outbox.judgeSize(this.#clock.nowMs(), false) === "no-samples");
    if (!this.#closed) this.#cancelSizeCheck = this.#clock.setTimer(() => this.#checkSize(), SIZE_CHECK_MS);
  }

  #noteFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    for (const listener of this.#fullListeners) listener(isFull);
  }

  #dropOldSales(): void {
    const before = this.#clock.nowMs() - SALES_KEPT_MS;
    const old = this.sales().filter(({ isOpen, sale }) => !isOpen && Date.parse(sale.issuedAt) < before);
    this.defer(old.map(({ sale }) => ({ table: "sales", key: sale.id })));
  }

  #dropOldCommands(): void {
    const before = this.#clock.nowMs() - JOURNAL_KEPT_MS;
    const old = [...this.#tables.entries("commands")].filter(({ value }) => {
      const entry = journalEntrySchema.safeParse(value);
      return !entry.success || Date.parse(entry.data.command.expiresAt) < before;
    });
    this.defer(old.map(({ key }) => ({ table: "commands", key })));
  }
}
