/** A uniform number in [0, 1). */
export type Random = () => number;

/** FNV-1a, 32 bits: spreads names over the seeds of their streams. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

function mix(value: number): number {
  let z = (value + 0x6d2b79f5) | 0;
  z = Math.imul(z ^ (z >>> 15), z | 1);
  z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
  return (z ^ (z >>> 14)) >>> 0;
}

/** mulberry32. Every named stream of a seed is its own sequence, so that a new part of a site does not disturb the others. */
export function randomStream(seed: number, name: string): Random {
  let state = mix(seed ^ hashText(name));
  return () => {
    const value = mix(state);
    state = (state + 0x6d2b79f5) | 0;
    return value / 0x1_0000_0000;
  };
}

/** A number in [-1, 1) that belongs to (seed, index): noise that does not depend on who asked before. */
export function noiseAt(seed: number, index: number): number {
  return mix(Math.imul(seed ^ Math.imul(index | 0, 0x9e3779b1), 0x85ebca6b)) / 0x8000_0000 - 1;
}

/** A seed for `noiseAt`. */
export function seedFor(seed: number, name: string): number {
  return mix(seed ^ hashText(name));
}
