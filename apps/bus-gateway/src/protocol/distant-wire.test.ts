import { expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { ScriptedWire } from "../testing/scripted-wire.ts";
import { readReply } from "../testing/slave-frames.ts";
import { distantWire } from "./distant-wire.ts";
import { sharedLine } from "./shared-line.ts";

const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const BLOCK = { name: "any", function: 3, address: 0, count: 1 } as const;
const TIMING = { gapMs: 0, allowanceMs: 100 };
/** 8 and 7 characters of 10 bits. */
const WIRE_MS = 15 / 0.96;

function lineBehind(networkLatencyMs: number, answersAfterMs: number) {
  const clock = new VirtualClock();
  const pipe = new ScriptedWire(clock, () => [{ atMs: answersAfterMs, bytes: readReply(7, [1]) }]);
  pipe.open();
  const near = sharedLine({ pipe, line: LINE, clock, onFrame: () => {} });
  return { clock, near, wire: distantWire(near, networkLatencyMs) };
}

it("waits longer by the network's time, and learns it as the unit's turnaround", async () => {
  const { clock, wire } = lineBehind(1500, 1200);
  const answer = await clock.until(wire.read(7, BLOCK, TIMING));
  expect(answer).toMatchObject({ ok: true, value: [1] });
  expect(answer.ok && answer.turnaroundMs).toBeCloseTo(1200 - WIRE_MS, 3);
  const impatient = lineBehind(0, 1200);
  expect(await impatient.clock.until(impatient.wire.read(7, BLOCK, TIMING))).toMatchObject({
    cause: "reply-timeout",
  });
});

it("says of a silent unit that its answer may be on its way for as long", async () => {
  const nearby = lineBehind(0, 10_000);
  const far = lineBehind(1500, 10_000);
  const [soon, late] = await Promise.all([
    nearby.clock.until(nearby.wire.read(7, BLOCK, TIMING)),
    far.clock.until(far.wire.read(7, BLOCK, TIMING)),
  ]);
  if (soon.ok || late.ok) throw new Error("somebody answered");
  expect((late.earliestEndMs ?? 0) - (soon.earliestEndMs ?? 0)).toBeCloseTo(1500, 6);
  expect(nearby.wire).toBe(nearby.near);
});
