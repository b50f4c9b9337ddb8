import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { randomStream } from "../random.ts";
import { createHub, UART_FIFO_CHARACTERS } from "./hub.ts";

const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;

const talkArbitrary = fc.array(
  fc.record({
    sender: fc.nat(2),
    startMs: fc.integer({ min: 0, max: 200 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }),
  }),
  { maxLength: 8 },
);

/** What a listener hears of it all. */
function heard(
  talk: { sender: number; startMs: number; bytes: Uint8Array }[],
  fifoCharacters: number,
  lateMs = 0,
) {
  const exact = createVirtualClock();
  const clock = { ...exact, setTimer: (fire: () => void, ms: number) => exact.setTimer(fire, ms + lateMs) };
  const hub = createHub({ clock, line: LINE, random: randomStream(1, "wire"), fifoCharacters });
  const senders = [0, 1, 2].map(() => hub.attach({ onCharacters: () => {} }));
  const bytes: number[] = [];
  let isEarly = false;
  hub.attach({
    onCharacters: (chunk, endMs) => {
      bytes.push(...chunk);
      isEarly ||= clock.monotonicMs() < endMs - 1e-6;
    },
  });
  for (const { sender, startMs, bytes: sent } of talk) senders[sender]?.send(sent, startMs);
  exact.advance(5000);
  return { bytes, isEarly, statistics: hub.statistics() };
}

describe("the wire", () => {
  it("carries the same whatever the receiver's FIFO and however late its timers, and nothing early", () => {
    fc.assert(
      fc.property(talkArbitrary, fc.double({ min: 0, max: 20, noNaN: true }), (talk, lateMs) => {
        const exact = heard(talk, 1);
        expect(heard(talk, UART_FIFO_CHARACTERS)).toEqual(exact);
        expect(heard(talk, UART_FIFO_CHARACTERS, lateMs)).toEqual(exact);
        expect(exact.isEarly).toBe(false);
      }),
    );
  });

  it("carries every byte when only one talks at a time, and has every character pass once", () => {
    fc.assert(
      fc.property(talkArbitrary, (talk) => {
        const oneAfterTheOther = talk.map((part, index) => ({ ...part, startMs: index * 100 }));
        const { bytes, statistics } = heard(oneAfterTheOther, 1);
        expect(bytes).toEqual(talk.flatMap((part) => [...part.bytes]));
        expect(statistics).toMatchObject({ characters: bytes.length, collidedCharacters: 0 });
      }),
    );
  });
});
