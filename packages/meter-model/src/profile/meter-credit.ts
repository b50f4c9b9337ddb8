import { MeterModelError } from "../errors.ts";
import { type BlockValues, blocksFor, decodeBlock } from "./decode.ts";
import { registersFor } from "./loops.ts";
import type { MeterCredit, ProfileVariant, ReadBlock, Register } from "./profile.ts";
import { registerWrite } from "./register-write.ts";
import type { RegisterWrite } from "./relay-control.ts";

/** What the meter itself says of its credit. */
export interface MeterCreditReading {
  remainingMinor: number;
  /** How many purchases it has credited. */
  purchaseCount: number;
}

type Loop = { loop?: number | undefined };

/** @throws MeterModelError "no-credit" */
function creditOf({ credit }: ProfileVariant): MeterCredit {
  if (credit === undefined) throw new MeterModelError("no-credit", "this meter holds no credit");
  return credit;
}

/** Whether a purchase can be written into meters of this variant. */
export function holdsSaleableCredit({ credit }: ProfileVariant): boolean {
  return credit?.purchase !== undefined;
}

function creditRegisters(variant: ProfileVariant, { loop }: Loop): Register[] {
  const { remaining, purchaseCount } = creditOf(variant);
  return registersFor(variant, loop).filter(({ name }) => name === remaining || name === purchaseCount);
}

/**
 * What has to be read to know the meter's credit.
 * @throws MeterModelError "no-credit", "unknown-loop"
 */
export function creditBlocks(variant: ProfileVariant, place: Loop = {}): ReadBlock[] {
  return blocksFor(variant, creditRegisters(variant, place));
}

/**
 * The meter's credit from the replies to `creditBlocks`, in their order.
 * @throws MeterModelError "no-credit", "unknown-loop", "wrong-word-count", "register-not-in-block", "unreadable-value"
 */
export function readCredit(
  variant: ProfileVariant,
  replies: readonly (readonly number[])[],
  place: Loop = {},
): MeterCreditReading {
  const credit = creditOf(variant);
  const registers = creditRegisters(variant, place);
  const values: BlockValues = {};
  for (const [index, block] of creditBlocks(variant, place).entries())
    Object.assign(values, decodeBlock(registers, block, replies[index] ?? []));
  const needed = (name: string): number => {
    const value = values[name];
    if (value === undefined) throw new MeterModelError("register-not-in-block", `no register "${name}"`);
    if (value === null)
      throw new MeterModelError("unreadable-value", `the meter sent no number as "${name}"`);
    return value;
  };
  return { remainingMinor: needed(credit.remaining), purchaseCount: needed(credit.purchaseCount) };
}

/** The count under which the meter credits its next purchase. */
export function nextPurchaseCount(variant: ProfileVariant, count: number): number {
  return count >= creditOf(variant).purchaseCountMaximum ? 0 : count + 1;
}

/**
 * Credits a purchase: the amount and the count that it shall have, in one write. A meter whose count is not the one before
 * credits nothing.
 * @throws MeterModelError "no-credit", "unknown-loop", "value-unfit", "registers-apart"
 */
export function purchaseWrite(
  variant: ProfileVariant,
  { amountMinor, count }: { amountMinor: number; count: number },
  { loop }: Loop = {},
): RegisterWrite {
  const { purchase } = creditOf(variant);
  if (purchase === undefined)
    throw new MeterModelError("no-credit", "this meter is not credited through its bus");
  const registers = registersFor(variant, loop);
  const valued = (name: string, value: number) => {
    const register = registers.find((row) => row.name === name);
    if (register === undefined) throw new MeterModelError("unknown-register", `no register "${name}"`);
    return { register, value };
  };
  return registerWrite([valued(purchase.amount, amountMinor), valued(purchase.count, count)]);
}
