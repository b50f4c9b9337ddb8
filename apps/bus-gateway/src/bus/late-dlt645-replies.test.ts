import { describe, expect, it } from "vitest";
import { meterFrame } from "../testing/dlt645-frames.ts";
import { answered, busOver, SLAVE_LINE } from "../testing/scripted-bus.ts";
import type { Script } from "../testing/scripted-wire.ts";

const METER = "000000000061";
const PROFILE = { minimumGapMs: 0, longestLatencyMs: 600 };
/** Function 11h answered, refused, and 1Ch answered: control code | 80h, and | 40h for a refusal. */
const [READ, REFUSED, SWITCHED] = [0x91, 0xd1, 0x9c];
const STATUS = { name: "status word 3", dataId: 0x04000503, bytes: 2 };
const ENERGY = { name: "forward energy", dataId: 0x00010000, bytes: 4 };
/** Status word 3: bit 4 is the relay, 1 = open. */
const RELAY_OPEN = 0x10;

/** The data of a request as it went out: behind four bytes that wake the meter, ten of head. */
function requestOf(frame: Uint8Array) {
  const data = [...frame.subarray(14, 14 + (frame[13] ?? 0))].map((byte) => (byte - 0x33) & 0xff);
  return { control: frame[12] ?? 0, data };
}

function meter({ refusal }: { refusal?: { index: number; turnaroundMs: number } } = {}): Script {
  return (frame, index) => {
    if (index === 0) return [];
    const { data } = requestOf(frame);
    const bytes = data[3] === 0x04 ? [0x00, 0x00] : [0x78, 0x56, 0x34, 0x12];
    const isRefused = refusal?.index === index;
    const reply = isRefused
      ? meterFrame(METER, REFUSED, [0x02])
      : meterFrame(METER, READ, [...data, ...bytes]);
    return [answered(frame, reply, isRefused ? refusal.turnaroundMs : 30, SLAVE_LINE)];
  };
}

describe("a DL/T 645 refusal, which names no identifier", () => {
  const reading = (block: typeof STATUS) => ({ unitId: METER, block, profile: PROFILE });

  it("is never filed under a later request while an answer is owed", async () => {
    const { clock, read, bus } = busOver(meter({ refusal: { index: 1, turnaroundMs: 60 } }));
    await expect(clock.until(read(reading(STATUS)))).rejects.toMatchObject({ code: "reply-timeout" });
    // The meter refuses the status word, late: the energy is there.
    await expect(clock.until(read(reading(ENERGY)))).rejects.toMatchObject({
      code: "reply-foreign",
      failureClass: "transient",
    });
    expect((await clock.until(read(reading(ENERGY)))).words).toEqual([0x78, 0x56, 0x34, 0x12]);
    expect(bus.budget().units).toMatchObject([{ timeouts: 1, protocolErrors: 1, exceptions: 0 }]);
  });

  it("is believed where nothing is owed", async () => {
    const { clock, read } = busOver(meter({ refusal: { index: 1, turnaroundMs: 60 } }));
    await expect(clock.until(read(reading(STATUS)))).rejects.toMatchObject({ code: "reply-timeout" });
    await clock.advance(10_000);
    await expect(clock.until(read(reading(ENERGY)))).rejects.toMatchObject({ code: "address-refused" });
  });
});

it("a DL/T 645 relay is never read back by a late reply of before the command", async () => {
  for (let lateByMs = 650; lateByMs < 5000; lateByMs += 35) {
    let status = 0;
    const { clock, bus, read } = busOver((frame, index) => {
      const { control, data } = requestOf(frame);
      if (control === 0x1c) status = RELAY_OPEN;
      const reply =
        control === 0x1c ? meterFrame(METER, SWITCHED, []) : meterFrame(METER, READ, [...data, status, 0]);
      return [answered(frame, reply, index === 0 ? lateByMs : 200, SLAVE_LINE)];
    });
    const status3 = { unitId: METER, block: STATUS, profile: PROFILE, lane: "trip" as const };
    await clock.until(read(status3).catch(() => {}));
    const write = { control: 0x1c, data: [0x02, 0, 0, 0, 0, 0, 0, 0, 0x1a, 0, 0, 0, 0, 1, 1, 0x30] };
    await clock.until(bus.write({ lane: "trip", unitId: METER, write, profile: PROFILE }).catch(() => {}));
    const commandedMs = clock.monotonicMs();
    let words: number[] | undefined;
    while (!words)
      words = await clock.until(read(status3).catch(() => undefined)).then((reply) => reply?.words);
    expect(words, `late by ${lateByMs} ms`).toEqual([RELAY_OPEN, 0]);
    expect(clock.monotonicMs() - commandedMs, `late by ${lateByMs} ms`).toBeLessThanOrEqual(5000);
  }
});
