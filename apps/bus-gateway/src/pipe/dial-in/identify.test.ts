import { parseBytePattern } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identify, type PacketEnd } from "./identify.ts";

const registered = (...texts: string[]) =>
  texts.map((name) => ({ name, registration: parseBytePattern(name) ?? [] }));
const UNITS = registered("DTU1", "DTU12", "hex:7B 01 ?? 7B");
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

function who(text: string, end: PacketEnd = {}, isOver = false) {
  const identified = identify(bytes(text), UNITS, end, isOver);
  return identified.kind === "known"
    ? [identified.registered.name, Buffer.from(identified.rest).toString("latin1")]
    : identified.kind;
}

describe("a registration that ends where it fits", () => {
  it.for([
    { text: "", isOver: false, is: "waiting" },
    { text: "DT", isOver: false, is: "waiting" },
    { text: "DT", isOver: true, is: "stranger" },
    { text: "DTU1", isOver: false, is: "waiting" },
    { text: "DTU1", isOver: true, is: ["DTU1", ""] },
    { text: "DTU1\r\n", isOver: false, is: ["DTU1", "\r\n"] },
    { text: "DTU12", isOver: false, is: ["DTU12", ""] },
    { text: "DTU123", isOver: false, is: ["DTU12", "3"] },
    { text: "DTU2", isOver: false, is: "stranger" },
    { text: "\x7b\x01\xff\x7b\x01", isOver: false, is: ["hex:7B 01 ?? 7B", "\x01"] },
    { text: "\x7b\x01\xff\x7c", isOver: false, is: "stranger" },
    { text: "GET / HTTP/1.1", isOver: false, is: "stranger" },
  ])("$text, silent since: $isOver", ({ text, isOver, is }) => {
    expect(who(text, {}, isOver)).toEqual(is);
  });
});

describe("a registration with an end of its own", () => {
  const line = { terminator: parseBytePattern("hex:0D 0A") ?? [] };
  it.for([
    { text: "DTU1", end: line, isOver: false, is: "waiting" },
    { text: "DTU1", end: line, isOver: true, is: "stranger" },
    { text: "DTU1\r\n", end: line, isOver: false, is: ["DTU1", ""] },
    { text: "DTU12\r\n\x01\x03", end: line, isOver: false, is: ["DTU12", "\x01\x03"] },
    { text: "DTU123\r\n", end: line, isOver: false, is: "stranger" },
    { text: "\r\n", end: line, isOver: false, is: "stranger" },
    { text: "DTU", end: { bytes: 4 }, isOver: false, is: "waiting" },
    { text: "DTU1", end: { bytes: 4 }, isOver: false, is: ["DTU1", ""] },
    { text: "DTU12", end: { bytes: 4 }, isOver: false, is: ["DTU1", "2"] },
    { text: "DTU12", end: { bytes: 5 }, isOver: false, is: ["DTU12", ""] },
  ])("$text", ({ text, end, isOver, is }) => {
    expect(who(text, end, isOver)).toEqual(is);
  });
});

it("says the same at once as byte by byte, once it says anything", () => {
  const units = registered("unit-7", "unit-70", "meter");
  fc.assert(
    fc.property(
      fc.constantFrom("unit-7", "unit-70", "meter", "umit"),
      fc.string({ maxLength: 6 }),
      (name, more) => {
        const all = bytes(name + more);
        let at = 0;
        while (at < all.length && identify(all.subarray(0, at), units, {}, false).kind === "waiting") at++;
        const early = identify(all.subarray(0, at), units, {}, at === all.length);
        const late = identify(all, units, {}, true);
        expect(early.kind).toBe(late.kind);
        if (early.kind === "known" && late.kind === "known") expect(early.registered).toBe(late.registered);
      },
    ),
  );
});
