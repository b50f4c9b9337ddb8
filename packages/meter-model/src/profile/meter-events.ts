import { type BlockValues, blocksFor } from "./decode.ts";
import { registersFor } from "./loops.ts";
import type { MeterEvent, ProfileVariant, ReadBlock } from "./profile.ts";

/** What the meter reports of one condition. */
export interface MeterEventReading extends Pick<MeterEvent, "kind" | "register" | "unsure"> {
  /** A bit: whether it stands. Null for a count. */
  stands: boolean | null;
  /** A count: how often it has begun. Null for a bit. */
  count: number | null;
}

/** @throws MeterModelError "unknown-loop" */
export function meterEventBlocks(variant: ProfileVariant, loop?: number): ReadBlock[] {
  const names = new Set(variant.events.map(({ register }) => register));
  return blocksFor(
    variant,
    registersFor(variant, loop).filter(({ name }) => names.has(name)),
  );
}

/** What the meter reports, one row a line of the profile's table; without those that the values do not have. */
export function readMeterEvents(variant: ProfileVariant, values: Readonly<BlockValues>): MeterEventReading[] {
  return variant.events.flatMap(({ kind, register, mask, unsure }) => {
    const value = values[register] ?? null;
    if (value === null) return [];
    const reading =
      mask === undefined ? { stands: null, count: value } : { stands: (value & mask) !== 0, count: null };
    return [{ kind, register, ...reading, ...(unsure === undefined ? {} : { unsure }) }];
  });
}
