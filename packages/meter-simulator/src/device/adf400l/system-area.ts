import type { LineConfig } from "@hallmeter/meter-model";
import type { MeterClock } from "../../circuit/meter-clock.ts";
import { EXCEPTION, type ExceptionCode, type RegisterBank } from "../../modbus/register-bank.ts";
import { clockWords, localMsOfClockWords } from "./clock-words.ts";

/** ADF400L manual V1.2, 9.4, system parameter area 0900–0972. */
const FIRST = 0x0900;
const CLOCK = 0x090b;
const CLOCK_WORDS = 4;
const BAUD_CODES: Record<number, number> = { 9600: 1, 4800: 2, 2400: 3, 1200: 4 };
const PARITY_CODES = { none: 0, odd: 1, even: 2 } as const;
/** Frame types by number of single-phase circuits. */
const FRAME_36 = 0;

/** Ranges that are only kept: password, second port, rate tables, seasons, serial number, ratios. */
const KEPT: readonly { from: number; to: number; initial: number }[] = [
  { from: 0x0902, to: 0x0902, initial: 1 },
  { from: 0x0909, to: 0x090a, initial: 0 },
  { from: 0x0911, to: 0x0913, initial: 0 },
  { from: 0x0914, to: 0x0950, initial: 0 },
  { from: 0x0951, to: 0x095d, initial: 1 },
];

export interface SystemAreaOptions {
  firstUnitId: number;
  line: LineConfig;
  threePhaseCount: number;
  singlePhaseCount: number;
  meterClock: MeterClock;
  /** Words written before. */
  written: Iterable<readonly [number, number]>;
}

export interface SystemArea extends RegisterBank {
  covers(address: number): boolean;
  /** Kept words that differ from a meter as delivered. */
  entries(): [number, number][];
}

/** The registers that all circuits of a cabinet share. */
export function createSystemArea(options: SystemAreaOptions): SystemArea {
  const { line, meterClock } = options;
  const fixed = new Map<number, number>([
    [FIRST, options.firstUnitId],
    [0x0901, (PARITY_CODES[line.parity] << 8) | (BAUD_CODES[line.baud] ?? 0)],
    [0x0903, options.threePhaseCount],
    [0x0904, options.singlePhaseCount],
    [0x0908, 0],
    [0x090f, FRAME_36],
    [0x0910, options.threePhaseCount * 3 + options.singlePhaseCount],
  ]);
  const delivered = new Map<number, number>();
  for (const { from, to, initial } of KEPT)
    for (let address = from; address <= to; address++) delivered.set(address, initial);
  const kept = new Map(delivered);
  for (const [address, word] of options.written) if (kept.has(address)) kept.set(address, word);

  const isClock = (address: number) => address >= CLOCK && address < CLOCK + CLOCK_WORDS;
  const setClock = (written: ReadonlyMap<number, number>): ExceptionCode | undefined => {
    const words = clockWords(meterClock.localMs()).map((word, index) => written.get(CLOCK + index) ?? word);
    const localMs = localMsOfClockWords(words);
    if (localMs === undefined) return EXCEPTION.illegalDataValue;
    meterClock.set(localMs);
    return undefined;
  };

  return {
    covers: (address) => address >= FIRST && address <= 0x0972,
    entries: () => [...kept].filter(([address, word]) => word !== delivered.get(address)),
    read: (address, count) => {
      const clock = clockWords(meterClock.localMs());
      const words: number[] = [];
      for (let at = address; at < address + count; at++) {
        const word = isClock(at) ? clock[at - CLOCK] : (fixed.get(at) ?? kept.get(at));
        if (word === undefined) return EXCEPTION.illegalDataAddress;
        words.push(word);
      }
      return words;
    },
    write: (address, words) => {
      const written = new Map(words.map((word, index) => [address + index, word] as const));
      for (const at of written.keys()) if (!isClock(at) && !kept.has(at)) return EXCEPTION.illegalDataAddress;
      if ([...written.keys()].some(isClock)) {
        const exception = setClock(written);
        if (exception) return exception;
      }
      for (const [at, word] of written) if (kept.has(at)) kept.set(at, word);
      return undefined;
    },
  };
}
