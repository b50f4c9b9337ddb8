import { describe, expect, it } from "vitest";
import {
  DLT645_CONTROL_TYPES,
  dlt645ControlWrite,
  dlt645DataWrite,
  dlt645TimeBroadcast,
} from "./dlt645-write.ts";

/** Data bytes of a published frame with the 33h taken off. */
function data(hex: string): number[] {
  return hex.split(" ").map((byte) => (Number.parseInt(byte, 16) - 0x33) & 0xff);
}

describe("a control command, against published frames", () => {
  it.for([
    // A node.js head end for Chinese concentrators, its log of meter 151230011061 in a comment of its handle.js.
    {
      command: "open",
      access: { level: 2, password: "020637", operator: "00000001" },
      expiresAt: "2099-12-30T00:00:00+08:00",
      frame: "35 6A 39 35 34 33 33 33 4D 33 33 33 33 63 45 CC",
    },
    {
      command: "allowClose",
      access: { level: 2, password: "020637", operator: "00000001" },
      expiresAt: "2099-12-30T00:00:00+08:00",
      frame: "35 6A 39 35 34 33 33 33 4E 33 33 33 33 63 45 CC",
    },
    // Holley's head end, ProtocolMeter645_2007Util.java.
    {
      command: "open",
      access: { level: 0, password: "000000", operator: "00000000" },
      expiresAt: "2018-05-12T15:41:24+08:00",
      frame: "33 33 33 33 33 33 33 33 4D 33 57 74 48 45 38 4B",
    },
  ] as const)("$command until $expiresAt", ({ command, access, expiresAt, frame }) => {
    const write = dlt645ControlWrite(DLT645_CONTROL_TYPES[command], {
      access,
      expiresAtMs: Date.parse(expiresAt),
      timeZone: "Asia/Shanghai",
    });
    expect(write).toEqual({ control: 0x1c, data: data(frame) });
  });
});

it("sets the date as a published frame does (com.chuangkou.pdu, JobPduDateTimeSetThread.java)", () => {
  const access = { level: 2, password: "101010", operator: "11111111" };
  // Thursday, 2018-05-10.
  expect(dlt645DataWrite(0x04000101, [0x04, 0x10, 0x05, 0x18], access)).toEqual({
    control: 0x14,
    data: data("34 34 33 37 35 43 43 43 44 44 44 44 37 43 38 4B"),
  });
});

it("tells the time as a published frame does (an STM32 reader, BroadcastTime_TxDATA_DL645)", () => {
  const at = Date.parse("2017-06-05T10:22:51+08:00");
  expect(dlt645TimeBroadcast(at, "Asia/Shanghai")).toEqual({
    control: 0x08,
    data: data("84 55 43 38 39 4A"),
  });
});
