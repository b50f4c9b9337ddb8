import { ALARM_KIND_NAMES, type AlarmKind, SEVERITIES, type Severity } from "@hallmeter/meter-model";
import type { AlarmState } from "../api/rows.ts";

/** What the inbox shows, by name: it stands in the address. */
export const STATE_FILTERS = {
  open: ["raised", "acknowledged"],
  raised: ["raised"],
  acknowledged: ["acknowledged"],
  shelved: ["shelved"],
  cleared: ["cleared"],
  all: [],
} as const satisfies Record<string, readonly AlarmState[]>;
export type StateFilter = keyof typeof STATE_FILTERS;
export const STATE_FILTER_NAMES = Object.keys(STATE_FILTERS) as StateFilter[];

/** As in the address; empty for what is not narrowed. */
export const INBOX_CHOICES = ["state", "severity", "kind", "q", "page"] as const;
export type InboxChoice = Record<(typeof INBOX_CHOICES)[number], string>;

export interface InboxFilter {
  state: StateFilter;
  severity: Severity | null;
  kind: AlarmKind | null;
  q: string;
  page: number;
}

const oneOf = <Name extends string>(names: readonly Name[], text: string): Name | null =>
  names.find((name) => name === text) ?? null;

/** An address that somebody typed or kept may say anything: what means nothing narrows nothing. */
export function inboxFilter(choice: InboxChoice): InboxFilter {
  const page = Number(choice.page);
  return {
    state: oneOf(STATE_FILTER_NAMES, choice.state) ?? "open",
    severity: oneOf(SEVERITIES, choice.severity),
    kind: oneOf(ALARM_KIND_NAMES, choice.kind),
    q: choice.q.trim().slice(0, 100),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

export const isNarrowed = ({ severity, kind, q }: InboxFilter): boolean =>
  severity !== null || kind !== null || q !== "";

/** The list to ask for: what is over goes by time, what asks for a person by urgency. */
export function inboxQuery({ state, severity, kind, q }: InboxFilter, siteId: string) {
  const states: readonly AlarmState[] = STATE_FILTERS[state];
  const byTime = state === "cleared" || state === "all";
  return {
    sort: { field: byTime ? "raisedAt" : "severity", order: "DESC" as const },
    filter: {
      siteId,
      ...(states.length > 0 && { state: states }),
      ...(severity !== null && { severity }),
      ...(kind !== null && { kind }),
      ...(q !== "" && { q }),
    },
  };
}
