import type { BulkAnswer, Calendar, GatewayConfig } from "@hallmeter/meter-model";
import type { Clock } from "../clock.ts";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { Change } from "../store/tables.ts";
import type { AlarmBook } from "./alarm-book.ts";
import { alarmKey, eventItem } from "./circuit-items.ts";
import {
  type AnsweredBulk,
  type BulkVerdict,
  type CreditStanding,
  judgeBulk,
  NO_BULK,
} from "./safety/bulk-guard.ts";
import { ClockWatch } from "./safety/clock-sure.ts";
import { protectedMoment } from "./safety/protected-times.ts";

interface SiteGuardOptions {
  store: GatewayStore;
  alarms: AlarmBook;
  clock: Clock;
  newId: () => string;
}

/** What holds for every circuit of the site alike: is the clock sure, is this a protected time, is a bulk of cuts paused. */
export class SiteGuard {
  readonly #options: SiteGuardOptions;
  readonly #clockWatch = new ClockWatch();
  readonly #standings = new Map<string, CreditStanding>();
  readonly #due = new Set<string>();
  #config: GatewayConfig | null = null;
  #calendar: Calendar = { holidays: [], restWeekdays: [] };
  #period = { isProtected: false, fromMs: 0, untilMs: 0 };
  #bulk: BulkVerdict = NO_BULK;
  #answered: AnsweredBulk | null;
  /** Of the circuits that the answer was about, those still due or cut. */
  #spoken: Set<string>;

  constructor(options: SiteGuardOptions) {
    this.#options = options;
    this.#answered = options.store.bulkAnswer() ?? null;
    this.#spoken = new Set(this.#answered?.circuitIds);
  }

  get bulk(): BulkVerdict {
    return this.#bulk;
  }

  /** null while nobody knows what day it is (S4). */
  get calendar(): Calendar | null {
    return this.#clockWatch.isSure ? this.#calendar : null;
  }

  /** S4, S5 */
  get isProtectedTime(): boolean {
    return !this.#clockWatch.isSure || this.#period.isProtected;
  }

  setConfig(config: GatewayConfig, circuitIds: ReadonlySet<string>): void {
    this.#config = config;
    this.#calendar = { holidays: config.holidays, restWeekdays: config.restWeekdays };
    this.#period = { isProtected: false, fromMs: 0, untilMs: 0 };
    for (const id of this.#standings.keys())
      if (!circuitIds.has(id)) {
        this.#standings.delete(id);
        this.#due.delete(id);
      }
    this.look();
  }

  /** A sample was taken at this instant. */
  seen(atMs: number): void {
    this.#clockWatch.seen(atMs);
  }

  /** To be called before anything is judged. @returns whether circuits must be judged again for it */
  look(): boolean {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    const { isSure } = this.#clockWatch;
    const { isProtectedTime } = this;
    const { isPaused } = this.#bulk;
    this.#clockWatch.look(nowMs, clock.monotonicMs());
    this.#lookAtPeriod(nowMs);
    if (this.#due.size > 0 || isPaused) this.#judge(nowMs);
    return (
      isSure !== this.#clockWatch.isSure ||
      isProtectedTime !== this.isProtectedTime ||
      isPaused !== this.#bulk.isPaused
    );
  }

  /** S6: the circuit's standing as it is about to be judged. */
  note(standing: CreditStanding): void {
    const known = this.#standings.get(standing.circuitId);
    if (known !== undefined && known.isDue === standing.isDue && known.cutAtMs === standing.cutAtMs) return;
    this.#standings.set(standing.circuitId, standing);
    if (standing.isDue) this.#due.add(standing.circuitId);
    else this.#due.delete(standing.circuitId);
    // Whoever is neither due nor cut has left the bulk: the next time is judged anew.
    if (!standing.isDue && standing.cutAtMs === null) this.#spoken.delete(standing.circuitId);
    if (standing.isDue || this.#bulk.isPaused) this.#judge(this.#options.clock.nowMs());
  }

  /** Whether this circuit's cut for credit has to wait for a person. */
  isCutPaused(circuitId: string): boolean {
    const decision = this.#isSpokenFor(circuitId) ? this.#answered?.answer.decision : undefined;
    return decision === undefined ? this.#bulk.isPaused : decision === "never-mind";
  }

  /** S6: a person has looked. The answer is about the circuits that are due now. Kept on disk first. */
  async answer(answer: BulkAnswer): Promise<void> {
    const { store, clock, newId } = this.#options;
    const nowMs = clock.nowMs();
    const isLate = nowMs > Date.parse(answer.expiresAt);
    const circuitIds = isLate ? [] : [...this.#due];
    const params = {
      answerId: answer.id,
      decision: answer.decision,
      by: answer.by.name,
      reason: answer.reason,
      circuits: circuitIds.length,
      isLate,
    };
    const told = store.sending([eventItem("bulk-cut-answered", {}, params, nowMs, newId())]);
    if (isLate) return store.commit(told);
    const answered = { answer, circuitIds };
    await store.commit([store.bulkAnswerChange(answered), ...told]);
    this.#answered = answered;
    this.#spoken = new Set(circuitIds);
    this.#judge(nowMs);
  }

  #isSpokenFor(circuitId: string): boolean {
    if (this.#answered === null || !this.#spoken.has(circuitId)) return false;
    return this.#options.clock.nowMs() <= Date.parse(this.#answered.answer.validUntil);
  }

  #lookAtPeriod(nowMs: number): void {
    if (this.#config === null || (nowMs >= this.#period.fromMs && nowMs < this.#period.untilMs)) return;
    const { safety, timeZone } = this.#config;
    this.#period = { ...protectedMoment(safety, nowMs, timeZone, this.#calendar), fromMs: nowMs };
  }

  #judge(nowMs: number): void {
    if (this.#config === null) return;
    this.#bulk = judgeBulk(this.#standings.values(), this.#config.safety, nowMs, (circuitId) =>
      this.#isSpokenFor(circuitId),
    );
    this.#options.store.defer(this.#alarmChanges(nowMs, this.#config.siteId));
  }

  #alarmChanges(nowMs: number, siteId: string): Change[] {
    const { alarms } = this.#options;
    const key = alarmKey("bulk-cut-paused", siteId);
    const { isPaused, due, recent, limit } = this.#bulk;
    if (!isPaused) return alarms.clear(key, nowMs);
    return alarms.raise({ key, kind: "bulk-cut-paused", subject: {}, params: { due, recent, limit } }, nowMs);
  }
}
