import { Int32, Double as LibraryDouble, Long, serialize } from "bson";
import { expect, test } from "vitest";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";
import { Double, ObjectId, type Value } from "./value.ts";

// The bytes come from MongoDB's own library, so that the two do not share a mistake.
test("documents of MongoDB's library are read and written back byte for byte", () => {
  const id = new ObjectId("65a1b2c3d4e5f60718293a4b");
  const bytes = serialize({
    _id: id,
    b: new Int32(-5),
    "1": Long.fromBigInt(9007199254740993n),
    d: new LibraryDouble(3),
    nested: { list: ["\u00e9\ud83d\ude00", null, true, new Date(1700000000000)], empty: {} },
    r: /a+/i,
    bytes: new Uint8Array([1, 2, 3]),
  });
  const read = decode(bytes);
  expect(read.get("1")).toBe(9007199254740993n);
  expect(read.get("b")).toBe(-5);
  expect(read.get("d")).toEqual(new Double(3));
  expect(encode(read)).toEqual(Buffer.from(bytes));
});

test("fields keep their order, also where a plain object would not", () => {
  const document = new Map<string, Value>([
    ["b", 1],
    ["1", 2],
    ["__proto__", 3],
    ["a", 4],
  ]);
  expect([...decode(encode(document)).keys()]).toEqual(["b", "1", "__proto__", "a"]);
});

// One row a way to lie about a length (bsonspec.org 1.1).
test.each([
  ["a document shorter than its length", "0f0000000000"],
  ["no terminating null", "0500000001"],
  ["a string past its document", "0f0000000261000f00000062000000"],
  ["a negative binary length", "10000000056100ffffffff0000000000"],
  ["a boolean of 2", "090000000861000200"],
  ["an unknown type", "090000004261000100"],
])("%s is InvalidBSON", (_name, hex) => {
  expect(() => decode(Buffer.from(hex, "hex"))).toThrow(expect.objectContaining({ codeName: "InvalidBSON" }));
});
