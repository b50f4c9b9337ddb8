import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, hexOf } from "../testing/profile-rig.ts";
import { bcd, fromBcd, signedBcd } from "./bcd.ts";
import { encodeFrame, findFrame } from "./frame.ts";

/**
 * Published captures: reference frame of DL/T 645-2007; hwhale.com/article/138066 (meter 000000000161); a smart meter head
 * end's tests (switch_OnOff, meter 260305510009); a LoRaWAN relay's downlinks (meter 201928000004).
 */
const CAPTURES = [
  ["680100000000006811043333343 3B316", "000000000001", 0x11, "00000100"],
  ["6861010000000068110433333433 1416", "000000000161", 0x11, "00000100"],
  ["68610100000000689108333334335933 33338A16", "000000000161", 0x91, "0000010026000000"],
  ["6861010000000068910633343435344310 16", "000000000161", 0x91, "000101020110"],
  ["68610100000000689107333435 35CC7C331616", "000000000161", 0x91, "00010202994900"],
  ["6801000000000068930634333333 33339D16", "000000000001", 0x93, "010000000000"],
  [
    "68090051050326681C1035333333333333334D348C8C566445CC8216",
    "260305510009",
    0x1c,
    "02000000000000001A01595923311299",
  ],
  ["68090051050326689C00F416", "260305510009", 0x9c, ""],
  [
    "68040028101920681C1035333333646464644F333434343434CC2116",
    "201910280004",
    0x1c,
    "02000000313131311C00010101010199",
  ],
] as const;

describe("a frame", () => {
  it.each(CAPTURES)("%s is read and made as published", (hex, address, control, data) => {
    const found = findFrame([0xfe, 0xfe, ...bytesOf(hex)]);
    expect(found).toMatchObject({ kind: "frame", frame: { address, control, data: bytesOf(data) } });
    expect(hexOf(encodeFrame({ address, control, data: bytesOf(data) }))).toBe(hex.replaceAll(" ", ""));
  });

  it("is found behind any noise, and never in a frame with one wrong byte", () => {
    const frame = bytesOf(CAPTURES[2][0]);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 0x67 })),
        fc.nat(frame.length - 1),
        fc.integer({ min: 1, max: 255 }),
        (noise, index, flip) => {
          expect(findFrame([...noise, ...frame])).toMatchObject({
            kind: "frame",
            bytes: noise.length + frame.length,
          });
          const broken = frame.map((byte, at) => (at === index ? byte ^ flip : byte));
          expect(findFrame(broken).kind).toBe("unfinished");
        },
      ),
    );
  });
});

describe("decimal digits", () => {
  it.each([
    [126, 4, "26010000"],
    [2201, 2, "0122"],
    [99_999_999, 4, "99999999"],
    [100_000_000, 4, "99999999"],
    [-5, 2, "0000"],
  ])("%i in %i bytes", (value, count, expected) => {
    expect(hexOf(bcd(value, count))).toBe(expected);
  });

  it.each([
    [-4999, 3, "994980"],
    [4999, 3, "994900"],
  ])("%i with a sign", (value, count, expected) => {
    expect(hexOf(signedBcd(value, count))).toBe(expected);
  });

  it("come back as they went, and no hexadecimal digit passes", () => {
    fc.assert(fc.property(fc.nat(99_999_999), (value) => fromBcd(bcd(value, 4)) === value));
    expect(fromBcd([0x1a])).toBeUndefined();
  });
});
