import type { LineConfig } from "@hallmeter/meter-model";

/** Time of one character on the wire: start, 8 data bits, parity if any, stop bits. Milliseconds. */
export function characterMs(line: LineConfig): number {
  const bits = 1 + 8 + (line.parity === "none" ? 0 : 1) + line.stopBits;
  return (bits * 1000) / line.baud;
}

export function bytesMs(line: LineConfig, bytes: number): number {
  return bytes * characterMs(line);
}
