import { describe, expect, it } from "vitest";
import { acrelAdf400l } from "./acrel-adf400l.ts";
import { profileVariant } from "./decode.ts";
import { dlt645Prepaid } from "./dlt645-prepaid.ts";
import { eastronSdm120 } from "./eastron-sdm120.ts";
import { readSerial, serialBlocks } from "./meter-serial.ts";

const dlt645 = profileVariant(dlt645Prepaid, "single-phase");
const cabinet = profileVariant(acrelAdf400l, "single-phase");

describe("a meter's serial number", () => {
  it("is asked for where the profile says", () => {
    expect(serialBlocks(dlt645)).toEqual([{ name: "serialDigits", dataId: 0x04000402, bytes: 6 }]);
    expect(serialBlocks(cabinet)).toMatchObject([{ function: 3, address: 0x0947, count: 7 }]);
    expect(serialBlocks(profileVariant(eastronSdm120, "single-phase"))).toEqual([]);
  });

  it.each([
    ["twelve digits, low byte first", dlt645, [0x26, 0x03, 0x05, 0x51, 0x00, 0x09], "090051050326"],
    ["words as they stand", cabinet, [0x3230, 0x3235, 0, 0, 0, 0, 0x0a01], "3230323500000000000000000A01"],
    ["none set", dlt645, [0, 0, 0, 0, 0, 0], null],
    ["digits that are none", dlt645, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], null],
    ["erased memory", cabinet, new Array<number>(7).fill(0xffff), null],
  ])("is read: %s", (_, variant, words, serial) => {
    expect(readSerial(variant, [words])).toBe(serial);
  });
});
