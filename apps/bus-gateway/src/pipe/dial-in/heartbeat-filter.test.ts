import { parseBytePattern } from "@hallmeter/meter-model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readReply } from "../../testing/slave-frames.ts";
import { HeartbeatFilter } from "./heartbeat-filter.ts";

const HEARTBEAT = "www.usr.cn";
const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

function filtered(patterns: string[], pieces: string[]) {
  const filter = new HeartbeatFilter(patterns.map((text) => parseBytePattern(text) ?? []));
  let heartbeats = 0;
  const passed = pieces.map((piece) => {
    const taken = filter.take(bytes(piece));
    heartbeats += taken.heartbeats;
    return Buffer.from(taken.passed).toString("latin1");
  });
  return { passed, heartbeats, held: Buffer.from(filter.release()).toString("latin1") };
}

describe("heartbeats among the bytes of a line", () => {
  it.for([
    { name: "alone", pieces: [HEARTBEAT], passed: [""], heartbeats: 1, held: "" },
    { name: "two together", pieces: [HEARTBEAT + HEARTBEAT], passed: [""], heartbeats: 2, held: "" },
    {
      name: "before an answer",
      pieces: [`${HEARTBEAT}\x01\x03`],
      passed: ["\x01\x03"],
      heartbeats: 1,
      held: "",
    },
    {
      name: "after an answer",
      pieces: [`\x01\x03${HEARTBEAT}`],
      passed: ["\x01\x03"],
      heartbeats: 1,
      held: "",
    },
    {
      name: "between two pieces",
      pieces: ["\x01\x03", HEARTBEAT, "\x02"],
      passed: ["\x01\x03", "", "\x02"],
      heartbeats: 1,
      held: "",
    },
    {
      name: "byte by byte",
      pieces: [...HEARTBEAT],
      passed: [...HEARTBEAT].map(() => ""),
      heartbeats: 1,
      held: "",
    },
    {
      name: "torn, behind an answer",
      pieces: ["\x01\x03www.u", "sr.cn"],
      passed: ["\x01\x03", ""],
      heartbeats: 1,
      held: "",
    },
    { name: "begun and not ended", pieces: ["www.u"], passed: [""], heartbeats: 0, held: "www.u" },
    {
      name: "begun and something else",
      pieces: ["www.u", "\x01"],
      passed: ["", "www.u\x01"],
      heartbeats: 0,
      held: "",
    },
    { name: "none", pieces: ["\x01\x03w"], passed: ["\x01\x03w"], heartbeats: 0, held: "" },
  ])("$name", ({ pieces, passed, heartbeats, held }) => {
    expect(filtered([HEARTBEAT], pieces)).toEqual({ passed, heartbeats, held });
  });

  it("are taken out beside other bytes only where they are long enough to be nothing else", () => {
    expect(filtered(["hex:FE"], ["\xfe", "\x01\x03\xfe"])).toEqual({
      passed: ["", "\x01\x03\xfe"],
      heartbeats: 1,
      held: "",
    });
  });

  it("may be several, the registration said again among them", () => {
    expect(filtered([HEARTBEAT, "DTU-7"], ["DTU-7", "\x01DTU-7www.usr.cn"])).toEqual({
      passed: ["", "\x01"],
      heartbeats: 3,
      held: "",
    });
  });

  it("nothing is held back where none is expected", () => {
    expect(filtered([], ["www", "\x01"])).toEqual({ passed: ["www", "\x01"], heartbeats: 0, held: "" });
  });
});

it("loses no byte of an answer and passes no heartbeat, however the stream is torn between packets", () => {
  const packet = fc.oneof(
    fc.constant(HEARTBEAT),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 20 })
      .map((words) => Buffer.from(readReply(7, words)).toString("latin1")),
  );
  fc.assert(
    fc.property(
      fc.array(packet, { maxLength: 12 }),
      fc.array(fc.integer({ min: 0, max: 3 })),
      (packets, joins) => {
        // Packets of the serial side and heartbeats in any order; some arrive together.
        const pieces: string[] = [];
        for (const [index, text] of packets.entries()) {
          const isAlone = (joins[index] ?? 0) > 0 || pieces.length === 0;
          const last = pieces.pop();
          if (isAlone) pieces.push(...(last === undefined ? [] : [last]), text);
          else if (!last?.includes("\x07\x03") || text === HEARTBEAT) pieces.push(last + text);
          else pieces.push(last, text);
        }
        const { passed, heartbeats, held } = filtered([HEARTBEAT], pieces);
        expect(passed.join("") + held).toBe(packets.filter((text) => text !== HEARTBEAT).join(""));
        expect(heartbeats).toBe(packets.filter((text) => text === HEARTBEAT).length);
      },
    ),
  );
});
