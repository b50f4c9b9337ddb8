/** A register address or word as manuals print it: 0x0801. */
export function hexWord(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(4, "0")}`;
}
