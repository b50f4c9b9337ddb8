import { expect, it } from "vitest";
import { bytePatternSchema, byteStringSchema, parseBytePattern } from "./byte-pattern.ts";

it.for([
  { text: "DTU1", bytes: [0x44, 0x54, 0x55, 0x31] },
  { text: "表", bytes: [0xe8, 0xa1, 0xa8] },
  { text: "hex:7B 01 ?? 7b", bytes: [0x7b, 0x01, null, 0x7b] },
  { text: "hex: 7B01??7B ", bytes: [0x7b, 0x01, null, 0x7b] },
  { text: "hex:", bytes: null },
  { text: "hex:7B0", bytes: null },
  { text: "hex:7B ? 01", bytes: null },
])("$text stands for $bytes", ({ text, bytes }) => {
  expect(parseBytePattern(text)).toEqual(bytes);
  expect(bytePatternSchema.safeParse(text).success).toBe(bytes !== null);
});

it("has at least one byte, at most 128, and none open where it is sent", () => {
  expect(bytePatternSchema.safeParse("").success).toBe(false);
  expect(bytePatternSchema.safeParse("x".repeat(128)).success).toBe(true);
  expect(bytePatternSchema.safeParse("x".repeat(129)).success).toBe(false);
  expect(byteStringSchema.safeParse("hex:01 02").success).toBe(true);
  expect(byteStringSchema.safeParse("hex:01 ??").success).toBe(false);
});
