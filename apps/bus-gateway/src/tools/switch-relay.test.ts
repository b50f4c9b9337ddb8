import { acrelAdf400l } from "@hallmeter/meter-model";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { lineBus } from "../bus/line-bus.ts";
import { VirtualClock } from "../clock.ts";
import { ScriptedWire } from "../testing/scripted-wire.ts";
import { exceptionReply, parseRequest, readReply, writeReply } from "../testing/slave-frames.ts";
import { describeRelayOutcome, switchRelay } from "./switch-relay.ts";

const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const STATUS = 0x0311;
const POWER = 0x0302;
const CONTROL = 0x0801;
const CLOSED = 0x2000;

interface Meter {
  /** When the contact follows the command; never by default. */
  contactMovesAfterMs?: number;
  /** Takes the write and does not answer it. */
  losesWriteReply?: boolean;
  refusesWrite?: boolean;
  hidesControlWord?: boolean;
}

function meterOnBus(meter: Meter) {
  const clock = new VirtualClock();
  const registers = new Map([
    [STATUS, CLOSED],
    [POWER, 1500],
    [CONTROL, 1],
  ]);
  const wire = new ScriptedWire(clock, (frame) => {
    const { unitId, functionCode, address, words } = parseRequest(frame);
    const say = (bytes: Uint8Array) => [{ atMs: 60, bytes }];
    if (functionCode === 3) {
      if (address === CONTROL && meter.hidesControlWord) return say(exceptionReply(unitId, 3, 2));
      return say(readReply(unitId, [registers.get(address) ?? 0]));
    }
    if (meter.refusesWrite) return say(exceptionReply(unitId, 16, 3));
    registers.set(address, words[0] ?? 0);
    if (meter.contactMovesAfterMs !== undefined) {
      clock.setTimer(() => {
        const isOpen = words[0] === 0x8000;
        registers.set(STATUS, isOpen ? 0 : CLOSED);
        registers.set(POWER, isOpen ? 0 : 1500);
      }, meter.contactMovesAfterMs);
    }
    return meter.losesWriteReply ? [] : say(writeReply(unitId, address, 1));
  });
  const bus = lineBus({
    id: "b",
    pipe: wire,
    line: LINE,
    clock,
    log: pino({ level: "silent" }),
    random: () => 0,
  });
  const open = () =>
    clock.until(
      switchRelay({ bus, clock, profile: acrelAdf400l, variant: "single-phase", unitId: 13, relay: "open" }),
    );
  const writes = () => wire.requests.filter(({ bytes }) => bytes[1] === 16).length;
  return { clock, open, writes };
}

describe("switching a relay", () => {
  it("is confirmed by the contact, once it has moved", async () => {
    const { clock, open, writes } = meterOnBus({ contactMovesAfterMs: 700 });
    expect(await open()).toMatchObject({
      outcome: "confirmed",
      contact: "open",
      activePowerW: 0,
      controlWord: 0x8000,
    });
    expect(clock.monotonicMs()).toBeLessThan(2000);
    expect(writes()).toBe(1);
  });

  it("is not confirmed by an answer alone: a stuck relay is told after 5 s, without a second command", async () => {
    const { clock, open, writes } = meterOnBus({});
    const outcome = await open();
    expect(outcome).toMatchObject({
      outcome: "not-confirmed",
      command: { echoed: true },
      controlWord: 0x8000,
      statusWord: CLOSED,
      contact: "closed",
      activePowerW: 1500,
    });
    expect(clock.monotonicMs()).toBeGreaterThan(5000);
    expect(writes()).toBe(1);
    expect(describeRelayOutcome(outcome).join("\n")).toMatch(
      /open NOT confirmed[\s\S]*contact closed[\s\S]*unsure: relay command/,
    );
  });

  it("reads the contact when the answer to the command was lost, and sends nothing again", async () => {
    const { open, writes } = meterOnBus({ losesWriteReply: true, contactMovesAfterMs: 50 });
    expect(await open()).toMatchObject({
      outcome: "confirmed",
      command: { echoed: false, failure: expect.stringContaining("not confirmed") },
      contact: "open",
    });
    expect(writes()).toBe(1);
  });

  it("says so when the meter does not give its command register", async () => {
    const { open } = meterOnBus({ contactMovesAfterMs: 50, hidesControlWord: true });
    expect(await open()).toMatchObject({ outcome: "confirmed", controlWord: null });
  });

  it("throws what the meter says when it refuses the command", async () => {
    const { open } = meterOnBus({ refusesWrite: true });
    await expect(open()).rejects.toMatchObject({ code: "value-refused", failureClass: "permanent" });
  });
});
