import fc from "fast-check";
import { expect, it } from "vitest";
import { VirtualClock } from "../clock.ts";
import { meterFrame } from "../testing/dlt645-frames.ts";
import { ScriptedWire, type Utterance } from "../testing/scripted-wire.ts";
import { parseRequest, readReply } from "../testing/slave-frames.ts";
import { sharedLine } from "./shared-line.ts";

const LINE = { baud: 9600, parity: "even", stopBits: 1 } as const;
const TIMING = { gapMs: 0, allowanceMs: 200 };
const CHARACTER_MS = 11 / 9.6;
const MODBUS_UNITS = [1, 2, 0x68];
/** The second begins with the byte that Modbus unit 0x68 answers with, as every DL/T 645 frame does. */
const METERS = ["000000000161", "151230011061"];
const UNITS: (number | string)[] = [...MODBUS_UNITS, ...METERS];

/** What a unit has: its own number in every word. */
const wordOf = (unitId: number | string) => (typeof unitId === "number" ? unitId : Number(unitId.slice(-2)));

function answerTo(request: Uint8Array): Uint8Array {
  const start = request.indexOf(0x68);
  if (start === 4) {
    const digits = [...request.subarray(5, 11)].reverse().map((byte) => byte.toString(16).padStart(2, "0"));
    const address = digits.join("");
    return meterFrame(address, 0x91, [0, 0, 1, 0, ...Array<number>(4).fill(wordOf(address))]);
  }
  const { unitId, count } = parseRequest(request);
  return readReply(unitId, Array<number>(count).fill(wordOf(unitId)));
}

const fate = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("answers" as const), ms: fc.integer({ min: 20, max: 150 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("late" as const), ms: fc.integer({ min: 200, max: 1500 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("twice" as const), ms: fc.integer({ min: 20, max: 150 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("silent" as const), ms: fc.constant(0) }) },
);

it("gives no unit's words for another's, whatever protocol comes late, twice or not at all", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ unitId: fc.constantFrom(...UNITS), fate }), { minLength: 1, maxLength: 12 }),
      async (turns) => {
        const clock = new VirtualClock();
        const wire = new ScriptedWire(clock, (request, index): Utterance[] => {
          const { kind, ms } = turns[index]?.fate ?? { kind: "silent", ms: 0 };
          if (kind === "silent") return [];
          const bytes = answerTo(request);
          const atMs = (request.length + bytes.length) * CHARACTER_MS + ms;
          return kind === "twice"
            ? [
                { atMs, bytes },
                { atMs: atMs + 40, bytes },
              ]
            : [{ atMs, bytes }];
        });
        wire.open();
        const line = sharedLine({ pipe: wire, line: LINE, clock, onFrame: () => {} });
        let isUndisturbed = true;
        for (const { unitId, fate: its } of turns) {
          const block =
            typeof unitId === "number"
              ? ({ name: "any", function: 3, address: 0, count: 4 } as const)
              : { name: "any", dataId: 0x00010000, bytes: 4 };
          const answer = await clock.until(line.read(unitId, block, TIMING));
          if (answer.ok) expect(answer.value).toEqual(Array<number>(4).fill(wordOf(unitId)));
          isUndisturbed &&= its.kind === "answers";
          if (isUndisturbed) expect(answer.ok).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});
