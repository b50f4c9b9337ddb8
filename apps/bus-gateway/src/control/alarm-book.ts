import { ALARM_KINDS, type AlarmKind, type HoldParams, type UplinkItem } from "@hallmeter/meter-model";
import type { GatewayStore } from "../store/gateway-store.ts";
import type { AlarmRecord } from "../store/records.ts";
import type { Change } from "../store/tables.ts";

type AlarmItem = Extract<UplinkItem, { type: "alarm" }>;

/** A condition that holds now. */
export interface Condition {
  key: string;
  kind: AlarmKind;
  subject: AlarmItem["subject"];
  params: HoldParams;
}

/** Which alarms are raised: each is told once when it comes and once when it goes, over restarts too. */
export class AlarmBook {
  readonly #store: GatewayStore;
  readonly #raised: Map<string, AlarmRecord>;

  constructor(store: GatewayStore) {
    this.#store = store;
    this.#raised = new Map(store.alarms().map((record) => [record.key, record]));
  }

  raised(): AlarmRecord[] {
    return [...this.#raised.values()];
  }

  has(key: string): boolean {
    return this.#raised.has(key);
  }

  /** Raises what is not yet raised. */
  raise({ key, kind, subject, params }: Condition, atMs: number): Change[] {
    if (this.#raised.has(key)) return [];
    const at = new Date(atMs).toISOString();
    const { severity } = ALARM_KINDS[kind];
    return this.take({ type: "alarm", key, at, kind, state: "raised", severity, subject, params });
  }

  clear(key: string, atMs: number): Change[] {
    const record = this.#raised.get(key);
    if (record === undefined) return [];
    const { kind, severity, subject } = record;
    const at = new Date(atMs).toISOString();
    return this.take({ type: "alarm", key, at, kind, state: "cleared", severity, subject, params: {} });
  }

  /** Raises what holds and clears what no longer does, among the alarms that `judged` names. */
  reconcile(
    judged: (record: AlarmRecord) => boolean,
    conditions: readonly Condition[],
    atMs: number,
  ): Change[] {
    const holding = new Set(conditions.map(({ key }) => key));
    const over = this.raised().filter((record) => judged(record) && !holding.has(record.key));
    return [
      ...conditions.flatMap((condition) => this.raise(condition, atMs)),
      ...over.flatMap(({ key }) => this.clear(key, atMs)),
    ];
  }

  /** An alarm as a rule tells it: noted and sent on. */
  take(item: AlarmItem): Change[] {
    const { key, kind, severity, subject, params, at } = item;
    if (item.state === "cleared") {
      this.#raised.delete(key);
      return [this.#store.alarmRemoval(key), ...this.#store.sending([item])];
    }
    const record = { key, kind, severity, subject, params, raisedAt: this.#raised.get(key)?.raisedAt ?? at };
    this.#raised.set(key, record);
    return [this.#store.alarmChange(record), ...this.#store.sending([item])];
  }
}
