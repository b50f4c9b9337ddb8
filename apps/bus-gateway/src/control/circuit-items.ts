import type {
  AlarmKind,
  CircuitConfig,
  Hold,
  HoldParams,
  IntendedState,
  Presence,
  RelayState,
  RuleEvent,
  UplinkItem,
} from "@hallmeter/meter-model";

type Subject = Extract<UplinkItem, { type: "event" }>["subject"];

export function subjectOf(circuit: CircuitConfig): Subject {
  const { id: circuitId, meterId, busId, householdId } = circuit;
  return { circuitId, meterId, busId, ...(householdId === null ? {} : { householdId }) };
}

/** Same condition on the same subject, same key. */
export function alarmKey(kind: AlarmKind, subjectId: string): string {
  return `${kind}:${subjectId}`;
}

export function ruleEventItem(circuit: CircuitConfig, event: RuleEvent, id: string): UplinkItem {
  const subject = subjectOf(circuit);
  if (event.type === "event") return { ...event, id, subject };
  const { kind, state, severity, at, params, evidence } = event;
  return {
    type: "alarm",
    key: alarmKey(kind, circuit.id),
    at,
    kind,
    state,
    severity,
    subject,
    params,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

export interface VisibleState {
  relay: RelayState;
  intended: IntendedState;
  presence: Presence;
  keepPower: boolean;
  holds: readonly Hold[];
}

export function circuitStateItem(
  circuitId: string,
  visible: VisibleState,
  revision: number,
  atMs: number,
): UplinkItem {
  return {
    type: "circuit-state",
    circuitId,
    at: new Date(atMs).toISOString(),
    revision,
    ...visible,
    holds: [...visible.holds],
  };
}

export function eventItem(
  kind: string,
  subject: Subject,
  params: HoldParams,
  atMs: number,
  id: string,
): UplinkItem {
  return { type: "event", id, at: new Date(atMs).toISOString(), kind, subject, params };
}
