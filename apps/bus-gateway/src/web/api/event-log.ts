import { type UplinkItem, uplinkItemSchema } from "@hallmeter/meter-model";
import type { GatewayStore } from "../../store/gateway-store.ts";

interface LogQuery {
  /** Only what concerns this circuit. */
  circuitId?: string | undefined;
  limit: number;
}

/** A line of the log: what a person reads of an item. */
export interface LoggedEvent {
  at: string;
  what: string;
  circuitId?: string | undefined;
  details: Record<string, string>;
}

const MOST_EVENTS = 1000;

/** Newest first. A result keeps only its id; who asked for what, and where, is in the journal. */
export function eventLog(store: GatewayStore, { circuitId, limit }: LogQuery): LoggedEvent[] {
  const lines = store.recentEvents(MOST_EVENTS).flatMap((stored) => {
    // What another version wrote is passed by, like everywhere in the local store.
    const item = uplinkItemSchema.safeParse(stored);
    const line = item.success ? lineOf(store, item.data) : null;
    return line === null ? [] : [line];
  });
  const wanted = circuitId === undefined ? lines : lines.filter((line) => line.circuitId === circuitId);
  return wanted.slice(0, limit);
}

function lineOf(store: GatewayStore, item: UplinkItem): LoggedEvent | null {
  switch (item.type) {
    case "event": {
      const { at, kind, subject, params } = item;
      // A person's command at this page reads like the server's.
      const { state, ...asked } = params;
      const isCommand = kind === "technician-command";
      const what = isCommand ? `command ${state}` : kind;
      return { at, what, circuitId: subject.circuitId, details: texts(isCommand ? asked : params) };
    }
    case "alarm": {
      const { at, kind, state, subject, params } = item;
      return { at, what: `${kind} ${state}`, circuitId: subject.circuitId, details: texts(params) };
    }
    case "command-result": {
      const { commandId, state, at, code, detail } = item.result;
      const command = store.command(commandId)?.command;
      const asked = command && { action: command.action, by: command.by.name, reason: command.reason };
      const details = texts({ ...asked, code, detail });
      return { at, what: `command ${state}`, circuitId: command?.circuitId, details };
    }
    case "sale-result": {
      const { saleId, state, at, code, purchaseCount } = item.result;
      const sale = store.sale(saleId)?.sale;
      const details = texts({ amountMinor: sale?.amountMinor, purchaseCount, code });
      return { at, what: `sale ${state}`, circuitId: sale?.circuitId, details };
    }
    default:
      return null;
  }
}

function texts(params: Record<string, unknown>): Record<string, string> {
  const said = Object.entries(params).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}
