import { isModbusBlock } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answered, busOver, pollEntry, SLAVE_PROFILE } from "../testing/scripted-bus.ts";
import type { Script } from "../testing/scripted-wire.ts";
import { exceptionReply, parseRequest, readReply, writeReply } from "../testing/slave-frames.ts";
import { nextPart, type PartialRead, partialOf, withPart } from "./partial-reads.ts";

const blockOf = (count: number, address = 0x200) => ({
  name: "block",
  function: 3 as const,
  address,
  count,
});
const owing = (...counts: number[]) => counts.map((count) => ({ shape: `read 3 ${count}`, untilMs: 10_000 }));

/** Reads the block in parts from registers that change from read to read, until it is whole or nothing can be asked. */
function readParts(count: number, registersAt: (read: number) => readonly number[], open = owing(count)) {
  let partial: PartialRead | null = null;
  const asked: [number, number][] = [];
  for (let read = 0; read < 20; read++) {
    partial = partialOf(partial, blockOf(count), open, read);
    const part = nextPart(partial, open, read);
    if (!part) return { words: null, asked };
    if (!isModbusBlock(part)) throw new Error("the block is Modbus");
    asked.push([part.address - 0x200, part.count]);
    const start = part.address - 0x200;
    const given = registersAt(read).slice(start, start + part.count);
    const next = withPart(partial, { block: part, words: given }, open, read);
    if (next.words) return { words: next.words, asked };
    partial = next.partial;
  }
  throw new Error("it never ends");
}

describe("a block whose own reply is owed, between holes", () => {
  const steady = (count: number) => Array.from({ length: count }, (_, n) => 7 * n);

  it.for([
    {
      count: 48,
      owed: [48],
      asked: [
        [0, 4],
        [1, 47],
      ],
    },
    {
      count: 48,
      owed: [48, 4],
      asked: [
        [0, 5],
        [2, 46],
      ],
    },
    {
      count: 3,
      owed: [3],
      asked: [
        [0, 2],
        [1, 2],
      ],
    },
    {
      count: 2,
      owed: [2],
      asked: [
        [0, 2],
        [0, 2],
      ],
    },
    {
      count: 1,
      owed: [1, 1],
      asked: [
        [0, 1],
        [0, 1],
        [0, 1],
      ],
    },
  ])("of $count registers, owed $owed, is asked for as $asked", ({ count, owed, asked }) => {
    expect(readParts(count, () => steady(count), owing(...owed))).toEqual({ words: steady(count), asked });
  });

  it("is never made of two values that were torn", () => {
    // A counter of two registers anywhere in the block, which carries into its high word between two reads.
    const setting = fc.record({
      count: fc.integer({ min: 3, max: 60 }),
      at: fc.nat(),
      from: fc.nat({ max: 6 }),
    });
    fc.assert(
      fc.property(setting, ({ count, at, from }) => {
        const place = at % (count - 1);
        const registersAt = (read: number) => {
          const words = steady(count);
          words[place] = read < from ? 1 : 2;
          words[place + 1] = read < from ? 0xffff : 0;
          return words;
        };
        const { words } = readParts(count, registersAt);
        expect(words && [words[place], words[place + 1]]).toBeOneOf([null, [1, 0xffff], [2, 0]]);
      }),
    );
  });

  it("is given up when its parts never agree", () => {
    const { words, asked } = readParts(48, (read) => steady(48).map((word) => word + read));
    expect(words).toBeNull();
    expect(asked.length).toBe(8);
  });
});

const RELAY = { ...blockOf(1, 0x10) };
const HOLES = [
  { from: 0, to: 0x0f },
  { from: 0x11, to: 0xffff },
];
const COMMAND = {
  lane: "trip" as const,
  unitId: 13,
  write: { address: 0x801, words: [1] },
  profile: SLAVE_PROFILE,
};

/** A unit whose relay opens with the write; reads number `lost` go unanswered, and each of their replies comes late, as it was. */
function relayUnit(lost: ReadonlySet<number>, lateByMs: number): Script {
  let relay = 1;
  let reads = 0;
  return (frame) => {
    const { unitId, functionCode, address, count } = parseRequest(frame);
    if (functionCode === 16) {
      relay = 0;
      return [answered(frame, writeReply(unitId, address, count), 20)];
    }
    const words = Array.from({ length: count }, (_, n) =>
      address + n === RELAY.address ? relay : 100 + address + n,
    );
    return [answered(frame, readReply(unitId, words), lost.has(reads++) ? lateByMs : 20)];
  };
}

describe("a relay that is read back after a missed read of it", () => {
  it.for([
    { name: "one register between holes", block: RELAY, holes: HOLES },
    {
      name: "the last of a block between holes",
      block: blockOf(0x11, 0),
      holes: [{ from: 0x11, to: 0xffff }],
    },
  ])("is known within 5 s, and never by a late reply: $name", async ({ block, holes }) => {
    for (let lateByMs = 410; lateByMs < 5000; lateByMs += 35) {
      const { clock, bus, read } = busOver(relayUnit(new Set([0]), lateByMs));
      bus.setPollPlan([pollEntry(13, 3_600_000, { blocks: [block], holes })]);
      await clock.advance(500);
      await clock.until(bus.write(COMMAND).catch(() => {}));
      const commandedMs = clock.monotonicMs();
      let words: number[] = [];
      while (words.length === 0) {
        const again = read({ lane: "trip", block }).then((reply) => {
          words = reply.words;
        });
        await clock.until(again.catch(() => {}));
      }
      expect(words.at(-1), `late by ${lateByMs} ms`).toBe(0);
      expect(clock.monotonicMs() - commandedMs, `late by ${lateByMs} ms`).toBeLessThanOrEqual(5000);
    }
  });

  it("is known within 5 s from a unit that refuses every longer read", async () => {
    const { clock, bus, read } = busOver((frame, index) => {
      const { unitId, functionCode, address, count } = parseRequest(frame);
      if (index === 0) return [];
      const isInside = address >= 0x200 && address + count <= 0x212;
      const reply = isInside
        ? readReply(unitId, Array(count).fill(9))
        : exceptionReply(unitId, functionCode, 2);
      return [answered(frame, reply, 20)];
    });
    const first = read({ block: blockOf(18) });
    await expect(clock.until(first)).rejects.toMatchObject({ code: "reply-timeout" });
    const askedMs = clock.monotonicMs();
    expect((await clock.until(read({ block: blockOf(18) }))).words).toEqual(Array(18).fill(9));
    expect(clock.monotonicMs() - askedMs).toBeLessThanOrEqual(1000);
    expect(bus.budget().units).toMatchObject([{ presence: "online", timeouts: 1, protocolErrors: 0 }]);
  });
});
