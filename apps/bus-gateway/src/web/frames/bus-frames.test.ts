import { acrelAdf400l, profileVariant } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { answered, busOver, slaves } from "../../testing/scripted-bus.ts";
import { hex, readReply } from "../../testing/slave-frames.ts";
import { BusFrames, type ShownFrame } from "./bus-frames.ts";

const BLOCK = { name: "two", function: 3, address: 0x300, count: 2 } as const;
const singlePhase = () => profileVariant(acrelAdf400l, "single-phase");

describe("the frames of a bus", () => {
  it("are told decoded, with the registers' names by the unit's own variant", async () => {
    // 230.7 V and 1.23 A (ADF400L manual V1.2: 0x0300 voltage in 0.1 V, 0x0301 current in 0.01 A).
    const { bus, clock, read } = busOver(slaves({ words: () => [2307, 123] }));
    const frames = new BusFrames();
    frames.watch(bus);
    await clock.until(read({ unitId: 13, block: BLOCK }));
    await clock.until(read({ unitId: 14, block: BLOCK }));
    const told = frames.last(bus.id, (unitId) => (unitId === 13 ? singlePhase() : undefined));
    expect(told.map(({ direction, unitId, text }) => `${direction} ${unitId}: ${text}`)).toEqual([
      "sent 13: read holding registers 0x0300 × 2",
      "received 13: 2 registers: 0903 007B",
      "sent 14: read holding registers 0x0300 × 2",
      "received 14: 2 registers: 0903 007B",
    ]);
    expect(told[1]?.values.map(({ text }) => text)).toEqual(["230.7 V", "1.23 A"]);
    expect(told[3]?.values).toEqual([]);
    await bus.close();
  });

  it("show what was thrown away as such", async () => {
    const { bus, clock, read } = busOver((request) => [answered(request, hex("FF 00 FF"), 20)]);
    const frames = new BusFrames();
    frames.watch(bus);
    await expect(clock.until(read({ unitId: 13, block: BLOCK }))).rejects.toThrow();
    expect(frames.last(bus.id, () => undefined).at(-1)).toMatchObject({
      direction: "dropped",
      hex: "ff00ff",
    });
    await bus.close();
  });

  it("come to who follows after what was kept, each once, and keep the last 500", async () => {
    const { bus, clock, read } = busOver(slaves());
    const frames = new BusFrames();
    frames.watch(bus);
    const told: ShownFrame[] = [];
    for (let n = 0; n < 260; n++) await clock.until(read({ unitId: 13, block: BLOCK }));
    const stop = frames.follow(
      bus.id,
      () => undefined,
      (more) => told.push(...more),
    );
    expect(told).toHaveLength(500);
    await clock.until(read({ unitId: 13, block: BLOCK }));
    stop();
    await clock.until(read({ unitId: 13, block: BLOCK }));
    expect(told.map(({ number }) => number)).toEqual(Array.from({ length: 502 }, (_, n) => 21 + n));
    expect(told.at(-1)?.hex).toBe(Buffer.from(readReply(13, [13, 13])).toString("hex"));
    await bus.close();
  });
});
