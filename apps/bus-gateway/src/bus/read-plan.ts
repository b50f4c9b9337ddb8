import { isModbusBlock, type ModbusReadBlock, type ReadBlock } from "@hallmeter/meter-model";

/** Modbus Application Protocol V1.1b3, clause 6.3: at most 125 registers a read. */
export const MOST_REGISTERS = 125;

/**
 * What is put together may keep the wire no longer than this while a trip may come at any moment: nothing goes before the
 * transaction in flight. Range 100–300 ms; a trip shall leave within 150 ms of its decision, and 10 ms are the computer's.
 */
const LONGEST_JOINED_READ_MS = 140;
/** A line too slow for that joins so many registers all the same; one sample of a meter is as long. Range 20–60. */
const ALWAYS_JOINED_REGISTERS = 40;

export interface RegisterRange {
  address: number;
  count: number;
}

/** Registers by address, both ends included. */
export interface RegisterSpan {
  from: number;
  to: number;
}

export interface ReadPlanSetting {
  /** Time on the wire of one read of so many registers, with the turnaround the unit is known to need. */
  readMs: (registers: number) => number;
  /** Registers that the meter does not let anybody read across. */
  holes: readonly RegisterSpan[];
  /** Pairs of registers that the meter has refused to give in one read. */
  splits: readonly RegisterSpan[];
  /** What was put together takes no longer than this; a range by itself takes what it takes. Milliseconds. */
  longestJoinedMs: number;
}

/** How long a read that was put together may be, in milliseconds, on a bus whose circuits may have to be switched off at once. */
export function longestJoinedMs(readMs: ReadPlanSetting["readMs"], isWatching: boolean): number {
  if (!isWatching) return Number.POSITIVE_INFINITY;
  return Math.max(LONGEST_JOINED_READ_MS, readMs(ALWAYS_JOINED_REGISTERS));
}

/** Reads that cover all the ranges in the least time on the wire, and which of the ranges each of them serves. */
export interface PlannedRange extends RegisterRange {
  parts: readonly RegisterRange[];
}

/**
 * The best partition of the ranges, in the order of their addresses, into reads: neighbours join when the gap between them
 * is cheaper than a second request.
 */
export function planReads(ranges: readonly RegisterRange[], setting: ReadPlanSetting): PlannedRange[] {
  const sorted = distinct(ranges).sort((a, b) => a.address - b.address || a.count - b.count);
  /** By how many ranges are covered: the cheapest way, as its last read and where that one begins. */
  const best: { costMs: number; begin: number; read: RegisterRange }[] = [];
  for (let end = 0; end < sorted.length; end++) {
    let read = sorted[end] as RegisterRange;
    let longestPart = 0;
    for (let begin = end; begin >= 0; begin--) {
      const part = sorted[begin] as RegisterRange;
      longestPart = Math.max(longestPart, part.count);
      read = union(part, read);
      const readMs = setting.readMs(read.count);
      const isTooLong = read.count > longestPart && readMs > setting.longestJoinedMs;
      if (begin < end && (isTooLong || !isReadable(read, setting))) break;
      const costMs = (best[begin - 1]?.costMs ?? 0) + readMs;
      const known = best[end];
      if (!known || costMs <= known.costMs) best[end] = { costMs, begin, read };
    }
  }
  const planned: PlannedRange[] = [];
  for (let end = sorted.length - 1; end >= 0; ) {
    const { begin, read } = best[end] as (typeof best)[number];
    planned.unshift({ ...read, parts: sorted.slice(begin, end + 1) });
    end = begin - 1;
  }
  return planned;
}

/** Whether the meter may be asked for all of the range at once. */
export function isReadable(range: RegisterRange, { holes, splits }: ReadPlanSetting): boolean {
  const last = lastOf(range);
  return (
    range.count <= MOST_REGISTERS &&
    !holes.some(({ from, to }) => from <= last && to >= range.address) &&
    !splits.some(({ from, to }) => range.address <= from && to <= last)
  );
}

/** One read on the wire for everybody whom its words serve. */
export interface PlannedRead {
  block: ReadBlock;
  /** What was put together; a read of one part cannot be parted. */
  parts: readonly RegisterRange[];
}

/** The read that serves the target, and with it as many of the others as makes the whole cheaper. */
export function planRead(
  target: ReadBlock,
  others: readonly ReadBlock[],
  setting: ReadPlanSetting,
): PlannedRead {
  if (!isModbusBlock(target)) return { block: target, parts: [] };
  const alike = others.filter(
    (other): other is ModbusReadBlock => isModbusBlock(other) && other.function === target.function,
  );
  if (alike.length === 0) return { block: target, parts: [target] };
  const planned = planReads([target, ...alike], setting).find((range) => holds(range, target));
  if (!planned) return { block: target, parts: [target] };
  return { block: blockAt(target.function, planned), parts: planned.parts };
}

export function blockAt(
  code: ModbusReadBlock["function"],
  { address, count }: RegisterRange,
): ModbusReadBlock {
  return { name: `0x${address.toString(16).padStart(4, "0")}+${count}`, function: code, address, count };
}

/**
 * Where to part a read that the meter has refused: across the widest gap between its parts, where a hole is likeliest, and in
 * the middle where there is none. Null when there is nothing to part.
 */
export function splitAt(parts: readonly RegisterRange[]): RegisterSpan | null {
  const [first] = parts;
  if (!first || parts.some((part) => parts.every((other) => holds(part, other)))) return null;
  const middle = parts.length / 2;
  let reach = lastOf(first);
  let widest: (RegisterSpan & { offCentre: number }) | null = null;
  for (const [index, part] of parts.entries()) {
    const span = { from: reach, to: part.address, offCentre: Math.abs(index - middle) };
    const gap = (candidate: RegisterSpan) => candidate.to - candidate.from;
    const isWider =
      !widest || gap(span) > gap(widest) || (gap(span) === gap(widest) && span.offCentre < widest.offCentre);
    if (index > 0 && span.to > span.from && isWider) widest = span;
    reach = Math.max(reach, lastOf(part));
  }
  // Parts that overlap all along: only together they are refused.
  return widest ? { from: widest.from, to: widest.to } : { from: first.address, to: reach };
}

function holds(outer: RegisterRange, inner: RegisterRange): boolean {
  return outer.address <= inner.address && lastOf(inner) <= lastOf(outer);
}

function union(a: RegisterRange, b: RegisterRange): RegisterRange {
  const address = Math.min(a.address, b.address);
  return { address, count: Math.max(lastOf(a), lastOf(b)) - address + 1 };
}

export function lastOf(range: RegisterRange): number {
  return range.address + range.count - 1;
}

function distinct(ranges: readonly RegisterRange[]): RegisterRange[] {
  const known = new Map(ranges.map(({ address, count }) => [address * 0x1000 + count, { address, count }]));
  return [...known.values()];
}
