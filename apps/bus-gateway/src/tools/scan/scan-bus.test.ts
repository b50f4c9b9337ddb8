import { builtInProfiles, type LineConfig, type PipeConfig } from "@hallmeter/meter-model";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../clock.ts";
import { answered } from "../../testing/scripted-bus.ts";
import { type Script, ScriptedWire } from "../../testing/scripted-wire.ts";
import { exceptionReply, hex, joined, parseRequest, readReply } from "../../testing/slave-frames.ts";
import { type FoundAt, type ScanProgress, scanBus } from "./scan-bus.ts";

const PORT: PipeConfig = { kind: "serial", path: "/dev/ttyUSB0" };
const AT_9600: LineConfig = { baud: 9600, parity: "none", stopBits: 1 };
const AT_19200: LineConfig = { baud: 19_200, parity: "even", stopBits: 1 };
const profiles = Object.values(builtInProfiles);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

interface Unit {
  baud?: number;
  turnaroundMs?: number;
  /** Registers it has, by function; it refuses all others. */
  has?: (functionCode: number, address: number, count: number) => boolean;
}

/** Units on one line, each with its own speed and time to answer. */
function line(units: Record<number, Unit>, baud: number): Script {
  return (frame) => {
    const { unitId, functionCode, address, count } = parseRequest(frame);
    const unit = frame[0] === 0x68 ? undefined : units[unitId];
    if (unit === undefined || (unit.baud ?? 9600) !== baud) return [];
    const isThere = unit.has?.(functionCode, address, count) ?? false;
    const words = Array.from({ length: count }, () => 7);
    const reply = isThere ? readReply(unitId, words, functionCode) : exceptionReply(unitId, functionCode, 2);
    return [answered(frame, reply, unit.turnaroundMs ?? 20)];
  };
}

async function scan(
  script: (baud: number) => Script,
  { lines = [AT_9600], unitIds = range(1, 20), stopAfter = Number.POSITIVE_INFINITY } = {},
) {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const opened: LineConfig[] = [];
  const asked: ScanProgress[] = [];
  const told: FoundAt[] = [];
  const scanning = scanBus({
    pipe: PORT,
    lines,
    unitIds,
    profiles,
    clock,
    openPipe: (_pipe, setting) => {
      opened.push(setting);
      return new ScriptedWire(clock, script(setting.baud));
    },
    signal: abort.signal,
    onProgress: (progress) => {
      asked.push(progress);
      if (asked.length === stopAfter) abort.abort();
    },
    onFound: (unit) => told.push(unit),
  });
  const found = await clock.until(scanning);
  expect(told).toEqual(found);
  return { found, opened, asked, tookMs: clock.monotonicMs() };
}

const ids = (found: FoundAt[]) => found.map(({ unitId, line: { baud } }) => `${unitId} at ${baud}`);

describe("a scan", () => {
  it("finds who answers and who only refuses, and opens the port anew for each setting", async () => {
    const units = { 3: {}, 7: { baud: 19_200 }, 11: { has: () => true } };
    const { found, opened, asked } = await scan((baud) => line(units, baud), { lines: [AT_9600, AT_19200] });
    expect(ids(found)).toEqual(["3 at 9600", "11 at 9600", "7 at 19200"]);
    // The last is the setting that DL/T 645 meters come with.
    expect(opened.map(({ baud, parity }) => `${baud} ${parity}`)).toEqual([
      "9600 none",
      "19200 even",
      "2400 even",
    ]);
    // With each setting, DL/T 645 meters are asked once.
    expect(asked.at(-1)).toMatchObject({ asked: 43, total: 43, found: 3 });
  });

  it("names the profiles whose whole sample is there, and says none where none is", async () => {
    // An SDM120 has input registers only ; 5 answers everything it is asked.
    const isSdm = (code: number) => code === 4;
    const { found } = await scan((baud) => line({ 2: { has: isSdm }, 4: {}, 5: { has: () => true } }, baud));
    const fits = found.map((unit) => unit.fits.map(({ profile }) => profile));
    expect(fits[0]).toContain("eastron-sdm120");
    expect(fits[0]).not.toContain("acrel-adf400l");
    expect(fits[1]).toEqual([]);
    expect(new Set(fits[2])).toContain("acrel-adf400l");
    expect(fits[2]?.length).toBeGreaterThan(fits[0]?.length ?? 0);
  });

  it("waits three times as long as the slowest has needed, no longer", async () => {
    const { tookMs } = await scan((baud) => line({ 1: {} }, baud), { unitIds: range(1, 101) });
    // 100 silent units at 200 ms would be 20 s; unit 1 needs some 36 ms with its characters.
    expect(tookMs).toBeLessThan(16_500);
  });

  it("finds a slow unit by its late answer, and the unit whose own answer that has spoiled", async () => {
    const units = { 1: {}, 8: { turnaroundMs: 250 }, 9: {} };
    const { found } = await scan((baud) => line(units, baud));
    expect(ids(found).sort()).toEqual(["1 at 9600", "8 at 9600", "9 at 9600"]);
  });

  it("tells of an address at which two units speak at once", async () => {
    const twins: Script = (frame) => {
      const { unitId, functionCode } = parseRequest(frame);
      if (unitId !== 6) return [];
      const spoilt = joined(exceptionReply(6, functionCode, 2)).map((byte, n) =>
        n === 2 ? byte ^ 0x51 : byte,
      );
      return [answered(frame, spoilt, 20)];
    };
    const { found } = await scan(() => twins);
    expect(found).toMatchObject([{ unitId: 6, state: "unclear", fits: [] }]);
  });

  it("ends with what it has when it is stopped", async () => {
    const { found, asked } = await scan((baud) => line({ 2: {}, 15: {} }, baud), { stopAfter: 5 });
    expect(ids(found)).toEqual(["2 at 9600"]);
    expect(asked).toHaveLength(5);
  });

  it("asks DL/T 645 meters for their address at 2400 baud", async () => {
    // The answer's shape by DL/T 645-2007: control 93h, six address bytes, each with 33h added.
    const address = [0x68, 0x12, 0x90, 0x78, 0x56, 0x34, 0x12, 0x68, 0x93, 0x06];
    const body = [...address, ...[0x12, 0x90, 0x78, 0x56, 0x34, 0x12].map((byte) => (byte + 0x33) & 0xff)];
    const sum = body.reduce((total, byte) => total + byte, 0) & 0xff;
    const meter: Script = (frame) => {
      const at = frame.indexOf(0x68);
      return frame[at + 8] === 0x13
        ? [{ atMs: 300, bytes: joined(hex("FE FE FE FE"), Uint8Array.from([...body, sum, 0x16])) }]
        : [];
    };
    const { found } = await scan((baud) => (baud === 2400 ? meter : () => []), { unitIds: [1, 2] });
    expect(found).toMatchObject([{ unitId: "123456789012", line: { baud: 2400, parity: "even" } }]);
  });
});
