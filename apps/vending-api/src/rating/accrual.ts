import type { DemandState, RelayState } from "@hallmeter/meter-model";
import type { SettlementTerms } from "../ledger/settle-use.ts";
import { type HeldUse, heldWh } from "./held-use.ts";
import type { Suspect } from "./suspect.ts";
import type { Watch } from "./watch.ts";

/**
 * The life of an accrual, one way: `open` grows with samples · `closed` grows no more · `posted` has its entry in the ledger
 * · `done` has handed its register to the next one. One circuit has one accrual that is not done, or two for the moment of
 * handing over.
 */
export const ACCRUAL_STATES = ["open", "closed", "posted", "done"] as const;
export type AccrualState = (typeof ACCRUAL_STATES)[number];
export const LIVING_STATES = ["open", "closed", "posted"] as const satisfies AccrualState[];

/** One past day, as far as it was metered; what "days left" is reckoned from. */
export interface RecentDay {
  day: string;
  wh: number;
  costNano: number;
  coveredMs: number;
}

/** The use of one circuit on one local day, by one household under one tariff version, on its way from the register to the ledger. */
export interface Accrual {
  /** `circuit:day`, or `circuit:day:part` for a later part of the same day. */
  _id: string;
  siteId: string;
  circuitId: string;
  /** Null: charged to nobody. */
  householdId: string | null;
  tariffId: string | null;
  /** Of the tariff's versions; null where nobody pays. */
  versionNumber: number | null;
  /** What of that version is needed when the use is settled; null where nobody pays. */
  terms: SettlementTerms | null;
  /** In which its Wh count towards the version's blocks. */
  blockPeriod: string | null;
  /** Local day, YYYY-MM-DD. */
  day: string;
  /** 0, or more when household or prices changed within the day, or it was closed before its last sample came. */
  part: number;
  /** The end of the local day, or of the tariff version where that comes first. */
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
  /** Of the energy at its rates. Blocks, free energy and tax depend on the household's other use: the ledger settles them. */
  costNano: number;
  /** New maxima of demand, and what they cost. */
  demand: DemandState | null;
  demandNano: number;
  nanoPerMinor: number;
  currency: string;
  /** The register that is not believed yet, and why. */
  suspect: Suspect | null;
  /** Uses of this accrual that its cost does not contain, oldest first. */
  held: HeldUse[];
  watch: Watch;
  /** The change that opened the register in force: applied again, it changes nothing. Null for the first. */
  registerChangeId: string | null;
  /** Up to seven days before this one, newest first. */
  recentDays: RecentDay[];
}

/** What charging a use changes beside the register: put back where an hour is taken out again. */
export const RATED_FIELDS = [
  "whByRate",
  "costNano",
  "demand",
  "demandNano",
] as const satisfies (keyof Accrual)[];
export type RatedFields = Pick<Accrual, (typeof RATED_FIELDS)[number]>;

export function accrualId(circuitId: string, day: string, part: number): string {
  return part === 0 ? `${circuitId}:${day}` : `${circuitId}:${day}:${part}`;
}

/** The reference of the usage entry: one per circuit, day and part, for ever. */
export function usageRef(accrual: Pick<Accrual, "_id">): string {
  return `usage:${accrual._id}`;
}

/** Of the use that is charged: what is held is not. */
export function chargedWh({ whByRate }: Pick<Accrual, "whByRate">): number {
  return Object.values(whByRate).reduce((sum, wh) => sum + wh, 0);
}

/** Nothing is charged on it any more. */
export function closeAccrual(accrual: Accrual): Accrual {
  return { ...accrual, state: "closed" };
}

/** What must hold of every accrual, or nothing more may be charged on it. Returns what is wrong. */
export function accrualFault(accrual: Accrual): string | null {
  const { householdId, fromWh, lastWh, costNano, demandNano, terms, versionNumber, blockPeriod } = accrual;
  const ratedWh = chargedWh(accrual);
  const expectedWh = householdId === null ? 0 : lastWh - fromWh - heldWh(accrual);
  if (![lastWh, fromWh, costNano, demandNano, ratedWh].every((value) => Number.isSafeInteger(value)))
    return "a value is not a safe integer";
  if (ratedWh !== expectedWh) return `rates have ${ratedWh} Wh, registers less what is held ${expectedWh} Wh`;
  if (lastWh < fromWh) return "the reading went back";
  if (costNano < 0 || demandNano < 0) return "a cost is negative";
  if ((householdId === null) !== (terms === null) || (terms === null) !== (versionNumber === null))
    return "a household without a tariff version, or a version without a household";
  if ((terms?.blocks == null) !== (blockPeriod === null)) return "blocks without a period to count them in";
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
