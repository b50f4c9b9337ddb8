import { isModbusBlock, isModbusWrite, type ReadBlock, type RegisterWrite } from "@hallmeter/meter-model";
import type { Answer } from "../protocol/protocol.ts";
import { isReadable, type ReadPlanSetting, type RegisterRange } from "./read-plan.ts";

/**
 * How long a reply to a request that went unanswered is still expected. Range 1–60 s; 10 s is twice the longest delay seen
 * on cellular links, and more than any profile's longest latency.
 */
const LATE_REPLY_MEMORY_MS = 10_000;
/** How many registers more a read may ask for to be told from a late reply; 16 misses within the memory are a dead unit. */
const MOST_EXTRA_REGISTERS = 16;

/** A request whose reply may still come, by what its reply looks like. */
export interface OpenReply {
  shape: string;
  untilMs: number;
  /** Something was written since: it would tell what was so before. */
  isOutdated?: boolean;
}

/**
 * An RTU reply does not say which registers it holds, only how many: within a unit, its function and length are all that
 * tells two replies apart. A DL/T 645 reply repeats the identifier, but a refusal of it does not.
 */
export function readShape(block: ReadBlock): string {
  return isModbusBlock(block) ? `read ${block.function} ${block.count}` : `read ${block.dataId}`;
}

/** The reply to a write repeats address and count, and no values. */
export function writeShape(write: RegisterWrite): string {
  return isModbusWrite(write) ? `write ${write.address} ${write.words.length}` : `write ${write.control}`;
}

export function remember(open: readonly OpenReply[], shape: string | null, nowMs: number): OpenReply[] {
  const known = stillOpen(open, nowMs);
  return shape === null ? known : [...known, { shape, untilMs: nowMs + LATE_REPLY_MEMORY_MS }];
}

/**
 * A reply of an owed shape was heard: one that is owed may have come in place of it, and its own may come as late. Just as many
 * are owed as before, for the whole time again.
 */
export function stillOwed(open: readonly OpenReply[], shape: string | null, nowMs: number): OpenReply[] {
  const untilMs = nowMs + LATE_REPLY_MEMORY_MS;
  return stillOpen(open, nowMs).map((reply) => (reply.shape === shape ? { ...reply, untilMs } : reply));
}

/** Something is about to be written. */
export function outdated(open: readonly OpenReply[]): OpenReply[] {
  return open.map((reply) => ({ ...reply, isOutdated: true }));
}

/** How many replies of this shape may still come. */
export function owedCount(open: readonly OpenReply[], shape: string | null, nowMs: number): number {
  return stillOpen(open, nowMs).filter((reply) => reply.shape === shape).length;
}

export function stillOpen(open: readonly OpenReply[], nowMs: number): OpenReply[] {
  return open.filter(({ untilMs }) => untilMs > nowMs);
}

export function mayBeLate(open: readonly OpenReply[], shape: string | null, nowMs: number): boolean {
  return open.some((reply) => reply.shape === shape && reply.untilMs > nowMs);
}

/**
 * Whether what was heard may answer an earlier request: a reply of the same shape, or an exception, which names the function and
 * nothing else.
 */
export function mayAnswerEarlier(
  answer: Answer<unknown>,
  shape: string | null,
  owed: readonly OpenReply[],
  kind: "read" | "write",
): boolean {
  if (answer.ok) return shape !== null && owed.some((reply) => reply.shape === shape);
  return answer.answered && owed.some((reply) => reply.shape.startsWith(kind));
}

/**
 * The block, or a longer one that holds it and whose reply no late one can be taken for. Null when the meter allows none. A late
 * reply with the identifier that is asked for may stand for a new one, unless something was written in between.
 */
export function tellableBlock(
  block: ReadBlock,
  open: readonly OpenReply[],
  setting: ReadPlanSetting,
  nowMs: number,
): ReadBlock | null {
  if (!isModbusBlock(block)) {
    const shape = readShape(block);
    const isDoubtful = stillOpen(open, nowMs).some((reply) => reply.isOutdated && reply.shape === shape);
    return isDoubtful ? null : block;
  }
  for (let extra = 0; extra <= MOST_EXTRA_REGISTERS; extra++) {
    const count = block.count + extra;
    if (mayBeLate(open, readShape({ ...block, count }), nowMs)) continue;
    const longer: RegisterRange[] = [
      { address: block.address, count },
      { address: block.address - extra, count },
    ];
    const allowed = longer.find(
      (range) =>
        range.address >= 0 &&
        range.address + count <= 0x1_0000 &&
        (extra === 0 || isReadable(range, setting)),
    );
    if (allowed) return { ...block, ...allowed };
  }
  return null;
}
