import { frameText } from "@hallmeter/meter-model/trace-text";
import { describe, expect, it } from "vitest";
import { withCrc } from "../../protocol/modbus/pdu.ts";
import { hex } from "../../testing/slave-frames.ts";
import { FrameReader } from "./describe-frame.ts";

const modbus = (...bytes: number[]) => ({ protocol: "modbus" as const, atMs: 0, bytes: withCrc(bytes) });
const dlt645 = (text: string) => ({ protocol: "dlt645" as const, atMs: 0, bytes: hex(text) });

/** What the decoder says of the frames, one after another, in Chinese. */
function told(...frames: Parameters<FrameReader["describe"]>[0][]): string[] {
  const reader = new FrameReader();
  return frames.map((frame) => frameText(reader.describe(frame).text, "zh"));
}

/** Addresses and bytes are hexadecimal, in capitals; nothing else is left in Latin letters. */
const LEFT_IN_ENGLISH = /(?<!0)[a-z]|[G-Z]/;

describe("a frame, in Chinese", () => {
  it("of Modbus", () => {
    expect(told(modbus(13, 3, 3, 0, 0, 2), modbus(13, 3, 4, 9, 3, 0, 0x7b))).toEqual([
      "读保持寄存器 0x0300 × 2",
      "2 个寄存器：0903 007B",
    ]);
    expect(told(modbus(17, 16, 0, 1, 0, 2, 4, 0, 10, 1, 2), modbus(17, 16, 0, 1, 0, 2))).toEqual([
      "写多个寄存器 0x0001 × 2: 000A 0102",
      "完成：写多个寄存器",
    ]);
    expect(told(modbus(10, 0x81, 2))).toEqual(["拒绝读线圈：异常 2，单元没有此寄存器"]);
  });

  it.each([1, 2, 3, 4, 6, 10, 99])("of a refusal with exception %i", (exception) => {
    expect(told(modbus(10, 0x83, exception))[0]).not.toMatch(LEFT_IN_ENGLISH);
  });

  it.each([1, 2, 4, 5, 6, 15])("of a request with function %i", (code) => {
    expect(told(modbus(10, code, 0, 1, 0, 2))[0]).not.toMatch(LEFT_IN_ENGLISH);
  });

  // The check frame of DL/T 645-2007: forward total of meter 000000000001.
  it("of DL/T 645", () => {
    expect(told(dlt645("68 01 00 00 00 00 00 68 11 04 33 33 34 33 B3 16"))).toEqual(["读数据 00010000"]);
    expect(told(dlt645("68 01 00 00 00 00 00 68 D1 01 35 D8 16"))[0]).toBe("拒绝读数据：无请求数据");
  });

  it("of no frame at all", () => {
    const bytes = Uint8Array.from({ length: 20 }, () => 0xff);
    expect(told({ protocol: "noise", atMs: 0, bytes })[0]).toMatch(/^20 字节不成帧：(FF )+… 另有 4 字节$/);
  });

  it("stays as it is in English", () => {
    expect(frameText("done: write registers", "en")).toBe("done: write registers");
  });
});
