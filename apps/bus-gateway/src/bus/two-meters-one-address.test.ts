import { describe, expect, it } from "vitest";
import { busOver, SLAVE_PROFILE, slaves } from "../testing/scripted-bus.ts";
import type { Script } from "../testing/scripted-wire.ts";
import { joined, readReply } from "../testing/slave-frames.ts";
import type { WriteRequest } from "./bus.ts";

/** Unit 1 says something after each of its first answers. */
function afterwards(extra: Uint8Array, times: number): Script {
  let said = 0;
  return (frame, index) => {
    const [answer] = slaves()(frame, index);
    if (!answer || frame[0] !== 1 || frame[1] !== 3 || said++ >= times) return answer ? [answer] : [];
    return [{ ...answer, bytes: joined(answer.bytes, extra) }];
  };
}

const twin = readReply(1, Array(18).fill(9));
const write: WriteRequest = {
  lane: "trip",
  unitId: 1,
  write: { address: 0x801, words: [1] },
  profile: SLAVE_PROFILE,
};

describe("two meters of one address", () => {
  it("are believed nothing for ten minutes after the last sign of them", async () => {
    const { clock, bus, read, events } = busOver(afterwards(twin, 1));
    await expect(clock.until(read({ unitId: 1 }))).rejects.toMatchObject({ code: "duplicate-address" });
    await expect(clock.until(read({ unitId: 1 }))).rejects.toMatchObject({ code: "duplicate-address" });
    await expect(clock.until(bus.write(write))).rejects.toMatchObject({ code: "write-unconfirmed" });
    expect((await clock.until(read({ unitId: 2 }))).words[0]).toBe(2);
    await clock.advance(600_000);
    expect((await clock.until(read({ unitId: 1 }))).words[0]).toBe(1);
    expect(events.filter(({ kind }) => kind === "duplicate-address")).toHaveLength(1);
  });

  it("give no samples either, and the unit stays in the poll plan", async () => {
    const { clock, bus, asked } = busOver(afterwards(twin, 1));
    let samples = 0;
    bus.on("reply", () => {
      samples += 1;
    });
    bus.setPollPlan([
      {
        key: "one",
        unitId: 1,
        blocks: [{ name: "sample", function: 3, address: 0x300, count: 18 }],
        holes: [],
        profile: SLAVE_PROFILE,
        intervalMs: 5000,
        lane: "poll",
      },
    ]);
    await clock.advance(60_000);
    expect(samples).toBe(0);
    expect(asked().length).toBeGreaterThan(12);
    expect(bus.budget().units[0]).toMatchObject({ presence: "online" });
  });
});

describe("what only looks like it", () => {
  it.for([
    {
      name: "the same answer twice, from a repeater",
      extra: readReply(1, Array(18).fill(1)),
      code: "reply-doubled",
    },
    { name: "a stray byte", extra: Uint8Array.of(0), code: "duplicate-address" },
  ])("$name spoils one answer and no more", async ({ extra, code }) => {
    const { clock, read } = busOver(afterwards(extra, 1));
    await expect(clock.until(read({ unitId: 1 }))).rejects.toMatchObject({ code });
    expect((await clock.until(read({ unitId: 1 }))).words[0]).toBe(1);
  });

  it("another unit's late answer right behind a good one is laid to neither", async () => {
    const lateReply = readReply(2, Array(18).fill(7));
    const script: Script = (frame, index) => {
      const [answer] = slaves()(frame, index);
      if (!answer || index === 0) return [];
      return index === 1 ? [{ ...answer, bytes: Buffer.concat([answer.bytes, lateReply]) }] : [answer];
    };
    const { clock, read, events } = busOver(script);
    await expect(clock.until(read({ unitId: 2 }))).rejects.toMatchObject({ code: "reply-timeout" });
    await expect(clock.until(read({ unitId: 1 }))).rejects.toMatchObject({ code: "duplicate-address" });
    expect(events.filter(({ kind }) => kind === "duplicate-address")).toEqual([]);
    expect((await clock.until(read({ unitId: 1 }))).words[0]).toBe(1);
  });

  it("an answer that is heard once more while another unit is asked", async () => {
    const repeated: Script = (frame, index) => {
      const [answer] = slaves()(frame, index);
      if (!answer || index !== 1) return answer ? [answer] : [];
      return [{ ...answer, bytes: readReply(1, Array(18).fill(1)) }];
    };
    const { clock, read, events } = busOver(repeated);
    await clock.until(read({ unitId: 1 }));
    await expect(clock.until(read({ unitId: 2 }))).rejects.toMatchObject({ code: "reply-foreign" });
    expect(events.filter(({ kind }) => kind === "duplicate-address")).toEqual([]);
    expect((await clock.until(read({ unitId: 1 }))).words[0]).toBe(1);
  });
});
