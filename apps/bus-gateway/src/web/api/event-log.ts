import type { GatewayStore } from "../../store/gateway-store.ts";

interface LogQuery {
  /** Only what concerns this circuit. */
  circuitId?: string | undefined;
  limit: number;
}

interface LoggedItem {
  type: string;
  subject?: { circuitId?: string };
  params?: Record<string, unknown>;
  result?: { commandId: string };
}

const MOST_EVENTS = 1000;

/** Newest first. A command's result says what was commanded, by whom and where: the log itself keeps only its id. */
export function eventLog(store: GatewayStore, { circuitId, limit }: LogQuery): LoggedItem[] {
  const all = (store.recentEvents(MOST_EVENTS) as LoggedItem[]).map((item) => withCommand(store, item));
  const wanted =
    circuitId === undefined ? all : all.filter(({ subject }) => subject?.circuitId === circuitId);
  return wanted.slice(0, limit);
}

function withCommand(store: GatewayStore, item: LoggedItem): LoggedItem {
  const command = item.result && store.command(item.result.commandId)?.command;
  if (!command) return item;
  const { action, by, reason, circuitId } = command;
  return { ...item, subject: { circuitId }, params: { action, by: by.name, reason } };
}
