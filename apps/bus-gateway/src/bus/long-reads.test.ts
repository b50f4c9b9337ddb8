import { describe, expect, it } from "vitest";
import { meterFrame } from "../testing/dlt645-frames.ts";
import { answered, busOver, SLAVE_LINE } from "../testing/scripted-bus.ts";
import type { Script } from "../testing/scripted-wire.ts";

const METER = "000000000061";
const NEIGHBOUR = "000000000062";
const PROFILE = { minimumGapMs: 0, longestLatencyMs: 600 };
/** DL/T 645-2007: 12h reads on after 11h, 1Ch operates a relay; answers | 80h, and | 20h where more follows. */
const [READ_ON, OPERATE] = [0x12, 0x1c];
const FREEZE = { name: "freeze", dataId: 0x05060100, bytes: 6 };
const OPEN = { control: OPERATE, data: [2, 0, 0, 0, 1, 0, 0, 0, 0x1a, 0, 0, 0, 0, 0x30, 0x12, 0x99] };
const TURNAROUND_MS = 30;

/** Behind four bytes that wake the meter, ten of head. */
function requestOf(frame: Uint8Array) {
  const data = [...frame.subarray(14, 14 + (frame[13] ?? 0))].map((byte) => (byte - 0x33) & 0xff);
  const address = [...frame.subarray(5, 11)].reverse().map((byte) => byte.toString(16).padStart(2, "0"));
  return { address: address.join(""), control: frame[12] ?? 0, data };
}

/** A meter whose answer takes three frames; `said` tells who was asked what. */
function longAnswers() {
  const said: string[] = [];
  const script: Script = (frame) => {
    const { address, control, data } = requestOf(frame);
    const sequence = control === READ_ON ? (data.at(-1) ?? 0) : 0;
    said.push(`${control.toString(16)} ${address === METER ? "meter" : "neighbour"}`);
    const dataId = data.slice(0, 4);
    const part = [...dataId, 2 * sequence + 1, 2 * sequence + 2, ...(sequence === 0 ? [] : [sequence])];
    const reply =
      control === OPERATE
        ? meterFrame(address, 0x9c, [])
        : meterFrame(address, 0x80 | control | (sequence < 2 ? 0x20 : 0), part);
    return [answered(frame, reply, TURNAROUND_MS, SLAVE_LINE)];
  };
  return { ...busOver(script), said };
}

describe("a read that takes several frames", () => {
  const long = { lane: "backfill", unitId: METER, block: FREEZE, profile: PROFILE } as const;
  const trip = (unitId: string) => ({ lane: "trip", unitId, write: OPEN, profile: PROFILE }) as const;
  const whole = { words: [1, 2, 3, 4, 5, 6] };

  it("goes through in one where nobody is in a hurry", async () => {
    const { bus, clock, read, said } = longAnswers();
    const others = [read({ ...long, unitId: NEIGHBOUR, lane: "person" })];
    await clock.advance(5);
    others.push(read(long));
    await expect(clock.until(Promise.all(others))).resolves.toMatchObject([whole, whole]);
    expect(said.slice(0, 3)).toEqual(["11 neighbour", "12 neighbour", "12 neighbour"]);
    await bus.close();
  });

  it("lets a trip of another meter speak between its frames, and goes on where it was", async () => {
    const { bus, clock, read, said } = longAnswers();
    const reading = read(long);
    await clock.advance(5);
    await clock.until(bus.write(trip(NEIGHBOUR)));
    await expect(clock.until(reading)).resolves.toMatchObject(whole);
    expect(said).toEqual(["11 meter", "1c neighbour", "12 meter", "12 meter"]);
    const { lanes, usedMilli } = bus.budget();
    expect(lanes).toMatchObject({ trip: { done: 1 }, backfill: { done: 1 } });
    expect(usedMilli).toBeLessThanOrEqual(1000);
    await bus.close();
  });

  it("begins anew after a trip of its own meter", async () => {
    const { bus, clock, read, said } = longAnswers();
    const reading = read(long);
    await clock.advance(5);
    await clock.until(bus.write(trip(METER)));
    await expect(clock.until(reading)).resolves.toMatchObject(whole);
    expect(said).toEqual(["11 meter", "1c meter", "11 meter", "12 meter", "12 meter"]);
    await bus.close();
  });
});
