import { isModbusBlock, type ReadBlock } from "@hallmeter/meter-model";
import { type PlannedRead, type RegisterRange, type RegisterSpan, splitAt } from "./read-plan.ts";

/** How long a refused read stays parted. Range 10 min–1 day; trying again costs one refused read an hour. */
const SPLIT_HELD_MS = 3_600_000;

/** Two registers that a unit did not give in one read. */
export interface LearnedSplit extends RegisterSpan {
  function: 3 | 4;
  /** Monotonic; firmware is replaced and circuits are added, so it is tried again. */
  untilMs: number;
}

/**
 * Where a read that was refused has to be parted; null when there is nothing to part.
 * @param sent what was planned, or a longer read that late replies are told from
 */
export function splitOf(sent: ReadBlock, { block, parts }: PlannedRead, nowMs: number): LearnedSplit | null {
  if (!isModbusBlock(sent) || !isModbusBlock(block)) return null;
  const padding = sent.count === block.count ? [] : [padOf(sent, block)];
  const all = [...(parts.length > 0 ? parts : [block]), ...padding];
  const split = splitAt(all.sort((a, b) => a.address - b.address));
  return split && { ...split, function: sent.function, untilMs: nowMs + SPLIT_HELD_MS };
}

/** The registers read beyond the block that was wanted. */
function padOf(sent: RegisterRange, wanted: RegisterRange): RegisterRange {
  const count = sent.count - wanted.count;
  const isBefore = sent.address < wanted.address;
  return { address: isBefore ? sent.address : wanted.address + wanted.count, count };
}
