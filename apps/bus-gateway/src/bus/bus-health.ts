import type { GatewayErrorCode } from "../errors.ts";

/** Garbled exchanges in a row, with no clean one between, that mean a jammed bus. Range 3–20. */
const GARBLED_UNTIL_JAMMED = 6;

/** Failures during which somebody talked: on a healthy line a dead unit is silent. */
const GARBLED: ReadonlySet<GatewayErrorCode> = new Set<GatewayErrorCode>([
  "reply-corrupt",
  "reply-foreign",
  "reply-doubled",
  "reply-truncated",
  "duplicate-address",
]);

export interface BusHealth {
  garbledInARow: number;
  jammed: boolean;
}

export const QUIET_BUS: BusHealth = { garbledInARow: 0, jammed: false };

/** @param outcome null for an answer, an exception reply included */
export function afterExchange(health: BusHealth, outcome: GatewayErrorCode | null): BusHealth {
  if (outcome === "bus-jammed") return { garbledInARow: health.garbledInARow + 1, jammed: true };
  if (outcome === null || !GARBLED.has(outcome)) return QUIET_BUS;
  const garbledInARow = health.garbledInARow + 1;
  return { garbledInARow, jammed: health.jammed || garbledInARow >= GARBLED_UNTIL_JAMMED };
}
