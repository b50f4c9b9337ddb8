import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { randomStream } from "../random.ts";
import { createHub, type HubOptions } from "./hub.ts";
import { bitsPerCharacter, characterMs, silenceMs } from "./line-timing.ts";

const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
/** 10 bits at 9600 baud. */
const C = 10_000 / 9600;

function wire(options: Partial<HubOptions> = {}) {
  const clock = createVirtualClock();
  const hub = createHub({ clock, line: LINE, random: randomStream(1, "wire"), ...options });
  const listen = (echo = false) => {
    const heard: { byte: number; atMs: number }[] = [];
    const port = hub.attach(
      {
        onCharacters: (bytes, endMs) => {
          for (const [index, byte] of bytes.entries())
            heard.push({ byte, atMs: endMs - (bytes.length - 1 - index) * hub.characterMs });
        },
      },
      { echo },
    );
    return { port, heard, bytes: () => heard.map(({ byte }) => byte) };
  };
  return { clock, hub, listen };
}

describe("line timing", () => {
  it.each([
    [{ baud: 9600, parity: "none", stopBits: 1 }, 10, 1.041667, 3.645833],
    [{ baud: 9600, parity: "even", stopBits: 1 }, 11, 1.145833, 4.010417],
    [{ baud: 9600, parity: "none", stopBits: 2 }, 11, 1.145833, 4.010417],
    [{ baud: 2400, parity: "even", stopBits: 1 }, 11, 4.583333, 16.041667],
    [{ baud: 19_200, parity: "even", stopBits: 1 }, 11, 0.572917, 2.005208],
    [{ baud: 38_400, parity: "none", stopBits: 1 }, 10, 0.260417, 1.75],
    [{ baud: 115_200, parity: "even", stopBits: 1 }, 11, 0.095486, 1.75],
  ] as const)("%o", (line, bits, character, silence) => {
    expect(bitsPerCharacter(line)).toBe(bits);
    expect(characterMs(line)).toBeCloseTo(character, 5);
    expect(silenceMs(line)).toBeCloseTo(silence, 5);
  });
});

describe("the wire", () => {
  it("delivers each character at its end to everyone but the sender", () => {
    const { clock, listen } = wire();
    const [master, slave, other] = [listen(), listen(), listen()];
    clock.advance(5);
    expect(master.port.send(Uint8Array.of(1, 2, 3))).toBeCloseTo(5 + 3 * C, 9);
    clock.advance(2 * C - 0.001);
    expect(slave.bytes()).toEqual([1]);
    clock.advance(100);
    expect(slave.bytes()).toEqual([1, 2, 3]);
    expect(other.heard).toEqual(slave.heard);
    expect(slave.heard.map(({ atMs }) => atMs - 5)).toEqual([1, 2, 3].map((n) => expect.closeTo(n * C, 9)));
    expect(master.heard).toEqual([]);
  });

  it("echoes to a port that asks for it", () => {
    const { clock, listen } = wire();
    const master = listen(true);
    master.port.send(Uint8Array.of(9, 8));
    clock.advance(10);
    expect(master.bytes()).toEqual([9, 8]);
  });

  it("queues what one port sends, without a gap", () => {
    const { clock, listen } = wire();
    const [master, slave] = [listen(), listen()];
    master.port.send(Uint8Array.of(1, 2));
    expect(master.port.send(Uint8Array.of(3))).toBeCloseTo(3 * C, 9);
    clock.advance(10);
    expect(slave.bytes()).toEqual([1, 2, 3]);
  });

  it("garbles two that talk at once for the time they overlap, and only then", () => {
    const { clock, hub, listen } = wire();
    const [one, two, ear] = [listen(), listen(), listen()];
    one.port.send(Uint8Array.of(0x11, 0x12, 0x13, 0x14));
    two.port.send(Uint8Array.of(0x21, 0x22, 0x23, 0x24), 1.5 * C);
    clock.advance(50);
    // Characters 2 to 4 of the first overlap; of the second only the last lies in the clear.
    expect(ear.heard).toHaveLength(5);
    expect(ear.bytes()[0]).toBe(0x11);
    expect(ear.bytes()[4]).toBe(0x24);
    expect(ear.bytes().slice(1, 4)).not.toEqual([0x12, 0x13, 0x14]);
    expect(hub.statistics().collidedCharacters).toBe(6);
  });

  it("does not call it a collision when one begins where the other ends", () => {
    const { clock, hub, listen } = wire();
    const [one, two, ear] = [listen(), listen(), listen()];
    const endMs = one.port.send(Uint8Array.of(1, 2));
    two.port.send(Uint8Array.of(3, 4), endMs);
    clock.advance(50);
    expect(ear.bytes()).toEqual([1, 2, 3, 4]);
    expect(hub.statistics()).toMatchObject({ characters: 4, collidedCharacters: 0 });
  });

  it("hands over what a FIFO has collected, never before the last of it has ended", () => {
    const { clock, hub, listen } = wire({ fifoCharacters: 4 });
    const sender = listen();
    const chunks: { length: number; endMs: number; atMs: number }[] = [];
    hub.attach({
      onCharacters: ({ length }, endMs) => chunks.push({ length, endMs, atMs: clock.monotonicMs() }),
    });
    sender.port.send(new Uint8Array(10));
    clock.advance(100);
    expect(chunks.map(({ length }) => length)).toEqual([4, 4, 2]);
    for (const { endMs, atMs } of chunks) expect(atMs).toBeCloseTo(endMs, 9);
  });

  it("keeps the ideal times when its timers are late", () => {
    const exact = createVirtualClock();
    const late = { ...exact, setTimer: (fire: () => void, ms: number) => exact.setTimer(fire, ms + 0.9) };
    const hub = createHub({ clock: late, line: LINE, random: randomStream(1, "late"), fifoCharacters: 14 });
    const ends: number[] = [];
    const port = hub.attach({ onCharacters: () => {} });
    hub.attach({
      onCharacters: (bytes, endMs) => {
        expect(exact.monotonicMs()).toBeGreaterThanOrEqual(endMs);
        ends.push(endMs);
        if (bytes.length === 8) port.send(new Uint8Array(20), endMs + 5);
      },
    });
    port.send(new Uint8Array(8));
    exact.advance(200);
    expect(ends.at(-1)).toBeCloseTo(8 * C + 5 + 20 * C, 6);
  });

  it("distorts and loses characters while it is told to", () => {
    const { clock, hub, listen } = wire();
    const [master, slave] = [listen(), listen()];
    const endLoss = hub.distort((byte) => (byte === 2 ? undefined : byte));
    hub.distort((byte) => byte ^ 0x80);
    master.port.send(Uint8Array.of(1, 2, 3));
    clock.advance(10);
    expect(slave.bytes()).toEqual([0x81, 0x83]);
    endLoss();
    master.port.send(Uint8Array.of(2));
    clock.advance(10);
    expect(slave.bytes()).toEqual([0x81, 0x83, 0x82]);
  });

  it("does not carry what a detached port sends", () => {
    const { clock, listen } = wire();
    const [master, slave] = [listen(), listen()];
    master.port.detach();
    master.port.send(Uint8Array.of(1));
    clock.advance(10);
    expect(slave.bytes()).toEqual([]);
  });
});
