import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { ScriptedWire } from "../../testing/scripted-wire.ts";
import { exceptionReply, hex, withCrc, writeReply } from "../../testing/slave-frames.ts";
import { LineDiscipline } from "../line/line-discipline.ts";
import { ModbusRtu } from "./modbus-rtu.ts";

const LINE = { baud: 9600, parity: "none", stopBits: 1 } as const;
const TIMING = { gapMs: 0, allowanceMs: 100 };

function clientAnswering(answer: Uint8Array | null) {
  const clock = new VirtualClock();
  const wire = new ScriptedWire(clock, () => (answer ? [{ atMs: 60, bytes: answer }] : []));
  wire.open();
  const client = new ModbusRtu(new LineDiscipline({ pipe: wire, line: LINE, clock, onFrame: () => {} }));
  const sent = () => Buffer.from(wire.requests[0]?.bytes ?? []).toString("hex");
  return { clock, client, wire, sent };
}

// Requests and replies of simplymodbus.ca.
describe("published exchanges", () => {
  it.for([
    {
      function: 3 as const,
      address: 0x6b,
      count: 3,
      request: "1103006b00037687",
      reply: "11 03 06 AE 41 56 52 43 40 49 AD",
      words: [0xae41, 0x5652, 0x4340],
    },
    {
      function: 4 as const,
      address: 8,
      count: 1,
      request: "110400080001b298",
      reply: "11 04 02 00 0A F8 F4",
      words: [10],
    },
  ])("function $function", async ({ request, reply, words, ...block }) => {
    const { clock, client, sent } = clientAnswering(hex(reply));
    const answer = await clock.until(client.read(0x11, { name: "published", ...block }, TIMING));
    expect(sent()).toBe(request);
    expect(answer).toMatchObject({ ok: true, value: words });
  });

  it("function 16", async () => {
    const { clock, client, sent } = clientAnswering(hex("11 10 00 01 00 02 12 98"));
    const answer = await clock.until(client.write(0x11, { address: 1, words: [0x000a, 0x0102] }, TIMING));
    expect(sent()).toBe("11100001000204000a0102c6f0");
    expect(answer).toMatchObject({ ok: true });
  });
});

describe("exception replies", () => {
  it.for([
    { exception: 1, read: "function-refused", write: "function-refused" },
    { exception: 2, read: "address-refused", write: "address-refused" },
    { exception: 3, read: "value-refused", write: "value-refused" },
    { exception: 4, read: "unit-failed", write: "write-unconfirmed" },
    { exception: 5, read: "unit-busy", write: "write-unconfirmed" },
    { exception: 6, read: "unit-busy", write: "unit-busy" },
    { exception: 8, read: "unit-failed", write: "write-unconfirmed" },
    { exception: 10, read: "unit-unreachable", write: "unit-unreachable" },
    { exception: 11, read: "unit-unreachable", write: "write-unconfirmed" },
    // Of Acrel's prepaid firmware, which answers them to a purchase only.
    { exception: 0x13, read: "exception-unknown", write: "purchase-count-refused" },
    { exception: 0x14, read: "exception-unknown", write: "purchase-limit-refused" },
    { exception: 0x45, read: "exception-unknown", write: "purchase-repeated" },
    { exception: 99, read: "exception-unknown", write: "exception-unknown" },
  ])("exception $exception: $read for a read, $write for a write", async ({ exception, read, write }) => {
    const block = { name: "any", function: 3, address: 0, count: 2 } as const;
    const reader = clientAnswering(exceptionReply(7, 3, exception));
    expect(await reader.clock.until(reader.client.read(7, block, TIMING))).toMatchObject({
      ok: false,
      answered: true,
      error: { code: read },
    });
    const writer = clientAnswering(exceptionReply(7, 16, exception));
    expect(
      await writer.clock.until(writer.client.write(7, { address: 0, words: [1] }, TIMING)),
    ).toMatchObject({
      ok: false,
      answered: true,
      error: { code: write },
    });
  });

  it("says the number of one that has no standard meaning", async () => {
    const { clock, client } = clientAnswering(exceptionReply(7, 3, 99));
    const block = { name: "any", function: 3, address: 0, count: 2 } as const;
    const answer = await clock.until(client.read(7, block, TIMING));
    expect(answer.ok || answer.error.message).toMatch(/: exception 99$/);
  });
});

describe("a write without a clear answer is in doubt and is not sent again", () => {
  it.for([
    { name: "silence", answer: null, cause: "reply-timeout" },
    { name: "another address", answer: writeReply(7, 2, 1), cause: "reply-foreign" },
    { name: "another count", answer: writeReply(7, 1, 2), cause: "reply-foreign" },
    { name: "its own echo", answer: withCrc([7, 16, 0, 1, 0, 1, 2, 0x80, 0]), cause: "reply-timeout" },
    { name: "half an answer", answer: writeReply(7, 1, 1).subarray(0, 6), cause: "reply-truncated" },
  ])("$name", async ({ answer, cause }) => {
    const { clock, client, wire } = clientAnswering(answer);
    const result = await clock.until(client.write(7, { address: 1, words: [0x8000] }, TIMING));
    expect(result).toMatchObject({ ok: false, sent: true, cause, error: { code: "write-unconfirmed" } });
    await clock.advance(10_000);
    expect(wire.requests).toHaveLength(1);
  });

  it("but one that was never sent is not", async () => {
    const { clock, client, wire } = clientAnswering(null);
    wire.unplug();
    const result = await clock.until(client.write(7, { address: 1, words: [0x8000] }, TIMING));
    expect(result).toMatchObject({
      ok: false,
      sent: false,
      error: { code: "bus-down", failureClass: "transient" },
    });
  });
});
