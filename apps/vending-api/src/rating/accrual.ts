import type { RelayState } from "@hallmeter/meter-model";
import { type HeldUse, heldWh } from "./held-use.ts";
import type { Suspect } from "./suspect.ts";
import type { Watch } from "./watch.ts";

/**
 * The life of an accrual, one way: `open` grows with samples · `closed` has its amount · `posted` has its entry in the ledger
 * · `done` has handed its remainder to the next one. One circuit has one accrual that is not done, or two for the moment of
 * handing over.
 */
export const ACCRUAL_STATES = ["open", "closed", "posted", "done"] as const;
export type AccrualState = (typeof ACCRUAL_STATES)[number];
export const LIVING_STATES = ["open", "closed", "posted"] as const satisfies AccrualState[];

/** One past day, as far as it was metered; what "days left" is reckoned from. */
export interface RecentDay {
  day: string;
  costNano: number;
  coveredMs: number;
}

/** The use of one circuit on one local day, on its way from the register to the ledger. */
export interface Accrual {
  /** `circuit:day`, or `circuit:day:part` for a later part of the same day. */
  _id: string;
  siteId: string;
  circuitId: string;
  /** Null: charged to nobody. */
  householdId: string | null;
  tariffId: string | null;
  /** Local day, YYYY-MM-DD. */
  day: string;
  /** 0, or more when the household changed within the day or the day was closed before its last sample came. */
  part: number;
  /** The end of the local day. */
  endsAt: Date;
  state: AccrualState;
  /** Grows with every write, which is valid only for the revision that was read. */
  revision: number;
  fromAt: Date;
  fromWh: number;
  lastAt: Date;
  /** Readings are register + offset, so that they never go back. */
  lastWh: number;
  offsetWh: number;
  lastRelay: RelayState;
  whByRate: Record<string, number>;
  costNano: number;
  /** Handed over by the accrual before: less than one minor unit. */
  carryInNano: number;
  nanoPerMinor: number;
  currency: string;
  /** From `closed` on: what is posted, and what the next one takes over. */
  amountMinor: number | null;
  carryOutNano: number | null;
  /** The register that is not believed yet, and why. */
  suspect: Suspect | null;
  /** Uses of this accrual that its cost does not contain, oldest first. */
  held: HeldUse[];
  watch: Watch;
  /** Up to seven days before this one, newest first. */
  recentDays: RecentDay[];
}

/** What charging a use changes beside the register: put back where an hour is taken out again. */
export const RATED_FIELDS = ["whByRate", "costNano"] as const satisfies (keyof Accrual)[];
export type RatedFields = Pick<Accrual, (typeof RATED_FIELDS)[number]>;

export function accrualId(circuitId: string, day: string, part: number): string {
  return part === 0 ? `${circuitId}:${day}` : `${circuitId}:${day}:${part}`;
}

/** The reference of the usage entry: one per circuit, day and part, for ever. */
export function usageRef(accrual: Pick<Accrual, "_id">): string {
  return `usage:${accrual._id}`;
}

/** Closing turns nanos into whole minor units, rounded down, and keeps the rest for the next accrual. */
export function closeAccrual(accrual: Accrual): Accrual {
  const dueNano = accrual.carryInNano + accrual.costNano;
  const carryOutNano = dueNano % accrual.nanoPerMinor;
  return {
    ...accrual,
    state: "closed",
    amountMinor: (dueNano - carryOutNano) / accrual.nanoPerMinor,
    carryOutNano,
  };
}

/** What must hold of every accrual, or nothing more may be charged on it. Returns what is wrong. */
export function accrualFault(accrual: Accrual): string | null {
  const ratedWh = Object.values(accrual.whByRate).reduce((sum, wh) => sum + wh, 0);
  const meteredWh = accrual.lastWh - accrual.fromWh;
  const chargedWh = accrual.householdId === null ? 0 : meteredWh - heldWh(accrual);
  const integers = [accrual.lastWh, accrual.fromWh, accrual.costNano, accrual.carryInNano, ratedWh];
  if (!integers.every((value) => Number.isSafeInteger(value))) return "a value is not a safe integer";
  if (ratedWh !== chargedWh) return `rates have ${ratedWh} Wh, registers less what is held ${chargedWh} Wh`;
  if (accrual.lastWh < accrual.fromWh) return "the reading went back";
  if (accrual.costNano < 0 || accrual.carryInNano < 0) return "a cost is negative";
  return null;
}

/**
 * Goes on from a register that was held back as suspect, without charging the difference: after a meter was replaced or reset.
 * Undefined when nothing is held back.
 */
export function rebaseAccrual(accrual: Accrual): Accrual | undefined {
  const { suspect, offsetWh, lastWh } = accrual;
  if (accrual.state !== "open" || suspect === null || suspect.reason === "ahead-of-time") return undefined;
  const registerWh = suspect.readingWh - offsetWh;
  return { ...accrual, offsetWh: lastWh - registerWh, suspect: null };
}
