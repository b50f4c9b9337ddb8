import type { Accrual } from "./accrual.ts";
import type { MeteredUse } from "./profile-marks.ts";

/** Why a use is metered and kept, but charged to nobody until somebody decides. */
export const HOLD_REASONS = {
  "use-too-large": "the register jumped further than the switch could have carried, and stayed there",
  "register-smaller": "the register began anew; what it shows since then may be the use",
  "use-while-open": "energy was counted while the relay was open",
  "power-mismatch": "an hour's energy does not agree with its power",
  "clock-wrong": "the time of the reading cannot be trusted",
} as const satisfies Record<string, string>;
export type HoldReason = keyof typeof HOLD_REASONS;
export const HOLD_REASON_NAMES = Object.keys(HOLD_REASONS) as [HoldReason, ...HoldReason[]];

/**
 * `held` waits · `releasing` was released and is on its way into the ledger · `released` has its usage entry · `rejected` is
 * never charged. One way.
 */
export const HELD_STATES = ["held", "releasing", "released", "rejected"] as const;
export type HeldState = (typeof HELD_STATES)[number];

/** A stretch of an accrual that its cost does not contain. */
export interface HeldUse {
  /** Within its accrual, from 0. */
  n: number;
  reason: HoldReason;
  fromAt: Date;
  toAt: Date;
  /** Readings at both ends. */
  fromWh: number;
  toWh: number;
  state: HeldState;
  decided: { by: { id: string; name: string }; at: Date; reason: string } | null;
}

export function heldWh(accrual: Pick<Accrual, "held">): number {
  return accrual.held.reduce((sum, { fromWh, toWh }) => sum + toWh - fromWh, 0);
}

/** The accrual after a use that is kept, but not charged. Neighbours of one reason are one stretch. */
export function holdBack(
  accrual: Accrual,
  use: Pick<MeteredUse, "fromMs" | "toMs" | "fromReadingWh" | "wh">,
  reason: HoldReason,
): Accrual {
  const toAt = new Date(use.toMs);
  const toWh = use.fromReadingWh + use.wh;
  const last = accrual.held.at(-1);
  const goesOn =
    last?.reason === reason &&
    last.state === "held" &&
    last.toWh === use.fromReadingWh &&
    last.toAt.getTime() === use.fromMs;
  const held = goesOn
    ? [...accrual.held.slice(0, -1), { ...last, toAt, toWh }]
    : [
        ...accrual.held,
        {
          n: accrual.held.length,
          reason,
          fromAt: new Date(use.fromMs),
          toAt,
          fromWh: use.fromReadingWh,
          toWh,
          state: "held" as const,
          decided: null,
        },
      ];
  return { ...accrual, held, lastAt: toAt, lastWh: toWh };
}

export function heldUseId(accrual: Pick<Accrual, "_id">, { n }: Pick<HeldUse, "n">): string {
  return `${accrual._id}:held:${n}`;
}

/** The accrual and the number that an id names; undefined when it is none of ours. */
export function parseHeldUseId(id: string): { accrualId: string; n: number } | undefined {
  const match = /^(.{1,120}):held:(\d{1,4})$/.exec(id);
  return match ? { accrualId: match[1] as string, n: Number(match[2]) } : undefined;
}
