import type { LineConfig } from "@hallmeter/meter-model";

/** Above this rate the silent interval is fixed. Modbus over serial line V1.02, 2.5.1.1. */
const FIXED_SILENCE_ABOVE_BAUD = 19_200;
const FIXED_SILENCE_MS = 1.75;
const SILENCE_CHARACTERS = 3.5;

/** Start bit, eight data bits, parity if any, stop bits. */
export function bitsPerCharacter(line: LineConfig): number {
  return 1 + 8 + (line.parity === "none" ? 0 : 1) + line.stopBits;
}

export function characterMs(line: LineConfig): number {
  return (bitsPerCharacter(line) * 1000) / line.baud;
}

/** t3.5, the silence that ends a frame, in ms. Modbus over serial line V1.02, 2.5.1.1. */
export function silenceMs(line: LineConfig): number {
  return line.baud > FIXED_SILENCE_ABOVE_BAUD ? FIXED_SILENCE_MS : SILENCE_CHARACTERS * characterMs(line);
}
