import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acrelAdf400l } from "./acrel-adf400l.ts";
import { clockBlocks, clockInstantMs, clockWrites, meterClock } from "./meter-clock.ts";

const SHANGHAI = "Asia/Shanghai";
const BERLIN = "Europe/Berlin";
const access = { level: 2, password: "101010", operator: "11111111" };

const ADF400L = meterClock(acrelAdf400l) ?? "dlt645";

describe("clock of a DL/T 645 meter", () => {
  it("is read as date and time", () => {
    expect(clockBlocks("dlt645")).toEqual([
      { name: "date", dataId: 0x04000101, bytes: 4 },
      { name: "time", dataId: 0x04000102, bytes: 3 },
    ]);
  });

  it("shows Thursday, 10 May 2018, 15:08:55", () => {
    // Date and time of the frames in com.chuangkou.pdu, JobPduDateTimeSetThread.java.
    const replies = [
      [0x04, 0x10, 0x05, 0x18],
      [0x55, 0x08, 0x15],
    ];
    expect(clockInstantMs("dlt645", replies, SHANGHAI, 0)).toBe(Date.parse("2018-05-10T15:08:55+08:00"));
    expect(
      clockWrites("dlt645", Date.parse("2018-05-10T15:08:55+08:00"), { timeZone: SHANGHAI, access }),
    ).toEqual([
      {
        control: 0x14,
        data: [1, 1, 0, 4, 2, 0x10, 0x10, 0x10, 0x11, 0x11, 0x11, 0x11, 0x04, 0x10, 0x05, 0x18],
      },
      { control: 0x14, data: [2, 1, 0, 4, 2, 0x10, 0x10, 0x10, 0x11, 0x11, 0x11, 0x11, 0x55, 0x08, 0x15] },
    ]);
  });

  it.for([
    {
      name: "30 February",
      replies: [
        [0x01, 0x30, 0x02, 0x26],
        [0, 0, 0],
      ],
    },
    {
      name: "a digit that is none",
      replies: [
        [0x01, 0x1a, 0x02, 0x26],
        [0, 0, 0],
      ],
    },
    { name: "half an answer", replies: [[0x01, 0x10, 0x02, 0x26]] },
    {
      name: "an hour that summer time skips",
      replies: [
        [0x00, 0x29, 0x03, 0x26],
        [0, 0x30, 0x02],
      ],
    },
  ])("shows no instant: $name", ({ replies }) => {
    expect(clockInstantMs("dlt645", replies, BERLIN, 0)).toBeNull();
  });

  it("means the nearer of two instants in the hour that comes twice", () => {
    const replies = [
      [0x00, 0x25, 0x10, 0x26],
      [0x00, 0x30, 0x02],
    ];
    const first = Date.parse("2026-10-25T02:30:00+02:00");
    const second = Date.parse("2026-10-25T02:30:00+01:00");
    expect(clockInstantMs("dlt645", replies, BERLIN, first + 60_000)).toBe(first);
    expect(clockInstantMs("dlt645", replies, BERLIN, second - 60_000)).toBe(second);
  });

  it("is not set without a password", () => {
    expect(() => clockWrites("dlt645", 0, { timeZone: SHANGHAI })).toThrow(
      expect.objectContaining({ code: "access-missing" }),
    );
  });
});

describe("clock of a Modbus meter", () => {
  it("packs two binary numbers into a register", () => {
    const sunday = Date.parse("2026-11-22T13:05:59+08:00");
    expect(clockWrites(ADF400L, sunday, { timeZone: SHANGHAI })).toEqual([
      { address: 0x090b, words: [0x3b05, 0x0d07, 0x160b, 26] },
    ]);
    expect(clockBlocks(ADF400L)).toEqual([{ name: "clock", function: 3, address: 0x090b, count: 4 }]);
    expect(clockInstantMs(ADF400L, [[0x3b05, 0x0d07, 0x160b, 26]], SHANGHAI, 0)).toBe(sunday);
  });
});

it("shows what it was set to, in every zone and season", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2001, 0, 1) / 1000, max: Date.UTC(2098, 0, 1) / 1000 }),
      fc.constantFrom(SHANGHAI, BERLIN, "America/New_York", "Asia/Kathmandu"),
      fc.constantFrom(ADF400L, "dlt645" as const),
      (seconds, timeZone, clock) => {
        const atMs = seconds * 1000;
        const replies = clockWrites(clock, atMs, { timeZone, access }).map((write) =>
          "words" in write ? write.words : write.data.slice(12),
        );
        expect(clockInstantMs(clock, replies, timeZone, atMs)).toBe(atMs);
      },
    ),
  );
});
