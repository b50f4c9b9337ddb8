import { useT } from "../i18n/use-t.ts";
import { Chip } from "../shared/state-chip.tsx";
import type { StateColor } from "../theme/state-colors.ts";
import type { Card, CardLoad, CardState } from "./rows.ts";

const CARD_COLORS = {
  active: "on",
  blocked: "alarm",
  replaced: "offline",
  settled: "vacant",
} as const satisfies Record<CardState, StateColor>;

const LOAD_COLORS = {
  carried: "switching",
  taken: "on",
  returned: "vacant",
} as const satisfies Record<CardLoad["state"], StateColor>;

export const CardStateChip = ({ state }: { state: CardState }) => (
  <Chip color={CARD_COLORS[state]}>{useT()(`cards.state.${state}`)}</Chip>
);

export const LoadStateChip = ({ state }: { state: CardLoad["state"] }) => (
  <Chip color={LOAD_COLORS[state]}>{useT()(`cards.load.${state}`)}</Chip>
);

/** Credit was sold that the card has not shown yet: it was pulled away, or never written. */
export const isBehind = ({ state, count, readCount }: Card): boolean =>
  state === "active" && readCount < count;

/** "04 A1 B2 C3", as it stands on chips. */
export const chipNumber = (uid: string): string => (uid.toUpperCase().match(/../g) ?? []).join(" ");
