import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { meterFrame } from "../../testing/dlt645-frames.ts";
import { ScriptedWire } from "../../testing/scripted-wire.ts";
import { hex, joined } from "../../testing/slave-frames.ts";
import { LineDiscipline } from "../line/line-discipline.ts";
import { Dlt645Client } from "./dlt645-client.ts";

const LINE = { baud: 2400, parity: "even", stopBits: 1 } as const;
const TIMING = { gapMs: 0, allowanceMs: 500 };
const METER = "000000000161";
const ENERGY = { name: "energy", dataId: 0x00010000, bytes: 4 };
const OPEN = { control: 0x1c, data: [2, 0, 0, 0, 1, 0, 0, 0, 0x1a, 0, 0, 0, 0, 0x30, 0x12, 0x99] };

/** A meter that answers each request in its turn, and that far after the request has left. */
function clientAnswering(answers: (Uint8Array | null)[], turnaroundMs = 60) {
  const clock = new VirtualClock();
  const wire = new ScriptedWire(clock, (request, index) => {
    const answer = answers[index] ?? null;
    if (answer === null) return [];
    const bytesMs = ((request.length + answer.length) * 11_000) / LINE.baud;
    return [{ atMs: bytesMs + turnaroundMs, bytes: answer }];
  });
  wire.open();
  const discipline = new LineDiscipline({ pipe: wire, line: LINE, clock, onFrame: () => {} });
  return { clock, wire, client: new Dlt645Client(discipline) };
}

describe("reading", () => {
  it("gives the data bytes in the order of the wire (DLT645-2007 报文解析)", async () => {
    const { clock, wire, client } = clientAnswering([
      hex("68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16"),
    ]);
    const answer = await clock.until(client.read(METER, ENERGY, TIMING));
    expect(answer).toMatchObject({ ok: true, value: [0x26, 0, 0, 0] });
    expect(answer.ok && answer.turnaroundMs).toBeCloseTo(60, 3);
    expect(wire.requests.map(({ bytes }) => bytes)).toEqual([
      hex("FE FE FE FE 68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16"),
    ]);
  });

  it("waits for an answer that pauses 500 ms between two bytes", async () => {
    const answer = meterFrame(METER, 0x91, [0, 0, 1, 0, 1, 2, 3, 4]);
    const { clock, wire, client } = clientAnswering([]);
    const reading = client.read(METER, ENERGY, TIMING);
    await clock.advance(100);
    for (const [index, byte] of answer.entries()) wire.say(Uint8Array.of(byte), 200 + index * 499);
    expect(await clock.until(reading)).toMatchObject({ ok: true, value: [1, 2, 3, 4] });
  });

  it("asks for the rest of a long answer, frame by frame", async () => {
    const dataId = [0x00, 0x01, 0x06, 0x05];
    const { clock, wire, client } = clientAnswering([
      meterFrame(METER, 0xb1, [...dataId, 1, 2, 3]),
      meterFrame(METER, 0xb2, [...dataId, 4, 5, 1]),
      meterFrame(METER, 0x92, [...dataId, 6, 2]),
    ]);
    const block = { name: "freeze", dataId: 0x05060100, bytes: 6 };
    const answer = await clock.until(client.read(METER, block, TIMING));
    expect(answer).toMatchObject({ ok: true, value: [1, 2, 3, 4, 5, 6] });
    const more = (sequence: number) => meterFrame(METER, 0x12, [...dataId, sequence]);
    expect(wire.requests.slice(1).map(({ bytes }) => bytes.subarray(4))).toEqual([more(1), more(2)]);
  });

  it.for([
    { name: "fewer bytes", answers: [meterFrame(METER, 0x91, [0, 0, 1, 0, 1, 2, 3])] },
    { name: "more bytes", answers: [meterFrame(METER, 0x91, [0, 0, 1, 0, 1, 2, 3, 4, 5])] },
    {
      name: "a rest that has nothing in it",
      answers: [meterFrame(METER, 0xb1, [0, 0, 1, 0, 1]), meterFrame(METER, 0xb2, [0, 0, 1, 0, 1])],
    },
  ])("does not take $name than the profile says", async ({ answers }) => {
    const { clock, client } = clientAnswering(answers);
    expect(await clock.until(client.read(METER, ENERGY, TIMING))).toMatchObject({
      ok: false,
      answered: true,
      error: { code: "reply-foreign" },
    });
  });

  it("does not take the rest of another number", async () => {
    const { clock, client } = clientAnswering([
      meterFrame(METER, 0xb1, [0, 0, 1, 0, 1, 2]),
      meterFrame(METER, 0x92, [0, 0, 1, 0, 3, 4, 2]),
    ]);
    expect(await clock.until(client.read(METER, ENERGY, TIMING))).toMatchObject({
      ok: false,
      answered: false,
      error: { code: "reply-foreign" },
    });
  });

  it.for([
    { name: "silence", answer: null, code: "reply-timeout" },
    { name: "a refusal", answer: meterFrame(METER, 0xd1, [0x02]), code: "address-refused" },
    {
      name: "two meters of one address",
      answer: joined(
        meterFrame(METER, 0x91, [0, 0, 1, 0, 1, 2, 3, 4]),
        meterFrame(METER, 0x91, [0, 0, 1, 0, 9, 9, 9, 9]),
      ),
      code: "duplicate-address",
    },
    {
      name: "another meter",
      answer: meterFrame("000000000162", 0x91, [0, 0, 1, 0, 1, 2, 3, 4]),
      code: "reply-foreign",
    },
  ] as const)("$name: $code", async ({ answer, code }) => {
    const { clock, client } = clientAnswering([answer]);
    expect(await clock.until(client.read(METER, ENERGY, TIMING))).toMatchObject({ ok: false, cause: code });
  });

  it("may leave the high digits of an address open", async () => {
    const { clock, client } = clientAnswering([
      meterFrame(METER, 0x91, [0x01, 0x04, 0x00, 0x04, 0x61, 1, 0, 0, 0, 0]),
    ]);
    const block = { name: "address", dataId: 0x04000401, bytes: 6 };
    expect(await clock.until(client.read("AAAAAAAAAA61", block, TIMING))).toMatchObject({
      ok: true,
      value: [0x61, 1, 0, 0, 0, 0],
    });
  });

  it("finds the address of the only meter", async () => {
    const { clock, wire, client } = clientAnswering([
      hex("FE FE FE FE 68 94 41 03 26 12 18 68 93 06 C7 74 36 59 45 4B EB 16"),
    ]);
    const answer = await clock.until(client.readAddress(TIMING));
    expect(answer).toMatchObject({ ok: true, value: "181226034194" });
    expect(wire.requests[0]?.bytes).toEqual(hex("FE FE FE FE 68 AA AA AA AA AA AA 68 13 00 DF 16"));
  });
});

describe("writing", () => {
  it("is done when the meter says so", async () => {
    const { clock, client } = clientAnswering([meterFrame(METER, 0x9c, [])]);
    expect(await clock.until(client.write(METER, OPEN, TIMING))).toMatchObject({ ok: true });
  });

  it.for([
    { name: "silence", answer: null, answered: false, code: "write-unconfirmed", cause: "reply-timeout" },
    {
      name: "another error, whenever it happened",
      answer: meterFrame(METER, 0xdc, [0x01]),
      answered: true,
      code: "write-unconfirmed",
      cause: "unit-failed",
    },
    {
      name: "a wrong password",
      answer: meterFrame(METER, 0xdc, [0x04]),
      answered: true,
      code: "password-refused",
      cause: "password-refused",
    },
  ])("$name: $code", async ({ answer, answered, code, cause }) => {
    const { clock, wire, client } = clientAnswering([answer]);
    const result = await clock.until(client.write(METER, OPEN, TIMING));
    expect(result).toMatchObject({ ok: false, sent: true, answered, cause, error: { code } });
    await clock.advance(10_000);
    expect(wire.requests).toHaveLength(1);
  });

  it("takes no echo of itself for an answer", async () => {
    const request = joined(hex("FE FE FE FE"), meterFrame(METER, 0x1c, OPEN.data));
    const clock = new VirtualClock();
    const requestMs = (request.length * 11_000) / LINE.baud;
    const wire = new ScriptedWire(clock, () => [{ atMs: requestMs, bytes: request }]);
    wire.open();
    const discipline = new LineDiscipline({ pipe: wire, line: LINE, clock, onFrame: () => {} });
    const answer = await clock.until(new Dlt645Client(discipline).write(METER, OPEN, TIMING));
    expect(answer).toMatchObject({ ok: false, error: { code: "write-unconfirmed" }, cause: "reply-timeout" });
  });

  it("tells everybody the time without waiting for an answer", async () => {
    const { clock, wire, client } = clientAnswering([]);
    const time = { control: 0x08, data: [0x51, 0x22, 0x10, 0x05, 0x06, 0x17] };
    const startedMs = clock.monotonicMs();
    expect(await clock.until(client.write("999999999999", time, TIMING))).toMatchObject({ ok: true });
    expect(clock.monotonicMs() - startedMs).toBeLessThan(150);
    // An STM32 reader, BroadcastTime_TxDATA_DL645.
    expect(wire.requests[0]?.bytes.subarray(4)).toEqual(
      hex("68 99 99 99 99 99 99 68 08 06 84 55 43 38 39 4A 4B 16"),
    );
  });

  it("tells everybody nothing else, and is not asked for Modbus", async () => {
    const { clock, wire, client } = clientAnswering([]);
    const refused = { ok: false, sent: false, error: { code: "function-refused" } };
    expect(await client.write("999999999999", OPEN, TIMING)).toMatchObject(refused);
    expect(await client.write("AAAAAAAAAA61", OPEN, TIMING)).toMatchObject(refused);
    expect(await client.read("AA61", ENERGY, TIMING)).toMatchObject(refused);
    expect(await client.read("999999999999", ENERGY, TIMING)).toMatchObject(refused);
    expect(await client.write(7, OPEN, TIMING)).toMatchObject(refused);
    expect(await client.write(METER, { address: 1, words: [1] }, TIMING)).toMatchObject(refused);
    expect(await client.read(METER, { name: "x", function: 3, address: 1, count: 1 }, TIMING)).toMatchObject(
      refused,
    );
    await clock.advance(1000);
    expect(wire.requests).toEqual([]);
  });
});
