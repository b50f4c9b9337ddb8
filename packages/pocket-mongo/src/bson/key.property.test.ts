import fc from "fast-check";
import { expect, test } from "vitest";
import { compare } from "./compare.ts";
import { KeyWriter, keyOf } from "./key.ts";
import { Decimal128, Double, ObjectId, type Value } from "./value.ts";

const scalars: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>(null),
  fc.boolean(),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
  fc.double({ noNaN: true }).map((value) => new Double(value)),
  fc
    .constantFrom("0.1", "9007199254740993", "-1E+3", "1.50", "NaN")
    .map((text) => Decimal128.fromString(text)),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "a", "a\0", "a\0b", "ab"),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
);
const values: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: scalars },
  fc.array(scalars, { maxLength: 3 }),
  fc
    .dictionary(fc.constantFrom("a", "b", "1"), scalars)
    .map((fields): Value => new Map(Object.entries(fields))),
);

test("keys sort by their bytes as the values sort", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      expect(Math.sign(Buffer.compare(keyOf(a), keyOf(b)))).toBe(Math.sign(compare(a, b)));
    }),
    { numRuns: 2000 },
  );
});

test("keys of two fields, either way round, sort field by field", () => {
  const writer = new KeyWriter();
  const keyOfTwo = ([first, second]: readonly [Value, Value], down: boolean): Buffer => {
    writer.field(first, down);
    writer.field(second, !down);
    return writer.take();
  };
  const pairs = fc.tuple(values, values);
  fc.assert(
    fc.property(pairs, pairs, fc.boolean(), (a, b, down) => {
      const way = down ? -1 : 1;
      const expected = way * compare(a[0], b[0]) || -way * compare(a[1], b[1]);
      expect(Math.sign(Buffer.compare(keyOfTwo(a, down), keyOfTwo(b, down)))).toBe(Math.sign(expected) + 0);
    }),
    { numRuns: 2000 },
  );
});
