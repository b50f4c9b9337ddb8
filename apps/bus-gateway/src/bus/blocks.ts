import { blockWordCount, isModbusBlock, type ReadBlock } from "@hallmeter/meter-model";

/** The same for blocks that read the same words, whatever they are called. */
export function placeOf(block: ReadBlock): string {
  return isModbusBlock(block)
    ? `${block.function}:${block.address}:${block.count}`
    : `${block.dataId}:${block.bytes}`;
}

/** Whether a reply to `outer` holds all that `inner` asks for. */
export function covers(outer: ReadBlock, inner: ReadBlock): boolean {
  if (!isModbusBlock(outer) || !isModbusBlock(inner)) return placeOf(outer) === placeOf(inner);
  return (
    outer.function === inner.function &&
    outer.address <= inner.address &&
    inner.address + inner.count <= outer.address + outer.count
  );
}

/** The part of a reply to `outer` that answers `inner`, which it covers. */
export function wordsWithin(words: readonly number[], outer: ReadBlock, inner: ReadBlock): number[] {
  const start = isModbusBlock(outer) && isModbusBlock(inner) ? inner.address - outer.address : 0;
  return words.slice(start, start + blockWordCount(inner));
}
