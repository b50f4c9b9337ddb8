import { isModbusBlock, type ModbusReadBlock, type ReadBlock } from "@hallmeter/meter-model";
import { placeOf } from "./blocks.ts";
import { mayBeLate, type OpenReply, owedCount, readShape } from "./late-replies.ts";

/** Registers that both pieces hold. Three tell whether a value of up to four registers was torn. */
const OVERLAP_REGISTERS = 3;
/** Shorter blocks have no two pieces that share a register. */
const SHORTEST_IN_PIECES = 3;
/** From the first part to the last. Range 1–5 s: S1 reads a relay back within 5 s, and one in quarantine takes 1 s of them. */
const LONGEST_PARTIAL_MS = 2000;
/** Tries whose parts did not agree, until the late replies are waited for after all. Range 2–6. */
const MOST_DISAGREEMENTS = 4;

interface Part {
  block: ReadBlock;
  words: readonly number[];
}

/** One block on its way in parts, because its own reply could be taken for a late one. */
export interface PartialRead {
  block: ReadBlock;
  parts: readonly Part[];
  /** Monotonic; when the first part was asked for. */
  begunMs: number;
  /** Tries before this one. */
  disagreements: number;
}

/** Goes on with the same block, or begins with this one. */
export function partialOf(
  known: PartialRead | null,
  block: ReadBlock,
  open: readonly OpenReply[],
  nowMs: number,
): PartialRead {
  if (!known || placeOf(known.block) !== placeOf(block) || nowMs - known.begunMs > LONGEST_PARTIAL_MS)
    return { block, parts: [], begunMs: nowMs, disagreements: 0 };
  // The reply to the second piece is owed by now: another pair begins.
  return nextPart(known, open, nowMs) ? known : { ...known, parts: [] };
}

/**
 * What to ask for next, or null when only time helps. Two pieces that overlap have other shapes than the whole. Where a block is
 * too short for that it is read as it is, and must come alike once oftener than replies of its shape may be late.
 */
export function nextPart(
  { block, parts, disagreements }: PartialRead,
  open: readonly OpenReply[],
  nowMs: number,
): ReadBlock | null {
  if (disagreements >= MOST_DISAGREEMENTS) return null;
  if (!hasPieces(block)) return block;
  const pieces = piecesOf(block).filter((pair) =>
    pair.every((piece) => !mayBeLate(open, readShape(piece), nowMs)),
  );
  const [first] = parts;
  if (!first) return pieces[disagreements % Math.max(1, pieces.length)]?.[0] ?? null;
  return pieces.find(([begin]) => placeOf(begin) === placeOf(first.block))?.[1] ?? null;
}

/** The parts with one more; `words` once they make the block. */
export function withPart(
  partial: PartialRead,
  part: Part,
  open: readonly OpenReply[],
  nowMs: number,
): { partial: PartialRead; words: number[] | null } {
  const { block } = partial;
  const parts = [...partial.parts, part];
  const again = { ...partial, parts: [], begunMs: nowMs, disagreements: partial.disagreements + 1 };
  if (!hasPieces(block)) {
    if (!parts.every(({ words }) => isAlike(words, part.words))) return { partial: again, words: null };
    const isSure = parts.length > owedCount(open, readShape(block), nowMs);
    return { partial: { ...partial, parts }, words: isSure ? [...part.words] : null };
  }
  const [first, second] = parts;
  if (!first || !second) return { partial: { ...partial, parts }, words: null };
  const lead = block.count - second.words.length;
  const shared = first.words.slice(lead);
  if (!isAlike(shared, second.words.slice(0, shared.length))) return { partial: again, words: null };
  return { partial: { ...partial, parts }, words: [...first.words.slice(0, lead), ...second.words] };
}

function hasPieces(block: ReadBlock): block is ModbusReadBlock {
  return isModbusBlock(block) && block.count >= SHORTEST_IN_PIECES;
}

/** Pairs of overlapping pieces that make the block: the shortest first piece first, and those with the shortest second between. */
function piecesOf(block: ModbusReadBlock): [ModbusReadBlock, ModbusReadBlock][] {
  const overlap = Math.min(OVERLAP_REGISTERS, block.count - 2);
  const pair = (lead: number): [ModbusReadBlock, ModbusReadBlock] => [
    { ...block, count: lead + overlap },
    { ...block, address: block.address + lead, count: block.count - lead },
  ];
  const leads = Array.from({ length: block.count - overlap - 1 }, (_, index) => index + 1);
  return leads.flatMap((lead) => {
    const mirrored = block.count - overlap - lead;
    if (mirrored < lead) return [];
    return mirrored === lead ? [pair(lead)] : [pair(lead), pair(mirrored)];
  });
}

function isAlike(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
