import { describe, expect, it } from "vitest";
import { answered, busOver, SLAVE_PROFILE, slaves } from "../testing/scripted-bus.ts";
import type { Script } from "../testing/scripted-wire.ts";
import { exceptionReply, parseRequest, readReply, writeReply } from "../testing/slave-frames.ts";
import { tellableBlock } from "./late-replies.ts";

const circuit = (n: number) => ({ name: `circuit ${n}`, function: 3, address: 100 * n, count: 18 }) as const;
const write = (value: number) => ({
  lane: "trip" as const,
  unitId: 13,
  write: { address: 0x801, words: [value] },
  profile: SLAVE_PROFILE,
});

/** Answers the first request so late that its reply comes in place of the answer to the second, which is lost. */
function lateForTheSecond(firstAnswer: Uint8Array, secondIsLost = true): Script {
  return (frame, index) => {
    if (index === 0) return [];
    if (index > 1) return slaves()(frame, index);
    return [answered(frame, firstAnswer, 30), ...(secondIsLost ? [] : slaves()(frame, index))];
  };
}

describe("a reply that comes during a later request to the same unit", () => {
  it("is never taken for another circuit's, however well it fits", async () => {
    const { clock, read, wire } = busOver(lateForTheSecond(readReply(13, Array(18).fill(0xdead))));
    const first = read({ block: circuit(1) });
    await expect(clock.until(first)).rejects.toMatchObject({ code: "reply-timeout" });
    const second = read({ block: circuit(2) });
    await expect(clock.until(second)).rejects.toMatchObject({ failureClass: "transient" });
    const counts = wire.requests.map(({ bytes }) => parseRequest(bytes).count);
    expect(counts).toEqual([18, 19]);
    expect((await clock.until(read({ block: circuit(2) }))).words).toEqual(Array(18).fill(13));
  });

  it("does not confirm another write", async () => {
    const { clock, bus } = busOver(lateForTheSecond(writeReply(13, 0x801, 1)));
    await expect(clock.until(bus.write(write(1)))).rejects.toMatchObject({ code: "write-unconfirmed" });
    await expect(clock.until(bus.write(write(2)))).rejects.toMatchObject({
      code: "write-unconfirmed",
      failureClass: "ambiguous",
    });
    await clock.advance(10_000);
    await clock.until(bus.write(write(3)));
  });

  it("does not refuse a write to another register", async () => {
    const { clock, bus } = busOver(lateForTheSecond(exceptionReply(13, 16, 3)));
    const other = { ...write(1), write: { address: 0x500, words: [7] } };
    await expect(clock.until(bus.write(other))).rejects.toMatchObject({ code: "write-unconfirmed" });
    await expect(clock.until(bus.write(write(2)))).rejects.toMatchObject({ code: "write-unconfirmed" });
  });

  it("leaves the reply that it was taken for owed, when it is an exception", async () => {
    const { clock, read, wire } = busOver(lateForTheSecond(exceptionReply(13, 3, 6)));
    await expect(clock.until(read({ block: circuit(1) }))).rejects.toMatchObject({ code: "reply-timeout" });
    await expect(clock.until(read({ block: circuit(2) }))).rejects.toMatchObject({ code: "reply-foreign" });
    await clock.until(read({ block: circuit(2) }));
    expect(wire.requests.map(({ bytes }) => parseRequest(bytes).count)).toEqual([18, 19, 20]);
  });

  it("does not refuse another write", async () => {
    const { clock, bus } = busOver(lateForTheSecond(exceptionReply(13, 16, 3)));
    await expect(clock.until(bus.write(write(1)))).rejects.toMatchObject({ code: "write-unconfirmed" });
    await expect(clock.until(bus.write(write(2)))).rejects.toMatchObject({ code: "write-unconfirmed" });
  });

  it("is no sign of a second meter while it is owed", async () => {
    const late: Script = (frame, index) => {
      if (index === 1) return [];
      const stray = answered(frame, readReply(13, Array(18).fill(13)), 25);
      return index === 2 ? [stray] : slaves()(frame, index);
    };
    const { clock, read, events } = busOver(late);
    for (const unitId of [13, 13, 14]) await clock.until(read({ unitId }).catch(() => {}));
    expect(events.filter(({ kind }) => kind === "duplicate-address")).toEqual([]);
  });
});

describe("a block whose reply can be told from late ones", () => {
  const open = [18, 19].map((count) => ({ shape: `read 3 ${count}`, untilMs: 5000 }));
  const setting = { readMs: () => 1, holes: [], splits: [], longestJoinedMs: Number.POSITIVE_INFINITY };

  it.for([
    { name: "is the block itself where no reply is owed", open: [], block: circuit(1), at: [100, 18] },
    { name: "is longer than any that is owed", open, block: circuit(1), at: [100, 20] },
    {
      name: "grows downwards where a hole is above",
      open,
      block: { ...circuit(1), address: 26 },
      at: [24, 20],
    },
    { name: "is of its own function", open, block: { ...circuit(1), function: 4 as const }, at: [100, 18] },
    { name: "does not exist between two holes", open, block: { ...circuit(1), address: 5 }, at: null },
  ])("$name", ({ open: owed, block, at }) => {
    const holes = [
      { from: 0, to: 4 },
      { from: 23, to: 23 },
      { from: 44, to: 44 },
    ];
    const told = tellableBlock(block, owed, { ...setting, holes }, 4999);
    expect(told && "address" in told ? [told.address, told.count] : null).toEqual(at);
  });

  it("is the block itself again once late replies have passed", () => {
    expect(tellableBlock(circuit(1), open, setting, 5000)).toEqual(circuit(1));
  });
});
