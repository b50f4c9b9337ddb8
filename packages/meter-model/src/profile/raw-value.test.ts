import { describe, expect, it } from "vitest";
import { decodeBlock, describeBlock, registerBlock } from "./decode.ts";
import { dlt645RegisterSchema, modbusRegisterSchema } from "./profile.ts";

describe("f32", () => {
  const row = (more: object = {}) =>
    modbusRegisterSchema.parse({ name: "voltageDv", address: 0, type: "f32", scale: [10, 1], ...more });
  const value = (words: number[], more: object = {}) => {
    const register = row(more);
    return decodeBlock([register], registerBlock(register), words).voltageDv;
  };

  it("reads the reply that Eastron's manual gives for 230.2 V: 43 66 33 34", () => {
    expect(value([0x4366, 0x3334])).toBe(2302);
    expect(value([0x3334, 0x4366], { wordOrder: "lh" })).toBe(2302);
  });

  // IEEE 754-2008, binary32 bit patterns.
  it.each([
    { what: "1", words: [0x3f80, 0x0000], scale: [1, 1], decoded: 1 },
    { what: "−2.5, half away from zero", words: [0xc020, 0x0000], scale: [1, 1], decoded: -3 },
    { what: "−0", words: [0x8000, 0x0000], scale: [1, 1], decoded: 0 },
    {
      what: "16,777,215, the last exact odd number",
      words: [0x4b7f, 0xffff],
      scale: [1, 1],
      decoded: 16_777_215,
    },
    { what: "not a number", words: [0x7fc0, 0x0000], scale: [1, 1], decoded: null },
    { what: "a signalling not-a-number", words: [0xff80, 0x0001], scale: [1, 1], decoded: null },
    { what: "infinity", words: [0x7f80, 0x0000], scale: [1, 1], decoded: null },
    { what: "more than an integer holds exactly", words: [0x7f7f, 0xffff], scale: [1, 1], decoded: null },
  ])("reads $what", ({ words, scale, decoded }) => {
    expect(value(words, { scale })).toBe(decoded);
  });
});

describe("DL/T 645-2007 formats (annex A), low byte first", () => {
  const row = (type: "bcd" | "signed-bcd" | "bits", bytes: number, more: object = {}) =>
    dlt645RegisterSchema.parse({ name: "value", dataId: 0x02010100, bytes, type, ...more });

  it.each([
    { type: "bcd", data: [0x05, 0x22], value: 2205 },
    { type: "bcd", data: [0x78, 0x56, 0x34, 0x12], value: 12_345_678 },
    { type: "bcd", data: [0x99, 0x99, 0x99, 0x99, 0x99, 0x99], value: 999_999_999_999 },
    { type: "signed-bcd", data: [0x56, 0x34, 0x12], value: 123_456 },
    { type: "signed-bcd", data: [0x56, 0x34, 0x92], value: -123_456 },
    { type: "signed-bcd", data: [0x00, 0x00, 0x80], value: 0 },
    { type: "bits", data: [0x10, 0x02], value: 0x0210 },
    { type: "bits", data: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], value: 0xffff_ffff_ffff },
    // A digit that is none, in every nibble.
    { type: "bcd", data: [0x0a, 0x00], value: null },
    { type: "bcd", data: [0x00, 0xf0], value: null },
    { type: "bcd", data: [0xff, 0xff], value: null },
    { type: "signed-bcd", data: [0x00, 0x00, 0x7a], value: null },
    { type: "signed-bcd", data: [0x00, 0x00, 0xff], value: null },
  ] as const)("reads $type $data as $value", ({ type, data, value }) => {
    const register = row(type, data.length);
    expect(decodeBlock([register], registerBlock(register), data)).toEqual({ value });
  });

  it("finds a value inside a longer answer: three phase voltages under 0201FF00", () => {
    const block = { name: "voltages", dataId: 0x0201ff00, bytes: 6 };
    const phaseB = row("bcd", 2, { dataId: 0x0201ff00, offset: 2 });
    expect(decodeBlock([phaseB], block, [0x01, 0x23, 0x02, 0x23, 0x03, 0x23])).toEqual({ value: 2302 });
  });

  it("says so to a person where the meter sent no number", () => {
    const register = row("bcd", 2);
    expect(describeBlock([register], registerBlock(register), [0x0f, 0x00])).toEqual([
      { name: "value", place: "02010100", value: null, text: "not a number" },
    ]);
  });
});
