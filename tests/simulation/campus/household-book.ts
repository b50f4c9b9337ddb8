import type { PlainAccount } from "./plain-account.ts";
import type { PlainPayer } from "./plain-circuit.ts";

/** What somebody asked for under a key, and may find in the ledger once. */
export interface Expected {
  kind: string;
  householdId: string;
  /** Of the household's leg, minor units. */
  amountMinor: number;
}

export interface HouseholdBook {
  account: PlainAccount;
  seq: number;
  hash: string;
  residents: number;
  tags: readonly string[];
  openedMs: number;
  payer: PlainPayer;
  /** The first local day whose standing charge is not due yet; none before the first sweep. */
  standingFrom?: string;
  /** About to go: today is charged, too. */
  isLeaving?: boolean;
  isClosed?: boolean;
}
