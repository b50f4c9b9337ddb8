import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dlt645RegisterSchema } from "./profile.ts";
import { rawValue, scaled } from "./raw-value.ts";

const row = (type: "bcd" | "signed-bcd", bytes: number) =>
  dlt645RegisterSchema.parse({ name: "value", dataId: 0, bytes, type });

/** Digits as the standard writes them: two a byte, the last two first. */
function bytesOf(digits: string): number[] {
  return [...digits.matchAll(/../g)].map(([pair]) => Number(`0x${pair}`)).reverse();
}
const digitsOf = (bytes: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: bytes * 2, maxLength: bytes * 2 })
    .map((digits) => digits.join(""));
const bytesCount = fc.integer({ min: 1, max: 6 });

describe("packed decimals", () => {
  it("give the number whose digits they are", () => {
    fc.assert(
      fc.property(bytesCount.chain(digitsOf), (digits) => {
        expect(rawValue(row("bcd", digits.length / 2), bytesOf(digits))).toBe(Number(digits));
      }),
    );
  });

  it("take the top bit as the sign, and give no minus zero", () => {
    fc.assert(
      fc.property(bytesCount.chain(digitsOf), fc.boolean(), (digits, isNegative) => {
        const small = digits.replace(/^[89]/, "7");
        const data = bytesOf(small);
        const top = data.length - 1;
        data[top] = (data[top] ?? 0) | (isNegative ? 0x80 : 0);
        const expected = Number(small) * (isNegative ? -1 : 1);
        expect(rawValue(row("signed-bcd", data.length), data)).toBe(expected === 0 ? 0 : expected);
      }),
    );
  });

  it("give nothing where one nibble is no digit", () => {
    fc.assert(
      fc.property(
        bytesCount.chain(digitsOf),
        fc.nat(),
        fc.integer({ min: 10, max: 15 }),
        fc.boolean(),
        (digits, at, nibble, isHigh) => {
          const data = bytesOf(digits);
          const index = at % data.length;
          const byte = data[index] ?? 0;
          data[index] = isHigh ? (nibble << 4) | (byte & 0x0f) : (byte & 0xf0) | nibble;
          expect(rawValue(row("bcd", data.length), data)).toBeNull();
        },
      ),
    );
  });
});

it("scales like exact arithmetic, half away from zero", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -0xffff_ffff, max: 0xffff_ffff }),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 1000 }),
      (raw, numerator, denominator) => {
        const twice = 2n * BigInt(Math.abs(raw)) * BigInt(numerator) + BigInt(denominator);
        const magnitude = Number(twice / (2n * BigInt(denominator)));
        expect(scaled(raw, [numerator, denominator])).toBe(
          raw < 0 && magnitude !== 0 ? -magnitude : magnitude,
        );
      },
    ),
  );
});
