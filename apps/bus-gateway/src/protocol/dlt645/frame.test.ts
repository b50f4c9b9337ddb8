import { describe, expect, it } from "vitest";
import { hex } from "../../testing/slave-frames.ts";
import { addressBytes, addressFits, addressOf, isAddressPattern } from "./address.ts";
import { refusalOf } from "./error-word.ts";
import { buildRequest, parseFrame } from "./frame.ts";

const WAKE_UP = "FE FE FE FE ";

describe("a request, against published ones", () => {
  it.for([
    {
      name: "read (DLT645-2007 报文解析)",
      frame: { address: "000000000161", control: 0x11, data: [0x00, 0x00, 0x01, 0x00] },
      bytes: "68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16",
    },
    {
      name: "read of whoever is there (WKJay/DLT645, readme.md)",
      frame: { address: "AAAAAAAAAAAA", control: 0x11, data: [0x00, 0x01, 0x01, 0x02] },
      bytes: "68 AA AA AA AA AA AA 68 11 04 33 34 34 35 B1 16",
    },
    {
      name: "read address (fdxxw/go-dlt645, README.md)",
      frame: { address: "AAAAAAAAAAAA", control: 0x13, data: [] },
      bytes: "68 AA AA AA AA AA AA 68 13 00 DF 16",
    },
    {
      name: "trip (a C++ station, CDL645::SendYk)",
      frame: {
        address: "201905241006",
        control: 0x1c,
        data: [2, 0, 0, 0, 0, 0, 0, 0, 0x1a, 0, 0, 0, 0, 0, 0, 0],
      },
      bytes: "68 06 10 24 05 19 20 68 1C 10 35 33 33 33 33 33 33 33 4D 33 33 33 33 33 33 33 C0 16",
    },
    {
      name: "the time to everybody (an STM32 reader, BroadcastTime_TxDATA_DL645)",
      frame: { address: "999999999999", control: 0x08, data: [0x51, 0x22, 0x10, 0x05, 0x06, 0x17] },
      bytes: "68 99 99 99 99 99 99 68 08 06 84 55 43 38 39 4A 4B 16",
    },
  ])("$name", ({ frame, bytes }) => {
    expect(buildRequest(frame)).toEqual(hex(WAKE_UP + bytes));
    expect(parseFrame(hex(bytes))).toEqual(frame);
  });

  it.for([
    { name: "a checksum that is off by one", bytes: "68 61 01 00 00 00 00 68 11 04 33 33 34 33 15 16" },
    { name: "another end", bytes: "68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 17" },
    { name: "a longer length", bytes: "68 61 01 00 00 00 00 68 11 05 33 33 34 33 15 16" },
    { name: "an address that is none", bytes: "68 6B 01 00 00 00 00 68 11 04 33 33 34 33 1E 16" },
    { name: "bytes that wake up", bytes: "FE 68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16" },
    { name: "half of it", bytes: "68 61 01 00 00" },
  ])("does not parse with $name", ({ bytes }) => {
    expect(parseFrame(hex(bytes))).toBeNull();
  });
});

describe("an address", () => {
  it("goes low byte first", () => {
    expect(addressBytes("151230011061")).toEqual([0x61, 0x10, 0x01, 0x30, 0x12, 0x15]);
    expect(addressOf(hex("61 10 01 30 12 15"))).toBe("151230011061");
  });

  it.for([
    { text: "AAAAAAAA1061", is: true },
    { text: "AAAAAAAAAAAA", is: true },
    { text: "000000000001", is: true },
    { text: "1061AAAAAAAA", is: false },
    { text: "AAA000000001", is: false },
    { text: "00000000001", is: false },
    { text: "00000000000B", is: false },
  ])("$text is one: $is", ({ text, is }) => {
    expect(isAddressPattern(text)).toBe(is);
  });

  it("may leave its high digits open", () => {
    const asked = Uint8Array.from(addressBytes("AAAAAAAA1061"));
    expect(addressFits(asked, hex("61 10 01 30 12 15"))).toBe(true);
    expect(addressFits(asked, hex("61 11 01 30 12 15"))).toBe(false);
  });
});

it.for([
  { word: 0b0000_0001, code: "unit-failed", detail: "another error" },
  { word: 0b0000_0010, code: "address-refused", detail: "no such data" },
  { word: 0b0000_0100, code: "password-refused", detail: "password wrong or not authorised" },
  { word: 0b0000_1000, code: "speed-refused", detail: "the baud rate cannot be changed" },
  { word: 0b0001_0000, code: "tariff-refused", detail: "too many year zones" },
  { word: 0b0010_0000, code: "tariff-refused", detail: "too many day slots" },
  { word: 0b0100_0000, code: "tariff-refused", detail: "too many rates" },
  { word: 0b0000_0101, code: "password-refused", detail: "password wrong or not authorised, another error" },
  { word: 0b1000_0000, code: "exception-unknown", detail: "error word 128" },
  { word: 0, code: "exception-unknown", detail: "error word 0" },
])("error word $word is $code", ({ word, code, detail }) => {
  expect(refusalOf(word)).toEqual({ code, detail });
});
